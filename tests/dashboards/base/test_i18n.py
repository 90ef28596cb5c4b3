import json
import re
import subprocess
import sys
from functools import cache

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from dashboards.base import i18n
from dashboards.base.format import Format
from dashboards.base.i18n import LANGUAGES, LOCALES, _, collect, missing, n_, speaking
from dashboards.base.words import grid_words
from data.core.texts import Text
from etl.findings import customers
from tests.places import ROOT

#: every text of the source, which takes seconds to find
collected = cache(collect)


def test_the_texts_of_the_source_are_found():
    texts = {m.id[0] if isinstance(m.id, tuple) else m.id for m in collected()}
    assert {"Overview", "How is this computed?", "Receivables", "Country"} <= texts


def test_english_needs_no_catalogue():
    assert _("Overview") == "Overview"
    assert n_("{count} document", "{count} documents", 1) == "{count} document"


def test_a_translation_must_keep_the_places(tmp_path, monkeypatch):
    folder = tmp_path / "nl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    text = """msgid "Data up to {day}"
msgstr "Gegevens tot {dag}"

msgid "Overview"
msgstr "Overzicht"
"""
    (folder / "tandem.po").write_text(text, encoding="utf-8")
    monkeypatch.setattr(i18n, "LOCALES", tmp_path)
    i18n._translations.cache_clear()
    try:
        with speaking("nl"):
            assert _("Overview") == "Overzicht"
            assert _("More") == "More"
        gaps = missing("nl")
    finally:
        i18n._translations.cache_clear()
    assert "Data up to {day}" in gaps
    assert "Overview" not in gaps


def _of(folder: str) -> list[Message]:
    return [m for m in collected() if any(p.startswith(folder) for p, _l in m.locations)]


def test_what_is_found_is_counted_as_a_native_counts():
    counting = [m for m in _of("etl/findings") if "{items}" in str(m.id)]
    assert len(counting) > 25
    assert [m.id for m in counting if not isinstance(m.id, tuple)] == []
    assert [m.id for m in counting if re.search(r": \{items\}", str(m.id))] == []


def test_what_a_reading_notes_is_counted_as_a_native_counts():
    """One cell is no "1 cells"; a number behind a colon, or of a number, needs no noun."""
    counted = re.compile(r"(?<![:(] )\{count\} (?!of the )[a-z]", re.IGNORECASE)
    counting = [m for m in _of("etl/") if counted.search(str(m.id))]
    more = "Columns not used: {columns}, and {count} more."
    # four or fewer are never refused
    own = "The files name {count} dimensions of your own, and there is room for four: {names}."
    assert {m.id for m in counting if not isinstance(m.id, tuple)} == {more, own}
    assert len(counting) > 30
    cells = "{count} cells of {column} name no known country and stay as they are."
    for code, said in (
        ("en", "1 cell of Land names no known country and stays as it is."),
        ("nl", "1 cel van Land vermeldt geen bekend land en blijft zoals ze is."),
        ("fr", "1 cellule de Land ne nomme aucun pays connu et reste telle quelle."),
    ):
        with speaking(code):
            assert Text(cells, {"count": 1, "column": "Land"}).render(_) == said


def test_a_server_knows_both_forms_of_what_loads_of_other_days_wrote():
    """It marks no sentence while it loads, and those of tables not even where it reads one."""
    asked = """
import json, sys
from data.core.texts import singular
from data.store.state import Store
from dashboards.server import create_app
create_app(Store("nowhere"))
print(json.dumps([many for one, many in json.load(sys.stdin) if singular(many) != one]))
"""
    pairs = json.dumps([m.id for m in collected() if isinstance(m.id, tuple)])
    done = subprocess.run(
        [sys.executable, "-c", asked], input=pairs, capture_output=True, text=True, check=True,
        cwd=ROOT,
    )  # fmt: skip
    assert json.loads(done.stdout) == []


@pytest.mark.parametrize(
    ("code", "one", "several"),
    [
        ("en", "1 customer has no sector.", "1,200 customers have no sector."),
        ("nl", "1 klant heeft geen sector.", "1.200 klanten hebben geen sector."),
        ("fr", "1 client n’a pas de secteur.", "1\u202f200 clients n’ont pas de secteur."),
    ],
)
def test_a_sentence_that_counts_has_two_forms(code, one, several):
    with speaking(code):
        f = Format(code)
        assert Text(customers.NO_SECTOR.sentence, f.told({"items": 1})).render(_) == one
        assert Text(customers.NO_SECTOR.sentence, f.told({"items": 1200})).render(_) == several
    assert str(Text(customers.NO_SECTOR.sentence, {"items": 1})) == "1 customer has no sector."


@pytest.mark.parametrize("started", ["tandem", "app.py"])
def test_texts_name_the_command_that_was_started(started, monkeypatch):
    monkeypatch.setattr("sys.argv", [f"/somewhere/{started}", "serve"])
    text = "Load it with `python app.py load`, which has no limit."
    named = "`tandem load`" if started == "tandem" else "`python app.py load`"
    assert named in str(Text(text))
    for code in LANGUAGES:
        with speaking(code):
            assert named in _(text)


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_every_text_is_translated(code):
    gaps = missing(code)
    assert not gaps, f"{len(gaps)} texts lack a translation into {code}: {gaps[:5]}"


#: What another word of the same language says: whoever reads one of these meets two for one thing.
NOT_SAID = {
    "nl": re.compile(r"(?<!lettering, )\w*(afpunt|afgepunt)", re.IGNORECASE),
    "fr": re.compile(
        r"marge|\baffect|écritures? ouvertes?|montants? ouverts?|\w'\w", re.IGNORECASE
    ),
}


@pytest.mark.parametrize("code", NOT_SAID)
def test_one_thing_has_one_word(code):
    with (LOCALES / code / "LC_MESSAGES" / "tandem.po").open("rb") as stream:
        said = [m.string for m in read_po(stream, locale=code) if m.id]
    texts = [text for one in said for text in (one if isinstance(one, tuple) else (one,))]
    assert [text for text in texts if NOT_SAID[code].search(text)] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_grid_speaks_the_readers_language(code):
    with speaking("en"):
        english = grid_words()
    with speaking(code):
        aloud = {key: word for key, word in grid_words().items() if key.startswith("aria")}
    assert len(aloud) > 8
    assert all((word != english[key]) == (code != "en") for key, word in aloud.items())
