"""Texts that somebody will read, kept translatable until the reader's language is known.

`N_("...")` marks a text for the translators and returns it unchanged; `NN_` marks a sentence that
counts things in its two forms. `Text` is such a text with its values beside it: the command line
prints it in English with `str(text)`, a page renders it in the reader's language with
`text.render(_)`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_HALVES = re.compile("[\ud800-\udfff]")


def N_(text: str) -> str:  # noqa: N802 - gettext's own name
    """Mark `text` for translation and return it as it is."""
    return text


_SINGULARS: dict[str, str] = {}


def NN_(one: str, many: str) -> str:  # noqa: N802 - as gettext's own
    """Mark a sentence about one thing and about several, and return that about several.

    That is what is kept, and what `Text` gets: it says the other where `{items}` or `{count}` is 1.
    """
    _SINGULARS[many] = one
    return many


def singular(template: str) -> str | None:
    """Return what `NN_` marked as the sentence about one thing; None where it marked nothing."""
    return _SINGULARS.get(template)


def as_started(text: str) -> str:
    """Return `text` with `tandem` for `python app.py`, where that is how the program was started.

    Texts say what stands in the checkout, translations too.
    """
    if "python app.py" in text and Path(sys.argv[0]).stem == "tandem":
        return text.replace("python app.py", "tandem")
    return text


def shown(text: object) -> str:
    """Return a text that can be printed, stored and sent.

    The name of a file may hold bytes that are no letters; Python keeps them as halves of
    surrogates, which nothing can write.

    >>> shown("fact" + chr(0xDCE9) + ".csv")
    'fact\N{REPLACEMENT CHARACTER}.csv'
    """
    written = str(text)
    if written.isascii() or not _HALVES.search(written):
        return written
    return _HALVES.sub("\N{REPLACEMENT CHARACTER}", written)


@dataclass(frozen=True)
class Text:
    """A sentence with named places, and what stands in them.

    `template` uses `{name}` places; `values` holds what fills them: numbers, days, texts.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def _form(self) -> str:
        """Return the template for as many as there are; the number may be written already."""
        count = self.values.get("items", self.values.get("count"))
        one = singular(self.template) if str(count) == "1" else None
        return one or self.template

    def render(self, translate: Callable[[str], str]) -> str:
        """Return the sentence in the language of `translate`."""
        return shown(translate(self._form).format(**self.values))

    def __str__(self) -> str:
        """Return the sentence in English, whole numbers with separators."""
        written = {
            k: f"{v:,}" if isinstance(v, int) and not isinstance(v, bool) else v
            for k, v in self.values.items()
        }
        return shown(as_started(self._form).format(**written))


def inert(cell: object) -> object:
    """Return `cell` so that no spreadsheet runs it as a formula; numbers and days stay as they are.

    >>> inert("=1+1"), inert("Société Dupont"), inert(-5)
    ("'=1+1", 'Société Dupont', -5)
    """
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{cell}"
    return cell
