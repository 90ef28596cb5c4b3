"""The templates of letters: a subject, and paragraphs with {places}; a company may write its own.

A template is a text file `<letter>.<language>.txt`, whose first line is `Subject: ...`. Those in
the folder `reminders/` of the store go before those that come with Tandem.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from pathlib import Path

from data.core.errors import TandemError
from data.core.texts import N_

OWN = "reminders"
"""The folder within the store's."""
_HERE = Path(__file__).parent / "reminders"
_SUBJECT = "Subject:"
TABLES = ("invoices", "claim")
"""Places that stand for a table: each is a paragraph of its own."""
WORDS = (
    "customer", "number", "day", "overdue", "owed", "oldest", "interest", "compensation", "total",
    "pay_by", "sender",
)  # fmt: skip
"""Places within a sentence, and in the subject."""
MOST = 100_000


class TemplateError(TandemError):
    """A template that no letter can be made of."""


@dataclass(frozen=True)
class Template:
    """A subject and paragraphs, each as the parts of `string.Formatter`: text, then a place."""

    file: str
    subject: str
    paragraphs: tuple[str, ...]


def template(store: Path, letter: str, language: str) -> Template:
    """Return the template of a letter: the company's own where there is one.

    Raises `TemplateError` where it cannot be read, or has a place that nobody knows.
    """
    name = f"{letter}.{language}.txt"
    own = store / OWN / name
    path = own if own.is_file() else _HERE / name
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(
            N_("The template {file} cannot be read: {error}."), N_("Save it as text in UTF-8."),
            file=str(path), error=str(error),
        ) from error  # fmt: skip
    return parsed(text, str(path) if path == own else name)


def parsed(text: str, file: str) -> Template:
    """Return a template from its text. Raises `TemplateError` as `template`.

    >>> parsed("Subject: {number}\\n\\nDear {customer},\\n\\n{invoices}", "a.txt").paragraphs
    ('Dear {customer},', '{invoices}')
    """
    if len(text) > MOST:
        raise TemplateError(N_("The template {file} is too long."), file=file)
    lines = text.strip().splitlines() or [""]
    if not lines[0].startswith(_SUBJECT) or not lines[0].removeprefix(_SUBJECT).strip():
        raise TemplateError(
            N_("{file}, line {line}: a template begins with its subject."),
            N_("Write “Subject: ...” into its first line."), file=file, line=1,
        )  # fmt: skip
    for number, line in enumerate(lines, 1):
        _known(line, file, number, alone=number > 1)
    blocks = "\n".join(lines[1:]).strip().split("\n\n")
    body = tuple(block.strip() for block in blocks if block.strip())
    return Template(file, lines[0].removeprefix(_SUBJECT).strip(), body)


def _known(line: str, file: str, number: int, *, alone: bool) -> None:
    where = {"file": file, "line": number}
    try:
        places = list(string.Formatter().parse(line))
    except ValueError as error:
        raise TemplateError(
            N_("{file}, line {line}: a brace has no other half."),
            N_("Write {{{{ and }}}} for braces of the text."), **where,
        ) from error  # fmt: skip
    for _text, name, spec, conversion in places:
        if name is None:
            continue
        if name not in (*WORDS, *TABLES) or spec or conversion:
            raise TemplateError(
                N_("{file}, line {line}: no letter knows the place {name}."),
                N_("Known are: {known}."), **where, name="{" + name + "}",
                known=", ".join((*WORDS, *TABLES)),
            )  # fmt: skip
        if name in TABLES and (not alone or line.strip() != "{" + name + "}"):
            raise TemplateError(
                N_("{file}, line {line}: {name} is a table, and stands on a line of its own."),
                N_("Put an empty line before and after it."), **where, name="{" + name + "}",
            )  # fmt: skip
