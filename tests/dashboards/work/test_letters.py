"""Letters: their amounts, their four languages, their templates, and what no name can do to them.

TANDEM_GOLDEN=write writes the golden drafts anew from what is written now.
"""

from __future__ import annotations

import email
import io
import os
import zipfile
from datetime import date
from decimal import Decimal
from email.policy import default
from pathlib import Path

import pytest
from typer.testing import CliRunner

import app
from dashboards.base.view import Context
from dashboards.letters.templates import TemplateError, parsed, template
from dashboards.server import create_app
from dashboards.work.drafting import keep_sent, letters_content, letters_of
from dashboards.work.letters import (
    HERE,
    PLACES,
    Letter,
    as_draft,
    as_page,
    as_zip,
    draft_names,
    written,
)
from data.core.policy.rules import DEFAULTS
from data.workspace.subjects.dispute import Dispute
from data.workspace.subjects.keeping import Person
from data.workspace.subjects.work import LANGUAGES, Contact, Correspondence
from metrics.decide.work.claim import Late, claims
from metrics.decide.work.letter import LETTERS
from tests.ledgers import customer, invoice, match, payment, publish

D = Decimal
DAY = date(2025, 7, 31)
GOLDEN = Path(__file__).parents[2] / "golden" / "letters"
PUBLISHED = Late("F1", date(2025, 5, 1), date(2025, 5, 31), D(10_000), D(10_000), "EUR")


def letter(language="en", kind="formal", country="BE", name="Maes & Zonen", **more) -> Letter:
    part = Late("F2", date(2025, 4, 1), date(2025, 5, 1), D("4000.00"), D("1500.00"), "EUR",
                ((date(2025, 5, 31), D("2500.00")),))  # fmt: skip
    made = claims([PUBLISHED, part], DAY, country, DEFAULTS, more.pop("unapplied", D(0)))
    known = {"number": "K-17", "rule": "country", "email": "", "sender": "An Peeters", **more}
    return Letter(letter=kind, name=name, language=language, day=DAY, claims=made, **known)


def test_interest_runs_on_each_part_to_the_day_it_was_paid():
    found = letter().claims
    part, whole = found.lines
    assert whole.interest == D("183.70")
    # 2,500 for 30 days of May at 11.5 %; 1,500 for 30 and 30 days at 11.5 %, 31 at 10.5 %
    paid = D(2500) * D("11.5") * 30 / 36_500
    left = D(1500) * (D("11.5") * 60 + D("10.5") * 31) / 36_500
    assert part.interest == round(paid + left, 2)
    assert found.compensation == 80
    assert found.total == D("11500") + part.interest + D("183.70") + 80
    # what cannot be said is not claimed, and not zero
    swiss = letter(country="CH").claims
    assert (swiss.interest, swiss.compensation, swiss.total) == (None, None, 11_500)
    assert "reserved" in written(letter(country="CH"), Path("none")).text
    # what no invoice has taken is taken off
    assert letter(unapplied=D(500)).claims.owed == 11_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_is_what_it_was(language):
    made = as_draft(written(letter(language, email="boek@maes.example"), Path("none")))
    path = GOLDEN / f"{language}.eml"
    if os.environ.get("TANDEM_GOLDEN") == "write":
        path.write_bytes(made.replace(b"\r\n", b"\n"))
    assert made.replace(b"\r\n", b"\n") == path.read_bytes()
    read = email.message_from_bytes(made, policy=default)
    assert (read["X-Unsent"], read["To"]) == ("1", "boek@maes.example")
    assert read["From"] is None
    body = read.get_body(("plain",)).get_content()
    assert "F2" in body
    assert "183" in body


def test_every_letter_is_written_in_every_language_and_tells_the_amounts():
    for language in LANGUAGES:
        texts = [written(letter(language, kind), Path("none")).text for kind in LETTERS]
        assert len(set(texts)) == len(LETTERS)
        assert all("An Peeters" in text and "F1" in text for text in texts)
        assert "183" not in texts[0]  # a friendly word claims no interest


def test_no_name_gets_into_a_header_or_into_the_page():
    evil = "Bad\r\nBcc: all@evil.example\n<script>alert(1)</script> {total} &"
    own = letter(name=evil, number="1\r\nTo: x@evil.example/../..", sender="<b>me</b>")
    one = written(own, Path("none"))
    read = email.message_from_bytes(as_draft(one), policy=default)
    assert read["Bcc"] is None
    assert read["To"] is None
    assert "evil" in read["Subject"]
    page = as_page([one, one])
    assert "<script>" not in page
    assert "<b>me" not in page
    assert "&lt;script&gt;" in page
    names = draft_names([one, one])
    assert len(set(names)) == 2
    assert all("/" not in name and ".." not in name for name in names)
    archive = zipfile.ZipFile(io.BytesIO(as_zip([one, one])))
    assert archive.namelist() == names
    assert as_zip([one, one]) == as_zip([one, one])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Dear {customer}", "line 1: a template begins with its subject"),
        ("", "begins with its subject"),
        ("Subject: a\n\nPay {ammount} now", "line 3: no letter knows the place {ammount}"),
        ("Subject: {customer.name}", "knows the place {customer.name}"),
        ("Subject: a\n\n{customer!r}", "knows the place {customer}"),
        ("Subject: a\n\nSee {invoices} below", "line 3: {invoices} is a table"),
        ("Subject: {claim}", "line 1: {claim} is a table"),
        ("Subject: a\n\nSmile :-}", "line 3: a brace has no other half"),
        ("Subject: a\n" + "x" * 100_001, "too long"),
    ],
)
def test_a_template_that_is_none_says_where(text, says):
    with pytest.raises(TemplateError) as refused:
        parsed(text, "second.nl.txt", PLACES)
    assert says in str(refused.value)


