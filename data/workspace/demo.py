"""What the demo company's people said of its customers, made from its own books.

The same books give the same words: who, when and what follow from the documents alone. Promises
were made where something was late, disputes where the books mark one; whether they were kept or
settled is what then happened.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from data.store.state import Store
from data.workspace.line import Line, line_of
from data.workspace.memory import Memory
from data.workspace.named import Named
from data.workspace.subjects.agreed import Limit, Terms
from data.workspace.subjects.dispute import Dispute, Settled
from data.workspace.subjects.keeping import Backlog, Owner
from data.workspace.subjects.market import CUSTOMER, Priority, Target
from data.workspace.subjects.note import Note
from data.workspace.subjects.plan import Plan, Settlement
from data.workspace.subjects.promise import Promise
from data.workspace.subjects.saved import SavedView
from data.workspace.subjects.work import Contact, Correspondence, Snooze

_CREDIT = {"FR": "Service crédit", "BE": "Krediet", "LU": "Service crédit", "NL": "Debiteuren"}
_ELSE = "Credit control"
_MANAGEMENT = "Finance"
_REASONS = ("price", "quantity", "quality", "delivery", "order")

#: country -> what was noted there
_NOTES = {
    "FR": (
        "Le comptable ne règle que le 10 et le 25 du mois.",
        "Nouveau siège : envoyer les factures à la nouvelle adresse.",
        "Demande un relevé de compte chaque fin de mois.",
        "Les commandes passent désormais par le groupe.",
    ),
    "NL": (
        "Betaalt alleen op vrijdag; bellen vóór woensdag heeft zin.",
        "Facturen altijd met inkoopnummer, anders blijven ze liggen.",
        "Nieuwe inkoper sinds deze maand.",
        "Wil graag een jaarafspraak over de termijn.",
    ),
    "": (
        "Pays on receipt of a monthly statement only.",
        "Invoices go to the shared service centre now.",
        "Asked for a copy of the signed delivery note.",
    ),
}
_NOTES |= {"BE": _NOTES["NL"] + _NOTES["FR"], "LU": _NOTES["FR"]}

_LATE = """
select i.customer, d.ledger, d.document_id, i.due_on, i.closed_on, i.amount,
    coalesce(c.salesperson, '') as salesperson, coalesce(c.country, '') as country
from open_items as i
join documents as d using (document_key)
join customers as c on c.customer_id = i.customer
where i.kind = 'invoice' and i.amount >= 1500
    and coalesce(i.closed_on, (select last_day from about)) >= i.due_on + 20
order by i.due_on, i.customer, d.document_id, i.amount
"""
_DISPUTED = """
select i.customer, d.ledger, d.document_id, min(i.due_on) as due_on, max(i.closed_on) as closed_on,
    arg_max(i.closed_by, coalesce(i.closed_on, date '1900-01-01')) as closed_by,
    count(*) = count(i.closed_on) as closed, sum(i.amount) as amount,
    max(coalesce(c.salesperson, '')) as salesperson, max(coalesce(c.country, '')) as country
from open_items as i
join documents as d using (document_key)
join customers as c on c.customer_id = i.customer
where i.disputed and i.amount > 0
group by i.customer, d.ledger, d.document_id
order by 4, 1, 3
"""
_OLD = f"""
select * from ({_LATE.strip()}) where coalesce(closed_on, (select last_day from about))
    >= due_on + 100 order by due_on, customer, document_id, amount
"""
_CUSTOMERS = """
select customer_id as customer, coalesce(salesperson, '') as salesperson,
    coalesce(country, '') as country, credit_limit, agreed_terms_days
from customers order by customer_id
"""


#: What is overdue of whom on the last day, since when.
_WORKED = """
select i.customer, min(i.due_on) as due_on, max(coalesce(c.salesperson, '')) as salesperson,
    max(coalesce(c.country, '')) as country
from open_items as i
join customers as c on c.customer_id = i.customer
where i.kind = 'invoice' and i.closed_on is null and not i.disputed
    and i.amount >= 10 and i.due_on < (select last_day from about)
