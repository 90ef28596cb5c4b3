"""The form that says something of a customer: its fields, and what a filled one says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.base.i18n import _, language
from dashboards.base.parts import amount_field
from dashboards.base.view import View
from dashboards.customer.facts import ledger_of, number_of
from data.core.policy.kinds import VERBS
from data.core.texts import N_
from data.reference import nace
from data.workspace.line import today
from data.workspace.named import Named
from data.workspace.rates import Rates
from data.workspace.subjects.agreed import Limit, Terms
from data.workspace.subjects.dispute import REASONS, Dispute
from data.workspace.subjects.keeping import Backlog, Owner, Person
from data.workspace.subjects.market import CUSTOMER, LEVELS, Priority, Sector
from data.workspace.subjects.note import Note
from data.workspace.subjects.plan import MOST_PARTS, Plan, Settlement
from data.workspace.subjects.promise import Promise
from data.workspace.subjects.subject import SaidError, Subject, given_amount, given_day
from data.workspace.subjects.work import LANGUAGES, OUTCOMES, Contact, Correspondence, Snooze
from data.workspace.subjects.work import REASONS as WAITING
from metrics.asking.metric import Query

_MOST_DOCUMENTS = 300
_MOST_SECTORS = 40
_OPEN = Query(
    reads=("alive",),
    select=f"""