def test_a_companys_own_template_goes_before(tmp_path):
    (tmp_path / "reminders").mkdir()
    own = tmp_path / "reminders" / "friendly.en.txt"
    own.write_text("Subject: Hello {customer}\n\nPay {owed}, {{please}}.\n\n{invoices}\n")
    made = written(letter(kind="friendly"), tmp_path)
    assert made.subject == "Hello Maes & Zonen"
    assert made.text.startswith("Pay 11,500.00\u00a0EUR, {please}.\n\nInvoice")
    own.write_bytes(b"Subject: \xff\xfe")
    with pytest.raises(TemplateError, match="UTF-8"):
        template(HERE, tmp_path, "friendly", "en", PLACES)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A owes for 100 days in Belgium, B is disputed, C pays in dollars, P is a person."""
    documents, matches = (
        [
            invoice("A1", "A", "2025-11-20", "900.00", due="2025-12-20"),
            payment("PA1", "A", "2026-01-19", "400.00"),
            payment("NA1", "A", "2026-02-15", "100.00") | {"kind": "credit_note"},
            invoice("A2", "A", "2026-03-01", "5.00", due="2026-03-20"),
            invoice("B1", "B", "2025-12-01", "700.00", due="2026-01-01"),
            invoice(
                "C1", "C", "2025-12-01", "600.00", due="2026-01-01", currency="USD", rate="0.9"
            ),
            invoice("P1", "P", "2025-12-01", "800.00", due="2026-01-01"),
            invoice("Z", "Z", "2026-03-31", "10.00", due="2026-04-30"),
        ],
        [match("A1", "PA1", "400.00"), match("A1", "NA1", "100.00")],
    )
    customers = [
        customer("A", name="Alfa", country="BE"), customer("B", name="Beta", country="FR"),
        customer("C", name="Cee", country="DE"), customer("P", name="Petra", country="NL"),
    ]  # fmt: skip
    return publish(tmp_path_factory.mktemp("letters"), documents, matches, customers)


def test_who_is_written_to_how_and_what_is_left_out(store):
    context = Context(store)
    context.memory.say("An", "B", Dispute(D("700.00"), "EUR", "price"))
    context.memory.say("An", "P", Person(True))
    context.memory.say("An", "A", Correspondence("fr", "compta@alfa.example"))
    view = context.view("")
    found = {one.number: one for one in letters_of(view, ["A", "B", "C", "P", "Z"])}
    assert set(found) == {"A", "C", "P"}
    one = found["A"]
    assert (one.letter, one.language, one.rule, one.email) == (
        "friendly", "fr", "said", "compta@alfa.example",
    )  # fmt: skip
    (line,) = one.claims.lines  # what is less than the policy asks for is not in it
    assert (line.late.amount, line.late.open, line.days) == (900, 400, 101)
    # what was credited was never owed: it bears no interest
    assert line.late.paid == ((date(2026, 1, 19), D("400.00")),)
    assert (found["C"].claims.currency, found["C"].claims.open) == ("USD", 600)
    assert found["C"].claims.compensation is None
    # the law between companies is not for a person
    assert (found["P"].claims.interest, found["P"].claims.total) == (None, 800)
    (english,) = letters_of(view, ["A"], language="en")
    assert (english.language, english.rule) == ("en", "asked")


def test_what_was_sent_is_kept_and_the_next_letter_is_the_next_stage(store):
    context = Context(store)
    view = context.view("?letter_to=C")
    assert letters_content(view, may=True).title == "1 letter"
    lines = keep_sent(context, view, "An")
    assert [line.said for line in lines] == [Contact("remind", "sent", "Reminder")]
    (after,) = letters_of(context.view(""), ["C"])
    assert after.letter == "second"
    context.memory.take_back("An", lines[0].id)
    (after,) = letters_of(context.view(""), ["C"])
    assert after.letter == "friendly"


def test_the_addresses_and_the_command_give_the_same_letters(store, tmp_path):
    client = create_app(store).server.test_client()
    page = client.get("/work/reminders.html?letter_to=C")
    assert page.status_code == 200
    assert "Cee" in page.text
    drafts = client.get("/work/reminders.zip?letter_to=C")
    assert drafts.headers["Content-Disposition"].startswith("attachment")
    assert client.get("/work/reminders.exe").status_code == 404
    run = ["reminders", "--store", str(store.folder), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app.cli, [*run, "--customer", "C", "--customer", "NONE"])
    assert (done.exit_code, done.exception) == (0, None)
    assert "1 letters in German" in done.output
    assert "NONE: nothing to ask for" in done.output
    assert (tmp_path / "out" / "reminders-2026-03-31.html").read_text("utf-8") == page.text
    assert (tmp_path / "out" / "reminders-2026-03-31.zip").read_bytes() == drafts.data
    refused = CliRunner().invoke(app.cli, [*run, "--language", "xx"])
    assert refused.exit_code == 1
    assert "No letters are written in “xx”" in refused.output