group by i.customer
order by i.customer
"""
_LETTERS = (("Reminder", 7), ("Second reminder", 21), ("Formal notice", 35))
_SPOKEN = {"FR": "fr", "LU": "fr", "BE": "nl", "NL": "nl", "DE": "de"}
_SPOKE = ("Mme Lambert", "de heer Jacobs", "Mrs Brandt", "")


def remember(store: Store) -> int:
    """Let the people of the demo company say what they said; return how many lines.

    Nothing is said where something was said already.
    """
    state, memory = store.current(), Memory(store.folder)
    try:
        if state is None or memory.revision():
            return 0
        about = state.engine.query("select last_day, reporting_currency from about").to_pylist()[0]
        last, currency = about["last_day"], about["reporting_currency"]
        lines = [
            *_agreed(state.engine.query(_CUSTOMERS).to_pylist(), currency, last),
            *_promises(state.engine.query(_LATE).to_pylist(), currency, last),
            *_disputes(state.engine.query(_DISPUTED).to_pylist(), currency, last),
            *_plans(state.engine.query(_OLD).to_pylist(), currency, last),
            *_aims(last),
            *_contacts(state.engine.query(_WORKED).to_pylist(), last),
        ]
        lines.sort(key=lambda line: (line.at, line.customer, line.id))
        memory.keep(lines)
        return len(lines)
    finally:
        memory.close()


def chance(*of: object) -> int:
    """Return a number below 1,000 that is always the same for the same words."""
    return zlib.crc32("|".join(map(str, of)).encode()) % 1000


def _line(row: Mapping[str, Any], day: date, said: Any, sales: bool = False, **more: Any) -> Line:  # noqa: ANN401
    who = row["salesperson"] if sales and row["salesperson"] else ""
    at = datetime.combine(day, time(9 + chance(row["customer"], day) % 8, 15), UTC)
    return line_of(
        who or _CREDIT.get(row["country"], _ELSE), row["customer"], said, at=at,
        id=f"{zlib.crc32(repr((row['customer'], day, said)).encode()):08x}", **more,
    )  # fmt: skip


def _agreed(rows: list[dict[str, Any]], currency: str, last: date) -> Iterator[Line]:
    """Give limits and terms of some customers, what they are now last, and notes."""
    for row in rows:
        customer, limit = row["customer"], row["credit_limit"]
        first = date(2023, 11, 2) + timedelta(chance(customer, "first"))
        if limit and chance(customer, "limit") < 220:
            before = (limit * Decimal("0.6")).quantize(Decimal(1000))
            if before > 0 and first < last:
                yield _line(row, first, Limit(before, currency, first + timedelta(365)))
            raised = first + timedelta(330 + chance(customer, "raised") % 200)
            if raised < last:
                insured = limit if chance(customer, "insured") < 500 else None
                until = raised + timedelta(365 + chance(customer, "until") % 500)
                advised = (None, None, limit, before)[chance(customer, "advised") % 4]
                said = Limit(
                    limit, currency, until, insured, 90 if insured else None, advised=advised
                )
                yield _line(row, raised, said, note="Order volume doubled; paid as agreed so far.")
        if row["agreed_terms_days"] is not None and chance(customer, "terms") < 90:
            day = first + timedelta(40)
            if day < last:
                yield _line(row, day, Terms(row["agreed_terms_days"]), sales=True)
        yield from _kept(row, currency, last)
        for n in range(chance(customer, "notes") // 700):
            day = first + timedelta(chance(customer, "note", n))
            words = _NOTES.get(row["country"], _NOTES[""])
            if day < last:
                note = words[chance(customer, "words", n) % len(words)]
                yield _line(row, day, Note(), sales=n % 2 == 0, note=note)


def _kept(row: Mapping[str, Any], currency: str, last: date) -> Iterator[Line]:
    """Give who looks after some customers, what they ordered, and where more is wanted."""
    customer = row["customer"]
    if row["salesperson"] and chance(customer, "owner") < 150:
        since = date(2024, 1, 8) + timedelta(chance(customer, "since") % 300)
        yield _line(row, since, Owner(row["salesperson"]))
    if row["credit_limit"] and chance(customer, "orders") < 180:
        for month in range(2, -1, -1):
            day = last - timedelta(30 * month + 3)
            ordered = row["credit_limit"] * (chance(customer, "ordered", month) % 40) / 100
            yield _line(row, day, Backlog(ordered.quantize(Decimal(100)), currency), sales=True)
    if chance(customer, "priority") < 40:
        level = ("more", "more", "less")[chance(customer, "level") % 3]
        day = last - timedelta(60 + chance(customer, "prior") % 200)
        yield _line(row, day, Priority(level, CUSTOMER, customer), sales=True)


def _plans(rows: list[dict[str, Any]], currency: str, last: date) -> Iterator[Line]:
    """Give plans and settlements of what was overdue for long: one for a customer."""
    spoken = set()
    for row in rows:
        customer, document = row["customer"], row["document_id"]
        day = row["due_on"] + timedelta(70 + chance(document, "plan") % 40)
        if customer in spoken or day > last or chance(document, "paid off") >= 250:
            continue
        spoken.add(customer)
        named = [Named(row["ledger"] or "", document)]
        if chance(document, "settled") < 150:
            agreed = (row["amount"] * Decimal("0.8")).quantize(Decimal("0.01"))
            said: Any = Settlement(row["amount"], agreed, currency, day + timedelta(21))
        else:
            parts, percent = 3 + chance(document, "parts") % 4, Decimal(chance(document) % 2)
            said = Plan(row["amount"], currency, day + timedelta(30), parts, percent)
        yield _line(row, day, said, documents=named)


def _aims(last: date) -> Iterator[Line]:
    """Give targets and priorities of markets, and views that are kept."""
    year = date(last.year, 1, 5)
    for n, said in enumerate((
        Target("dso", Decimal(50)), Target("overdue", Decimal(20)),
        Target("dso", Decimal(45), "country", "NL"),
        Priority("more", "sector_division", "62"), Priority("less", "sector_division", "41"),
        SavedView("Overdue for more than 60 days, Belgium", "/customers?country=BE&overdue=60"),
        SavedView("Construction: how it pays", "/sectors?sector_division=41"),
    )):  # fmt: skip
        at = datetime.combine(year, time(9, 15 + n), UTC)
        number = f"{zlib.crc32(repr((year, said)).encode()):08x}"
        yield line_of(_MANAGEMENT, "", said, at=at, id=number)


def _contacts(rows: list[dict[str, Any]], last: date) -> Iterator[Line]:
    """Give what was done about what is still overdue, who was taken off the list, and mailboxes.

    Reminders went out by the days of the stages; a part of the customers was called lately, and a
    part waits for a while.
    """
    for row in rows:
        customer, late = row["customer"], (last - row["due_on"]).days
        for place, (level, days) in enumerate(_LETTERS):
            day = row["due_on"] + timedelta(days + 1 + chance(customer, level) % 4)
            written = chance(customer, "written", place) < 700 - 100 * place
            if day > last - timedelta(14) or not written:
                break
            yield _line(row, day, Contact("dun" if place else "remind", "sent", level))
        if late > 12 and chance(customer, "called") < 130:
            day = last - timedelta(1 + chance(customer, "call") % 12)
            outcome = ("reached", "missed", "paid", "refuses")[chance(customer, "outcome") % 4]
            person = _SPOKE[chance(customer, "spoke") % 4] if outcome != "missed" else ""
            yield _line(row, day, Contact("call", outcome, "", person))
        if late > 5 and chance(customer, "waits") < 60:
            day = last - timedelta(1 + chance(customer, "off") % 5)
            reason = ("waits", "absent", "talks", "checking")[chance(customer, "why") % 4]
            back = last + timedelta(2 + chance(customer, "back") % 20)
            yield _line(row, day, Snooze(reason, back), sales=True)
        if chance(customer, "mailbox") < 200:
            spoken = _SPOKEN.get(row["country"], "en")
            if row["country"] == "BE" and chance(customer, "walloon") < 400:
                spoken = "fr"
            said = Correspondence(spoken, f"accounts@{customer.lower()}.example")
            yield _line(row, last - timedelta(200 + chance(customer, "since") % 100), said)


def _promises(rows: list[dict[str, Any]], currency: str, last: date) -> Iterator[Line]:
    """Give promises for some of what was late: at most one of a customer in two months."""
    spoken: dict[str, date] = {}
    for row in rows:
        customer, document = row["customer"], row["document_id"]
        day = row["due_on"] + timedelta(8 + chance(document, "called") % 12)
        if day > last or chance(document, customer, "promise") >= 60:
            continue
        if customer in spoken and (day - spoken[customer]).days < 60:
            continue
        spoken[customer] = day
        said = Promise(row["amount"], currency, day + timedelta(5 + chance(document) % 21))
        yield _line(row, day, said, documents=[Named(row["ledger"] or "", document)])


def _disputes(rows: list[dict[str, Any]], currency: str, last: date) -> Iterator[Line]:
    """Give the disputes that the books mark, and how they ended."""
    for row in rows:
        document = row["document_id"]
        day = row["due_on"] - timedelta(chance(document, "disputed") % 15)
        if day > last:
            continue
        reason = _REASONS[chance(document, "reason") % len(_REASONS)]
        said = Dispute(row["amount"], currency, reason, row["salesperson"])
        line = _line(row, day, said, documents=[Named(row["ledger"] or "", document)])
        yield line
        if row["closed"] and day <= row["closed_on"] <= last:
            how = "credited" if row["closed_by"] == "credit_note" else "paid"
            yield _line(row, row["closed_on"], Settled(line.id, how), sales=True)
