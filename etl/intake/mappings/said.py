"""What stands at one place of a TOML file: read with its type, or refused with file and key."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from data.core.errors import FileError
from data.core.texts import N_, Text
from etl.intake.headers import alternatives, bare


@dataclass(frozen=True)
class Place:
    """A place in a file; its messages name both.

    >>> print(Place("odoo.toml").inside("source").wrong("{key} is no {value}.", "bill"))
    odoo.toml: source is no bill. Correct the mapping file.
    """

    file: str = ""
    key: str = ""

    def inside(self, key: str) -> Place:
        """Return the place of a key in the table that stands here."""
        return replace(self, key=f"{self.key}.{key}" if self.key else key)

    def __str__(self) -> str:
        """Return file and key."""
        return ": ".join(filter(None, (self.file, self.key)))

    def wrong(self, template: str, value: object) -> FileError:
        """Return the error that `value` stands here and makes no sense."""
        values = {"key": str(self), "value": value}
        return FileError(Text(template, values), Text(N_("Correct the mapping file.")))

    def known(self, word: str, known: Sequence[str], what: str) -> None:
        """Raise `FileError` where `word` is none of those known; say which is nearest."""
        if word in known:
            return
        near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.5)
        remedy = (
            Text(N_("Did you mean {near}?"), {"near": near[0]})
            if near
            else Text(N_("Known are: {known}."), {"known": ", ".join(known)})
        )
        values = {"word": word, "what": what, "key": str(self)}
        if not str(self):
            template = N_("The mapping says {word}, which is not {what}.")
        else:
            template = N_("{key} says {word}, which is not {what}.")
        raise FileError(Text(template, values), remedy)

    def table(self, said: Mapping[str, object], key: str) -> dict[str, object]:
        """Return a table; an empty one where there is none."""
        table = said.get(key, {})
        if not isinstance(table, dict):
            raise self.inside(key).wrong(N_("{key} must be a table, as in [columns]."), table)
        return table

    def text(self, said: Mapping[str, object], key: str) -> str:
        """Return a text; '' where there is none."""
        value = said.get(key, "")
        if not isinstance(value, str):
            raise self.inside(key).wrong(N_("{key} is a text in quotes; not {value}."), value)
        return value

    def flag(self, said: Mapping[str, object], key: str) -> bool | None:
        """Return true or false; None where nothing is said."""
        value = said.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.inside(key).wrong(N_("{key} is true or false; not {value}."), value)
        return value

    def texts(self, said: Mapping[str, object], key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        values = said.get(key, [])
        if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
            template = N_('{key} lists values, as in ["PAID", "OPEN"]; not {value}.')
            raise self.inside(key).wrong(template, values)
        return tuple(values)

    def headers(self, said: Mapping[str, object], key: str) -> tuple[str, ...]:
        """Return a list of headers, each of which has a letter or a digit."""
        found = self.texts(said, key)
        for header in found:
            self.inside(key).named(header)
        return found

    def header(self, said: Mapping[str, object], key: str) -> str:
        """Return a header, or several of which one is meant."""
        value = said.get(key)
        if not isinstance(value, str):
            raise self.inside(key).wrong(
                N_("{key}: a column is given by its header in quotes; not {value}."), value
            )
        self.inside(key).named(value)
        return value

    def named(self, header: str) -> None:
        """Raise `FileError` where what should be a header names none."""
        if not all(bare(n) or re.search(r"[^\W_]|[^\w\s!-~]", n) for n in alternatives(header)):
            template = N_("{key} names no header: there is nothing to know one by in {value}.")
            raise self.wrong(template, repr(header))
