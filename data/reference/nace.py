"""NACE Rev. 2: what a sector code means, in four languages, and what it belongs to.

Source: Eurostat, see README.md in this folder. NACE Rev. 2.1 keeps most codes; a code that is
not in the table is shown as it is, and its division and group are read from its digits.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

FILE = Path(__file__).with_name("nace.csv")
LANGUAGES = ("en", "fr", "nl", "de")

#: Level number -> what it is called, as in the dimensions of the metrics.
LEVELS = {1: "section", 2: "division", 3: "group", 4: "class"}

# National classifications append digits or letters to the four of NACE: 46.73Z, 46731, 43.210
_DIGITS = re.compile(r"(\d{2})(?:\.?(\d)(?:(\d)(?:\.?\d{0,3}[A-Z]?)?)?)?")

# German keeps capitals for nouns, so its section labels, given in capitals, need this list
_GERMAN_SMALL = frozenset(
    [
        "und",
        "von",
        "der",
        "die",
        "durch",
        "mit",
        "für",
        "ohne",
        "den",
        "sonstigen",
        "freiberuflichen",
        "wissenschaftlichen",
        "technischen",
        "wirtschaftlichen",
        "ausgeprägten",
    ]
)


@dataclass(frozen=True)
class Sector:
    """One line of the classification."""

    code: str
    level: int
    parent: str
    labels: Mapping[str, str]


@cache
def sectors() -> Mapping[str, Sector]:
    """Return the whole classification, by code, in its own order."""
    with FILE.open(encoding="utf-8", newline="") as stream:
        return MappingProxyType(
            {
                row["code"]: Sector(
                    row["code"],
                    int(row["level"]),
                    row["parent"],
                    MappingProxyType(
                        {name: _sentence(row[name], name) for name in LANGUAGES if row[name]}
                    ),
                )
                for row in csv.DictReader(stream)
            }
        )


def label(code: str, language: str = "en") -> str:
    """Return what `code` is called in `language` (`fr`, or `fr-BE`); else in English, else `code`.

    >>> label("47.11", "nl")[:30]
    'Detailhandel in niet-gespecial'
    >>> label("Z9")
    'Z9'
    """
    found = sectors().get(normal(code))
    if found is None:
        return code
    labels = found.labels
    return labels.get(language[:2].lower()) or labels.get("en") or code


def normal(code: str) -> str:
    """Return `code` as the table writes it, cut to the class; unchanged where it is no NACE code.

    Reads codes without dots and national sub-classes.

    >>> normal("4711"), normal("46.73Z"), normal("f"), normal("01.1"), normal("horeca")
    ('47.11', '46.73', 'F', '01.1', 'horeca')
    """
    text = code.strip().upper()
    if len(text) == 1 and "A" <= text <= "Z":
        return text
    if len(text) > 1 and text[0].isalpha() and text[1].isdigit():
        text = text[1:]  # F43.21: the section in front of the code
    found = _DIGITS.fullmatch(text)
    if found is None:
        return code
    division, group, last = found.groups()
    if group is None:
        return division
    return f"{division}.{group}{last or ''}"


def level(code: str) -> int | None:
    """Return 1 for a section to 4 for a class; None where the code is not known.

    >>> level("F"), level("43"), level("43.2"), level("43.21"), level("")
    (1, 2, 3, 4, None)
    """
    found = sectors().get(normal(code))
    return found.level if found else None


def ancestors(code: str) -> tuple[str, str, str]:
    """Return (section, division, group) of `code`, itself included; '' where there is none.

    >>> ancestors("43.21"), ancestors("43"), ancestors("F"), ancestors("?")
    (('F', '43', '43.2'), ('F', '43', ''), ('F', '', ''), ('', '', ''))
    """
    text = normal(code)
    if text in sectors() and sectors()[text].level == 1:
        return text, "", ""
    if _DIGITS.fullmatch(text) is None:
        return "", "", ""
    division = sectors().get(text[:2])
    if division is None:
        return "", "", ""
    return division.parent, division.code, text[:4] if len(text) >= 4 else ""


def _sentence(text: str, language: str) -> str:
    """Return a label given in capitals as one in sentence case; others unchanged."""
    if not text.isupper():
        return text
    if language != "de":
        return text.capitalize()
    words = re.split(r"([\s/\-]+)", text.lower())
    return "".join(
        word if word in _GERMAN_SMALL and i else word.capitalize() for i, word in enumerate(words)
    )
