"""The reader's language: `_()` in pages, catalogues in dashboards/locales, no binaries in git.

`_("text")` answers in the language of the request (cookie `lang`, else Accept-Language, else
English). The .po files are compiled into memory on first use.

`python -m dashboards.base.i18n extract` collects every `_()`, `n_()`, `N_()` and `NN_()`, and what
presets say to readers, into
tandem.pot and brings the .po files up to date; `python -m dashboards.base.i18n check` lists what is
untranslated.
"""

from __future__ import annotations

import gettext
import re
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import flask
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from data.core.texts import NN_, as_started, singular

LANGUAGES = {"en": "English", "nl": "Nederlands", "fr": "Français"}
LOCALES = Path(__file__).parents[1] / "locales"
_ROOT = Path(__file__).parents[2]
_FOLDERS = ("dashboards", "metrics", "data", "etl")
_HEADER = """msgid ""
msgstr ""
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""
_PRESETS = "intake/formats/**.toml"
_PLACE = re.compile(r"\{(\w*)")
#: as many as take the plural in each language
_SEVERAL = 2
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


def language() -> str:
    """Return the language of this request: en, nl or fr."""
    spoken = _spoken.get()
    if spoken:
        return spoken
    if not flask.has_request_context():
        return "en"
    asked = flask.g.get("language")
    if asked is None:  # a page has hundreds of texts: the request is read once
        asked = flask.request.cookies.get("lang", "")
        if asked not in LANGUAGES:
            asked = flask.request.accept_languages.best_match(list(LANGUAGES)) or "en"
        flask.g.language = asked
    return str(asked)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Answer in `code` inside this block, whatever the request says (tests, files)."""
    token = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(token)


def _(text: str) -> str:
    """Return `text` in the reader's language; English where nobody translated it.

    Of what `NN_` marked: the sentence about several things, and that about one.
    """
    code = language()
    if code == "en" or not text:
        return as_started(text)
    one = singular(text)
    if one is not None:
        return _translations(code).ngettext(one, text, _SEVERAL)
    return as_started(_translations(code).gettext(text))


def n_(one: str, many: str, count: int) -> str:
    """Return the singular or plural sentence for `count`, in the reader's language."""
    code = language()
    if code == "en":
        return one if count == 1 else many
    return _translations(code).ngettext(one, many, count)


@cache
def know_both_forms() -> None:
    """Mark every sentence that counts with its two forms, also those that only a load marks.

    A server shows what was written by a load of another day, or in a process of its own.
    """
    code = next(c for c in LANGUAGES if c != "en")
    for message in _catalogue(code) or ():
        if isinstance(message.id, tuple):
            NN_(*message.id)


def _catalogue(code: str) -> Catalog | None:
    path = LOCALES / code / "LC_MESSAGES" / "tandem.po"
    if not path.exists():
        return None
    with path.open("rb") as stream:
        return read_po(stream, locale=code)


@cache
def _translations(code: str) -> gettext.NullTranslations:
    catalogue = _catalogue(code)
    if catalogue is None:
        return gettext.NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _of_preset(
    file: BinaryIO,
    _keywords: object,
    _comments: object,
    options: object,  # noqa: ARG001 - its name
) -> Iterator[tuple[int, None, str, list[str]]]:
    """Yield what a reader sees of a preset: label, what it gives and lacks, why rows do not count.

    Babel asks a method of extraction so; presets are TOML files, see etl/intake/mappings/preset.py.
    """
    said = tomllib.load(file)
    layouts = [said, *said.get("layout", [])]
    reasons = [text for layout in layouts for text in layout.get("reasons", {}).values()]
    for text in (said.get("label", ""), *said.get("gives", ()), *said.get("lacks", ()), *reasons):
        yield 0, None, text, []


def collect() -> Catalog:
    """Return every text of the source that a reader may see, with where it stands."""
    catalogue = Catalog(project="tandem", charset="utf-8")
    keywords = {"_": None, "N_": None, "n_": (1, 2), "NN_": (1, 2)}
    methods = [("**.py", "python"), (_PRESETS, _of_preset)]
    for folder in _FOLDERS:
        found = extract_from_dir(_ROOT / folder, methods, keywords=keywords)
        for name, _line, message, comments, _context in found:
            # file names without lines: a moved line is no change worth a diff
            catalogue.add(message, locations=[(f"{folder}/{name}", 0)], auto_comments=comments)
    return catalogue


def missing(code: str) -> list[str]:
    """Return the texts that have no translation into `code`, or one with other {places}."""
    path = LOCALES / code / "LC_MESSAGES" / "tandem.po"
    known = Catalog(locale=code)
    if path.exists():
        with path.open("rb") as stream:
            known = read_po(stream, locale=code)
    bad = []
    for message in collect():
        if not message.id:
            continue
        source = message.id if isinstance(message.id, tuple) else (message.id,)
        translated = known.get(message.id)
        target = translated.string if translated and not translated.fuzzy else ""
        targets = target if isinstance(target, tuple) else (target,)
        places = [set(_PLACE.findall(text)) for text in (source[-1], *targets)]
        # a singular may leave its number out; the last form says everything
        if not all(targets) or places[-1] != places[0] or any(p - places[0] for p in places):
            bad.append(source[0])
    return bad


def update() -> None:
    """Write tandem.pot anew and bring each .po up to date, keeping its translations."""
    template = collect()
    LOCALES.mkdir(exist_ok=True)
    with (LOCALES / "tandem.pot").open("wb") as stream:
        write_po(stream, template, sort_by_file=True, omit_header=True, include_lineno=False)
    for code in LANGUAGES:
        if code == "en":
            continue
        path = LOCALES / code / "LC_MESSAGES" / "tandem.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = Catalog(locale=code, charset="utf-8")
        if path.exists():
            with path.open("rb") as stream:
                catalogue = read_po(stream, locale=code)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        body = BytesIO()
        write_po(
            body, catalogue, sort_by_file=True, omit_header=True, include_lineno=False, width=100
        )
        # a header of our own: Babel's carries the time of day, a difference in every diff
        header = _HEADER.format(code=code, plural=catalogue.plural_forms)
        path.write_bytes(header.encode() + body.getvalue())


def main(arguments: list[str]) -> int:
    """Run `extract` or `check`; return the exit code."""
    if arguments == ["extract"]:
        update()
        return 0
    if arguments == ["check"]:
        gaps = {code: missing(code) for code in LANGUAGES if code != "en"}
        for code, texts in gaps.items():
            for text in texts:
                print(f"{code}: {text}")
        return 1 if any(gaps.values()) else 0
    print("usage: python -m dashboards.base.i18n extract|check", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
