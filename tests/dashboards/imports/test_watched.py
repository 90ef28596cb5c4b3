"""The Imports page over a store whose folder was watched: what waits, and what became of it."""

import json
import os
import sys

import pytest

from dashboards.base.i18n import speaking
from dashboards.imports.watched import OUTCOMES
from dashboards.server import create_app
from data.core.errors import ImportRefusedError
from data.core.importing import LoadSettings, Said
from data.store.state import Store
from etl.load.folder import watch as watching
from etl.load.folder.watch import Watch
from etl.load.importer import FileImporter
from etl.load.run import LoadOptions
from tests.etl.load.test_importer import AMBIGUOUS, INVOICES, SESSION, UNKNOWN, finished
from tests.pages import ask


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def inbox(tmp_path, store):
    """A folder with a question, a file that was not understood, and one that is loaded."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    for name, text in (("a", AMBIGUOUS), ("invoices", INVOICES), ("odd", UNKNOWN)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    time = iter(range(0, 1000, 4))
    Watch(
        folder, store, LoadOptions(), lambda _: None, clock=lambda: next(time), sleep=lambda _: None
    ).once()
    return folder


def shown(importer, store, language="en", **known):
    app = create_app(store, importer=importer)
    return ask(app, "imports-watched.children", language=language, **known)


def test_what_waits_is_shown_with_its_question(store, inbox):
    answer = shown(FileImporter(store), store)
    said = json.dumps(answer["imports-watched"], ensure_ascii=False)
    assert str(inbox) in said
    assert "Waiting for an answer" in said
    assert "Answer what is asked about a.csv" in said
    assert "01/02/2025" in said
    assert "Look at odd.csv" in said
    assert "a question is open" in said
    assert "invoices.csv" in said
    dutch = shown(FileImporter(store), store, "nl")
    assert "Beantwoord wat over a.csv gevraagd wordt" in json.dumps(dutch)
    stamp = answer["imports-watched-stamp"]["data"]
    assert shown(FileImporter(store), store, imports_watched_stamp=stamp) == {}


def test_who_watches_no_folder_sees_nothing_of_it(store):
    answer = shown(FileImporter(store), store)
    assert answer["imports-watched"]["children"] == []
    assert shown(None, store) == {}


def test_a_waiting_file_is_answered_as_a_dropped_one_and_moves_to_done(store, inbox):
    importer = FileImporter(store)
    key = next(one.key for one in importer.watched().waiting if one.name == "a.csv")
    token = importer.take_up(SESSION, key)
    importer.look(SESSION)
    (found,) = importer.files(SESSION)
    assert (found.name, found.problem.asks) == ("a.csv", "date_order")
    assert (inbox / "asked" / "a.csv").exists()
    importer.say(SESSION, token, Said(date_order="dmy"))
    importer.load(SESSION, LoadSettings())
    assert finished(importer).problem is None
    assert (inbox / "done" / "a.csv").read_text(encoding="utf-8") == AMBIGUOUS
    assert "a.csv (table): 2 invoices" in (inbox / "done" / "a.csv.report.txt").read_text(
        encoding="utf-8"
    )
    assert [p.name for p in (inbox / "asked").glob("a.csv*")] == []
    seen = importer.watched()
    assert [one.name for one in seen.waiting] == ["odd.csv"]
    assert (seen.events[0].file, seen.events[0].outcome) == ("a.csv", "answered")
    with pytest.raises(ImportRefusedError):
        importer.take_up(SESSION, key)


@pytest.mark.parametrize("key", ["", "../../x", "0" * 32])
def test_nothing_but_what_waits_is_taken_up(store, inbox, key):
    with pytest.raises(ImportRefusedError):
        FileImporter(store).take_up(SESSION, key)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a name is always text")
def test_a_name_that_is_no_text_stands_in_nobodys_way(store, inbox):
    odd = inbox / os.fsdecode(b"fact\xe9.csv")
    odd.write_text(AMBIGUOUS.replace("F1", "G1"), encoding="utf-8")
    (inbox / "later.csv").write_text(INVOICES.replace("F1", "G2"), encoding="utf-8")
    time = iter(range(0, 1000, 4))
    Watch(
        inbox, store, LoadOptions(), lambda _: None, clock=lambda: next(time), sleep=lambda _: None
    ).once()
    assert (inbox / "done" / "later.csv").exists()
    assert (inbox / "asked" / odd.name).exists()
    importer = FileImporter(store)
    page = json.dumps(shown(importer, store)["imports-watched"], ensure_ascii=False)
    assert "fact\ufffd.csv" in page
    key = next(one.key for one in importer.watched().waiting if one.name == "fact\ufffd.csv")
    importer.take_up(SESSION, key)
    importer.look(SESSION)
    assert [one.name for one in importer.files(SESSION)] == ["fact\ufffd.csv"]


def test_a_folder_that_is_gone_waits_for_nothing(store, inbox):
    inbox.rename(inbox.with_name("away"))
    seen = FileImporter(store).watched()
    assert seen.waiting == ()
    assert len(seen.events) == 3


def test_every_outcome_has_its_words():
    assert set(OUTCOMES) == set(watching._SAID)
    with speaking("fr"):
        from dashboards.base.i18n import _

        assert _(OUTCOMES["asked"]) == "une question est en attente"
