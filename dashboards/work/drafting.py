"""The letters that go with the worklist: whose, the panel that offers them, and their addresses.

`/work/reminders.html` prints them, `/work/reminders.zip` holds them as mail drafts; both under the
filters of the page, and for `customer=` alone where the address names one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import flask
from dash import Dash, html

from dashboards.base.i18n import _, n_
from dashboards.base.panel import Content
from dashboards.base.parts import message
from dashboards.base.view import Context, View
from dashboards.charts.plain_table import Cell, plain_table
from dashboards.frame.deals import rows_of
from dashboards.frame.download import Filed, filed
from dashboards.frame.worked import accounts_in, lines_of
from dashboards.work.asked import worklist_of
from dashboards.work.letters import Letter, Written, as_page, as_zip, written
from data.core.policy.kinds import Stage
from data.core.texts import N_
from data.workspace.line import Line, line_of
from data.workspace.subjects.keeping import Person
from data.workspace.subjects.subject import SaidError
from data.workspace.subjects.work import LANGUAGES, Contact, Correspondence
from metrics.decide.work.letter import LETTERS, language_of, letter_of
from metrics.decide.work.today import LATER, TODAY, asked
from metrics.late_claims import claims_of

ONE = "letter_to"
"""The key of the address that names the one customer who is written to."""
SHOWN = 10
"""So many letters are listed; all are in the files."""
_RULES = {
    "said": N_("as said of the customer"),
    "asked": N_("as asked"),
    "country": N_("by its country"),
    "none": N_("no language is known of its country"),
}
_KINDS = {"html": "text/html; charset=utf-8", "zip": "application/zip"}


def letters_of(
    view: View, numbers: Collection[str] | None = None, language: str = "", sender: str = ""
) -> list[Letter]:
    """Return the letters to customers who are late, in the order of the worklist.

    numbers: to these; None: to all on today's list and beyond whose step is a letter. language: of
    `LANGUAGES`, whatever is known of the customer; ''. What is disputed is in none.
    """
    day, policy = view.selection.as_of, view.options.policy
    accounts = {one.number: one for one in accounts_in(view)}
    if numbers is None:
        rows = [x for x in worklist_of(view) if x.state in (TODAY, LATER)]
        numbers = [x.account.number for x in rows if x.verb in ("remind", "dun")]
    said: dict[str, Correspondence] = {}
    persons: dict[str, bool] = {}
    for one in lines_of(view):
        if one.line.holds and isinstance(one.line.said, Correspondence):
            said.setdefault(one.line.customer, one.line.said)
        elif one.line.holds and isinstance(one.line.said, Person):
            persons.setdefault(one.line.customer, one.line.said.person)
    chosen = [accounts[number] for number in numbers if number in accounts]
    countries = {x.number: "" if persons.get(x.number) else x.country for x in chosen}
    claims = claims_of(rows_of(view), view.ledger, countries, policy) if chosen else {}
    found = []
    for account in chosen:
        items = [x for x in asked(account, day, policy) if x.late(day) > 0]
        kind = letter_of(account, items, day, policy)
        if kind is None:
            continue
        known = said.get(account.number)
        spoken, rule = language_of(known.language if known else "", account.country)
        found += [
            Letter(
                account.number, account.name, kind, language or spoken,
                "asked" if language else rule, known.email if known else "", day, one, sender,
            )
            for one in claims.get(account.number, ())
        ]  # fmt: skip
    return found


def all_written(letters: Sequence[Letter], store: Path) -> list[Written]:
    """Write letters. Raises `TemplateError` where a template of the company's own is none."""
    return [written(one, store) for one in letters]


def letters_content(view: View, may: bool) -> Content:
    """Return what there is to print or to mail; `may`: with a button that keeps them as sent."""
    letters, f = _chosen(view), view.f
    title = n_("{count} letter", "{count} letters", len(letters)).format(
        count=f.count(len(letters))
    )
    measure = _("To customers whose step is a letter, with interest and compensation to the day; "
                "nothing is sent from here")  # fmt: skip
    if not letters:
        return Content(title, measure, message(_("No customer's step is a letter"), kind="empty"))
    query = view.selection.page.get(ONE)
    links = [
        html.A(label, href=view.link(f"/work/reminders.{kind}", **{ONE: query}),
               className="button", target="_blank" if kind == "html" else None)
        for kind, label in (("html", _("Print the letters")), ("zip", _("Mail drafts (.zip)")))
    ]  # fmt: skip
    if may:
        links.append(
            html.Button(_("They were sent"), id={"type": "work-sent", "at": "letters"},
                        className="button", n_clicks=0)
        )  # fmt: skip
    head = ((_("Customer"), False), (_("Letter"), False), (_("Language"), False),
            (_("Mailbox"), False), (_("Open"), True), (_("Interest"), True),
            (_("Compensation"), True), (_("Total"), True))  # fmt: skip
    unknown = _("cannot be said")
    rows: list[list[Cell]] = []
    for one in letters[:SHOWN]:
        found = one.claims
        spoken = _("{language}, {rule}").format(
            language=_(LANGUAGES[one.language]), rule=_(_RULES[one.rule])
        )
        amounts = [
            unknown if value is None else f"{f.number(value, 2)} {found.currency}"
            for value in (found.open, found.interest, found.compensation, found.total)
        ]
        rows.append(
            [one.name, _(LETTERS[one.letter]), spoken, one.email or _("none known"), *amounts]
        )
    more = len(letters) - SHOWN
    body = [
        html.Div(links, className="work-letters-do"),
        html.Div(plain_table(head, rows), className="work-letters"),
    ]
    if more > 0:
        text = n_("and {count} more, in the files", "and {count} more, in the files", more)
        body.append(html.P(text.format(count=f.count(more)), className="measure"))
    return Content(title, measure, body)


def _chosen(view: View) -> list[Letter]:
    number = view.selection.page.get(ONE, "")
    return letters_of(view, [number] if number else None)


def keep_sent(context: Context, view: View, who: str) -> tuple[Line, ...]:
    """Keep that the letters were sent: a contact of each customer, with the stage of its letter.

    Raises `SaidError` where nobody says it, or there is none.
    """
    letters = _chosen(view)
    if not letters:
        raise SaidError(N_("There is no letter."))
    stages = view.options.policy.stages.at(view.selection.as_of)
    made = {
        one.number: line_of(who, one.number, _contact(one, stages)) for one in reversed(letters)
    }
    return context.memory.keep(list(made.values()))


def _contact(letter: Letter, stages: Sequence[Stage]) -> Contact:
    place = list(LETTERS).index(letter.letter)
    level = stages[min(place, len(stages) - 1)].stage if stages else ""
    return Contact("dun" if place else "remind", "sent", level)


def connect(app: Dash, context: Context) -> None:
    """Add the addresses of the letters to the server."""

    @app.server.get("/work/reminders.<kind>")
    def reminders(kind: str) -> flask.Response:
        if kind not in _KINDS:
            flask.abort(404)

        def make(view: View) -> Filed:
            letters = all_written(_chosen(view), context.store.folder)
            content = as_page(letters).encode() if kind == "html" else as_zip(letters)
            name = f"tandem-reminders-{view.selection.as_of.isoformat()}.{kind}"
            about = f"reminders.{kind} {view.filters}"
            return Filed(name, content, _KINDS[kind], about, inline=kind == "html")

        return filed(context, make)
