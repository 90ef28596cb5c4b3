"""NACE Rev. 2 and 2.1: what a sector code means, in four languages, and what it belongs to.

Source: Eurostat, see README.md in this folder. The two revisions share most codes and give some
of them other meanings, so one state of the data is read in one of them: `revision_of` tells which
from all its codes. A code that is not in the table is shown as it is, and its division and group
are read from its digits. National sub-classes (NACE-BEL, SBI, NAF, WZ, UK SIC) are NACE with more
digits or a letter; NAICS and the SIC of the United States are carried over to sections.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

FILES = {
    "2": Path(__file__).with_name("nace.csv"),
    "2.1": Path(__file__).with_name("nace_2_1.csv"),
}
"""Revision -> the file with its codes."""
SHORT = Path(__file__).with_name("nace_short.csv")
"""Short names of sections and divisions, ours; `revision` where they hold in one of them only."""
LANGUAGES = ("en", "fr", "nl", "de")

#: Level number -> what it is called, as in the dimensions of the metrics.
LEVELS = {1: "section", 2: "division", 3: "group", 4: "class"}

# National classifications append digits or letters to the four of NACE: 46.73Z, 46731, 43.210
_DIGITS = re.compile(r"(\d{2})(?:\.?(\d)(?:(\d)(?:\.?\d{0,3}[A-Z]?)?)?)?")


@dataclass(frozen=True)
class Sector:
    """One line of the classification."""

    code: str
    level: int
    parent: str
    labels: Mapping[str, str]


@cache
def sectors(revision: str = "2") -> Mapping[str, Sector]:
    """Return the whole classification, by code, in its own order."""
    with FILES[revision].open(encoding="utf-8", newline="") as stream:
        return MappingProxyType(
            {
                row["code"]: Sector(
                    row["code"],
                    int(row["level"]),
                    row["parent"],
                    MappingProxyType({language: row[language] for language in LANGUAGES}),
                )
                for row in csv.DictReader(stream)
            }
        )


def revision_of(codes: Iterable[str]) -> str:
    """Return the revision, `2` or `2.1`, that knows more of `codes`; `2` where both know as many.

    >>> revision_of(["62.10", "46.71", "47.55"]), revision_of(["62.01", "46.71"]), revision_of([])
    ('2.1', '2', '2')
    """
    known = Counter(dict.fromkeys(FILES, 0))
    for code in set(codes):
        text = normal(code)
        known.update(revision for revision in FILES if text in sectors(revision))
    return max(FILES, key=lambda revision: known[revision])


def label(code: str, language: str = "en", revision: str = "2") -> str:
    """Return what `code` is called in `language`, one of `LANGUAGES`; `code` where it is no NACE.

    A code that only the other revision has is called what it is there.

    >>> label("47.11", "nl")[:30]
    'Detailhandel in niet-gespecial'
    >>> label("Z9")
    'Z9'
    """
    text = normal(code)
    found = next((s[text] for s in map(sectors, (revision, *FILES)) if text in s), None)
    return code if found is None else found.labels[language]


@cache
def _short() -> Mapping[tuple[str, str], Mapping[str, str]]:
    """Return the short names by code and revision."""
    with SHORT.open(encoding="utf-8", newline="") as stream:
        return {
            (row["code"], revision): row
            for row in csv.DictReader(stream)
            for revision in ([row["revision"]] if row["revision"] else FILES)
        }


def short(code: str, language: str = "en", revision: str = "2") -> str:
    """Return a section or division in one to three words; any other code as `label` has it.

    >>> short("47"), short("47", "nl"), short("63", revision="2.1"), short("F")
    ('Retail', 'Detailhandel', 'Hosting and data', 'Construction')
    """
    found = _short().get((normal(code), revision))
    return found[language] if found else label(code, language, revision)


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
    """Return 1 for a section to 4 for a class; None where no revision knows the code.

    >>> level("F"), level("43"), level("43.2"), level("43.21"), level("")
    (1, 2, 3, 4, None)
    """
    text = normal(code)
    return next((s[text].level for s in map(sectors, FILES) if text in s), None)


def ancestors(code: str, revision: str = "2") -> tuple[str, str, str]:
    """Return (section, division, group) of `code`, itself included; '' where there is none.

    >>> ancestors("43.21"), ancestors("43"), ancestors("F"), ancestors("?")
    (('F', '43', '43.2'), ('F', '43', ''), ('F', '', ''), ('', '', ''))
    """
    text = normal(code)
    table = sectors(revision)
    if text in table and table[text].level == 1:
        return text, "", ""
    if _DIGITS.fullmatch(text) is None:
        return "", "", ""
    division = table.get(text[:2]) or sectors().get(text[:2])
    if division is None:
        return "", "", ""
    return division.parent, division.code, text[:4] if len(text) >= 4 else ""


#: NAICS sector (two digits) -> NACE section.
_NAICS = {
    "11": "A", "21": "B", "22": "D", "23": "F", "31": "C", "32": "C", "33": "C", "42": "G",
    "44": "G", "45": "G", "48": "H", "49": "H", "51": "J", "52": "K", "53": "L", "54": "M",
    "55": "M", "56": "N", "61": "P", "62": "Q", "71": "R", "72": "I", "81": "S", "92": "O",
}  # fmt: skip
#: SIC 1987 of the United States: first two digits up to these -> NACE section.
_US_SIC = (
    (9, "A"), (14, "B"), (17, "F"), (39, "C"), (48, "H"), (49, "D"), (59, "G"), (64, "K"),
    (65, "L"), (67, "K"), (70, "I"), (72, "S"), (73, "N"), (76, "S"), (79, "R"), (80, "Q"),
    (81, "M"), (82, "P"), (83, "Q"), (84, "R"), (86, "S"), (87, "M"), (88, "T"), (89, "M"),
    (97, "O"),
)  # fmt: skip


def from_naics(code: str) -> str | None:
    """Return the NACE section of a NAICS code of two to six digits; None where it is none.

    From the sector alone, its first two digits: finer levels of the two do not nest.

    >>> from_naics("423310"), from_naics("23"), from_naics("x")
    ('G', 'F', None)
    """
    text = code.strip().partition("-")[0]
    return _NAICS.get(text[:2]) if text.isdigit() and 2 <= len(text) <= 6 else None


def from_us_sic(code: str) -> str | None:
    """Return the NACE section of a SIC code of the United States (1987); None where it is none.

    >>> from_us_sic("5031"), from_us_sic("1521"), from_us_sic("9999")
    ('G', 'F', None)
    """
    text = code.strip()
    if not text.isdigit() or not 2 <= len(text) <= 4:
        return None
    group = int(text[:2])
    return next((section for last, section in _US_SIC if group and group <= last), None)
