"""The templates of letters: a subject, and paragraphs with {places}; a company may write its own.

A template is a text file `<letter>.<language>.txt`, whose first line is `Subject: ...`. Those in
the folder `reminders/` of the store go before those that come with Tandem.
"""

from __future__ import annotations

import html
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from data.core.errors import TandemError
from data.core.texts import N_

OWN = "reminders"
"""The folder within the store's."""
_SUBJECT = "Subject:"
MOST = 100_000


class TemplateError(TandemError):
    """A template that no letter can be made of."""


@dataclass(frozen=True)
class Places:
    """What a kind of letter knows. words: places within a sentence, and in the subject.

    tables: places that stand for a table: each is a paragraph of its own.
    """

    words: tuple[str, ...]
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Template:
    """A subject and paragraphs, each as the parts of `string.Formatter`: text, then a place."""

    file: str
    subject: str
    paragraphs: tuple[str, ...]


def template(here: Path, store: Path, letter: str, language: str, places: Places) -> Template:
    """Return the template of a letter: the company's own where there is one, else that of `here`.

    Raises `TemplateError` where it cannot be read, or has a place that nobody knows.
    """
    name = f"{letter}.{language}.txt"
    own = store / OWN / name
    path = own if own.is_file() else here / name
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(
            N_("The template {file} cannot be read: {error}."), N_("Save it as text in UTF-8."),
            file=str(path), error=str(error),
        ) from error  # fmt: skip
    return parsed(text, str(path) if path == own else name, places)


def parsed(text: str, file: str, places: Places) -> Template:
    """Return a template from its text. Raises `TemplateError` as `template`.

    >>> known = Places(("number", "customer"), ("invoices",))
    >>> text = "Subject: {number}\\n\\nDear {customer},\\n\\n{invoices}"
    >>> parsed(text, "a.txt", known).paragraphs
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
        _known(line, file, number, places, alone=number > 1)
    blocks = "\n".join(lines[1:]).strip().split("\n\n")
    body = tuple(block.strip() for block in blocks if block.strip())
    return Template(file, lines[0].removeprefix(_SUBJECT).strip(), body)


def filled(
    form: Template, words: Mapping[str, str], tables: Mapping[str, tuple[str, str]]
) -> tuple[str, str, str]:
    """Return a template's subject, its text and the same as HTML, with its places filled.

    tables: name -> the table as text and as HTML.

    >>> form = parsed("Subject: a\\n\\n{who}", "a.txt", Places(("who",), ()))
    >>> filled(form, {"who": "<A>"}, {})
    ('a', '<A>\\n', '<p>&lt;A&gt;</p>')
    """
    safe = {name: html.escape(value) for name, value in words.items()}
    texts, parts = [], []
    for block in form.paragraphs:
        name = block.strip("{}")
        if block == "{" + name + "}" and name in tables:
            text, page = tables[name]
            texts.append(text)
            parts.append(page)
            continue
        texts.append(block.format(**words).rstrip())
        lines = html.escape(block, quote=False).format(**safe).rstrip().splitlines()
        parts.append(f"<p>{'<br>'.join(lines)}</p>")
    # no line of a header ends before the header does
    subject = " ".join(form.subject.format(**words).split())
    return subject, "\n\n".join(texts) + "\n", "\n".join(parts)


def _known(line: str, file: str, number: int, known: Places, *, alone: bool) -> None:
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
        if name not in (*known.words, *known.tables) or spec or conversion:
            raise TemplateError(
                N_("{file}, line {line}: no letter knows the place {name}."),
                N_("Known are: {known}."), **where, name="{" + name + "}",
                known=", ".join((*known.words, *known.tables)),
            )  # fmt: skip
        if name in known.tables and (not alone or line.strip() != "{" + name + "}"):
            raise TemplateError(
                N_("{file}, line {line}: {name} is a table, and stands on a line of its own."),
                N_("Put an empty line before and after it."), **where, name="{" + name + "}",
            )  # fmt: skip