select d.ledger, d.document_id, min(alive.due_on) as due_on, sum(alive.amount) as amount
from alive
join documents as d on d.document_key = coalesce(alive.reopens, alive.document_key)
where alive.amount > 0
group by d.ledger, d.document_id
order by due_on, d.document_id
limit {_MOST_DOCUMENTS}
""",
)
#: What the form can say, in groups; the others follow from a button on a line.
_GROUPS: Mapping[str, Sequence[type[Subject]]] = {
    N_("What is known"): (Note, Dispute),
    N_("What is done"): (Contact, Snooze),
    N_("How it pays"): (Promise, Plan, Settlement),
    N_("What was agreed"): (Terms, Limit, Backlog),
    N_("The customer"): (Owner, Priority, Sector, Person, Correspondence),
}
#: field -> the subjects that it belongs to
_OF: Mapping[str, Sequence[type[Subject]]] = {
    "owed": (Settlement,),
    "amount": (Promise, Dispute, Plan, Settlement, Limit, Backlog),
    "currency": (Promise, Dispute, Plan, Settlement, Limit, Backlog),
    "day": (Promise, Settlement),
    "parts": (Plan,),
    "first": (Plan,),
    "interest": (Plan,),
    "reason": (Dispute,),
    "documents": (Promise, Dispute, Plan, Settlement),
    "settler": (Dispute,),
    "days": (Terms,),
    "until": (Terms, Limit),
    "insured": (Limit,),
    "percent": (Limit,),
    "security": (Limit,),
    "advised": (Limit,),
    "owner": (Owner,),
    "level": (Priority,),
    "sector": (Sector,),
    "person": (Person,),
    "verb": (Contact,),
    "outcome": (Contact,),
    "contact": (Contact,),
    "waiting": (Snooze,),
    "back": (Snooze,),
    "language": (Correspondence,),
    "email": (Correspondence,),
}
FIELDS = ("subject", "note", *_OF)
"""What a filled form holds, by name; each is the `value` of `say-<name>`."""


def fields() -> list[Component]:
    """Return what is said, and the fields of every subject."""
    wide = {"size": "sm"}
    groups = [
        {"group": _(group), "items": [{"value": s.name, "label": _(s.label)} for s in subjects]}
        for group, subjects in _GROUPS.items()
    ]
    day = {"valueFormat": "D MMM YYYY", **wide}
    made = {
        "subject": dmc.Select(
            label=_("What is said"), data=groups, value=Note.name, allowDeselect=False,
            maxDropdownHeight=420, **wide,
        ),
        "owed": amount_field(_("Of what is owed")),
        "amount": amount_field(_("Amount")),
        "currency": dmc.Select(label=_("Currency"), data=[], allowDeselect=False, **wide),
        "day": dmc.DateInput(label=_("Promised by"), **day),
        "parts": dmc.NumberInput(
            label=_("Monthly parts"), min=2, max=MOST_PARTS, allowDecimal=False, **wide
        ),
        "first": dmc.DateInput(label=_("First part by"), **day),
        "interest": amount_field(_("Interest a month, %"), 10),
        "reason": dmc.Select(label=_("Reason"), data=_choices(REASONS), **wide),
        "documents": dmc.MultiSelect(
            label=_("Documents"), data=[], searchable=True, clearable=True, **wide
        ),
        "settler": dmc.TextInput(label=_("Who settles it"), **wide),
        "days": dmc.NumberInput(
            label=_("Days to pay"), min=0, max=365, allowDecimal=False, **wide
        ),
        "until": dmc.DateInput(
            label=_("Valid until"), clearable=True, placeholder=_("until another one"), **day
        ),
        "insured": amount_field(_("Insured amount")),
        "percent": dmc.NumberInput(
            label=_("Insured percentage"), min=0, max=100, allowDecimal=False, suffix=" %", **wide
        ),
        "security": dmc.TextInput(label=_("Other security"), **wide),
        "advised": amount_field(_("Advised by insurer or bureau")),
        "owner": dmc.TextInput(label=_("Who looks after it"), **wide),
        "level": dmc.Select(label=_("Priority"), data=_choices(LEVELS), **wide),
        "sector": dmc.Select(
            label=_("Sector"), data=[], placeholder=_("NACE code or name"), searchable=True,
            maxDropdownHeight=320, filter={"function": "showAll"},
            nothingFoundMessage=_("Type a NACE code or a part of its name"),
            description=_("It goes before what files say, now and in later loads."), **wide,
        ),
        "person": dmc.Select(
            label=_("It is"), data=_choices({"yes": N_("A natural person"), "no": N_("A company")}),
            **wide,
        ),
        "verb": dmc.Select(label=_("Step"), data=_choices(VERBS), **wide),
        "outcome": dmc.Select(label=_("What came of it"), data=_choices(OUTCOMES), **wide),
        "contact": dmc.TextInput(label=_("With whom"), **wide),
        "waiting": dmc.Select(label=_("Reason to wait"), data=_choices(WAITING), **wide),
        "back": dmc.DateInput(label=_("Back on the list on"), **day),
        "language": dmc.Select(label=_("Language of its letters"), data=_choices(LANGUAGES),
                               **wide),
        "email": dmc.TextInput(label=_("Mailbox for its letters"), **wide),
        "note": dmc.Textarea(
            label=_("In words"), autosize=True, minRows=2, maxRows=8, size="sm"
        ),
    }  # fmt: skip
    boxes = []
    for name, control in made.items():
        control.id = f"say-{name}"
        subjects = " ".join(f"for-{s.name}" for s in _OF.get(name, ()))
        wider = "wide" if name in ("note", "documents", "sector") else ""
        classes = " ".join(filter(None, ("say-field", wider, subjects)))
        boxes.append(html.Div(control, className=classes))
    return boxes


def _choices(words: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"value": value, "label": _(label)} for value, label in words.items()]


def sectors(typed: str, revision: str) -> list[dict[str, str]]:
    """Return the sectors whose code or name holds what was typed, as choices."""
    sought, found = _plain(typed.strip()), []
    for code, sector in nace.sectors(revision).items():
        name = f"{code} {nace.label(code, language(), revision)}"
        if sector.level > 1 and sought in _plain(name):
            found.append({"value": code, "label": name})
    return found[:_MOST_SECTORS]


def _plain(text: str) -> str:
    return text.casefold().replace("’", "'")


def currencies_of(view: View) -> list[str]:
    """Return the currencies in which amounts can be said: the reporting one, then of documents."""
    sql = "select distinct currency from documents where customer = $customer order by currency"
    rows = view.query(sql, {"customer": number_of(view)})
    return list(dict.fromkeys((view.f.currency, *(r["currency"] for r in rows if r["currency"]))))


def currency_of(view: View, said: Mapping[str, Any]) -> str:
    """Return the currency of the amounts that the form says; the reporting one if it says none.

    Raises `SaidError` for one of no document, and where no rate of it is known today.
    """
    currency = str(said.get("currency") or view.f.currency)
    if currency not in currencies_of(view):
        raise SaidError(N_("No document of this customer is in {currency}."), currency=currency)
    day = today()
    if Rates(view.state.engine).at(currency, day) is None:
        raise SaidError(
            N_("No rate of {currency} is known on {day}, so it cannot be counted with the rest."),
            N_("Say it in {reporting}, or load documents or rates of these days first."),
            currency=currency, day=view.f.day(day), reporting=view.f.currency,
        )  # fmt: skip
    return currency


def documents_of(view: View) -> list[dict[str, str]]:
    """Return the documents of the customer that are open on the day, as choices."""
    statement = ledger_of(view).over(_OPEN)
    rows = view.query(statement.sql, statement.parameters)
    text = _("{document}, due {day}, {amount}")
    return [
        {
            "value": f"{r['ledger'] or ''}\t{r['document_id'] or ''}",
            "label": text.format(
                document=r["document_id"], day=view.f.day(r["due_on"]),
                amount=view.f.exact(r["amount"]),
            ),
        }
        for r in rows
    ]  # fmt: skip


def made(view: View, said: Mapping[str, Any]) -> tuple[Subject, list[Named]]:
    """Return what the form says, and of which documents. Raises `SaidError` for what is missing."""
    make = _MAKE.get(str(said["subject"]))
    if make is None:
        raise SaidError(N_("Say what it is about."))
    documents: list[Named] = []
    if str(said["subject"]) in {s.name for s in _OF["documents"]}:
        offered = {one["value"] for one in documents_of(view)}
        chosen = [str(one) for one in said["documents"] or () if str(one) in offered]
        documents = [_named(one) for one in chosen]
    return make(view, said), documents


_Made = Callable[[View, Mapping[str, Any]], Subject]


def _plan(view: View, said: Mapping[str, Any]) -> Subject:
    first, parts = given_day(said["first"]), said["parts"]
    if first is None:
        raise SaidError(N_("Say by which day the first part is paid."))
    if not isinstance(parts, int):
        raise SaidError(N_("Say in how many parts."))
    interest = Decimal(0) if said["interest"] in (None, "") else given_amount(said["interest"])
    return Plan(given_amount(said["amount"]), currency_of(view, said), first, parts, interest)


def _promised(said: Mapping[str, Any]) -> date:
    day = given_day(said["day"])
    if day is None:
        raise SaidError(N_("Say by which day it was promised."))
    return day


def _dispute(view: View, said: Mapping[str, Any]) -> Subject:
    if not said["reason"]:
        raise SaidError(N_("Say what is the reason of the dispute."))
    return Dispute(
        given_amount(said["amount"]),
        currency_of(view, said),
        str(said["reason"]),
        _words(said["settler"]),
    )


def _terms(_view: View, said: Mapping[str, Any]) -> Subject:
    if not isinstance(said["days"], int):
        raise SaidError(N_("Say how many days to pay were agreed."))
    return Terms(said["days"], given_day(said["until"]))


def _limit(view: View, said: Mapping[str, Any]) -> Subject:
    insured, advised = (
        None if said[name] in (None, "") else given_amount(said[name])
        for name in ("insured", "advised")
    )
    percent = said["percent"] if isinstance(said["percent"], int) else None
    return Limit(
        given_amount(said["amount"]), currency_of(view, said), given_day(said["until"]), insured,
        percent, _words(said["security"]), advised,
    )  # fmt: skip


def _sector(_view: View, said: Mapping[str, Any]) -> Subject:
    if not said["sector"]:
        raise SaidError(N_("Say which sector."))
    return Sector(nace.normal(str(said["sector"])))


def _contact(_view: View, said: Mapping[str, Any]) -> Subject:
    if not said["verb"] or not said["outcome"]:
        raise SaidError(N_("Say what was done, and what came of it."))
    return Contact(str(said["verb"]), str(said["outcome"]), "", _words(said["contact"]))


def _snooze(_view: View, said: Mapping[str, Any]) -> Subject:
    back = given_day(said["back"])
    if not said["waiting"] or back is None:
        raise SaidError(N_("Say why it waits, and on which day it is back on the list."))
    return Snooze(str(said["waiting"]), back)


def _correspondence(_view: View, said: Mapping[str, Any]) -> Subject:
    if not said["language"]:
        raise SaidError(N_("Say in which language letters are written."))
    return Correspondence(str(said["language"]), _words(said["email"]))


def _person(_view: View, said: Mapping[str, Any]) -> Subject:
    if said["person"] not in ("yes", "no"):
        raise SaidError(N_("Say whether it is a person or a company."))
    return Person(said["person"] == "yes")


_MAKE: Mapping[str, _Made] = {
    Note.name: lambda _view, _said: Note(),
    Promise.name: lambda view, said: Promise(
        given_amount(said["amount"]), currency_of(view, said), _promised(said)
    ),
    Plan.name: _plan,
    Settlement.name: lambda view, said: Settlement(
        given_amount(said["owed"]),
        given_amount(said["amount"]),
        currency_of(view, said),
        _promised(said),
    ),
    Dispute.name: _dispute,
    Terms.name: _terms,
    Limit.name: _limit,
    Backlog.name: lambda view, said: Backlog(given_amount(said["amount"]), currency_of(view, said)),
    Owner.name: lambda _view, said: Owner(_words(said["owner"])),
    Priority.name: lambda view, said: Priority(str(said["level"] or ""), CUSTOMER, number_of(view)),
    Sector.name: _sector,
    Contact.name: _contact,
    Snooze.name: _snooze,
    Correspondence.name: _correspondence,
    Person.name: _person,
}


def _named(value: str) -> Named:
    ledger, _tab, number = value.partition("\t")
    return Named(ledger, number)


def _words(value: Any) -> str:
    return str(value or "").strip()
