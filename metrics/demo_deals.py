"""Deals that the demo company's people asked and decided, made from its own books.

Each is an invoice of the books, some days before it was written: what the rules say is computed on
the figures of that day, and what came of it is what then happened.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from data.core.policy.rules import Policy
from data.store.engine import Engine
from data.store.state import Store
from data.workspace import policy as policies
from data.workspace.demo import chance
from data.workspace.line import Line, line_of
from data.workspace.memory import Memory
from data.workspace.relations import beside
from data.workspace.subjects.deal import APPROVED, DECLINED, DealAsked, DealDecided
from metrics.asking.own import ledger_of
from metrics.decide.approval import approver
from metrics.decide.deal.answer import NO, YES, Answer
from metrics.decide.deal.cases import SUBJECTS, asking
from metrics.decide.deal.deal import CENT, Asked, Deal
from metrics.decide.deal.kept import Desk, Kept, version
from metrics.decide.deal.prospect import Prospect
from metrics.decide.deal.tested import unsecured_after
from metrics.desk import asking_of, desk_of, known_of
from metrics.prospects import desk_of_prospect

#: The largest invoices of each quarter to customers with a limit, and those that were never paid.
_CHOSEN = """
with bill as (
    select d.customer, d.document_id, d.issued_on, d.due_on, d.amount, d.cost, d.outcome,
        c.salesperson, c.country,
        row_number() over (
            partition by date_trunc('quarter', d.issued_on), d.outcome = 'written_off'
            order by d.amount desc, d.document_id
        ) as place
    from documents as d
    join customers as c on c.customer_id = d.customer
    where d.kind = 'invoice' and d.amount > 0 and c.credit_limit is not null
        and d.issued_on >= (select min(issued_on) from documents) + 300
)
select * from bill where place in (2, 11) or outcome = 'written_off' and place = 1
order by issued_on, document_id
"""
#: Companies that were no customers yet: day, what an address says of them, amount, terms, margin.
_PROSPECTS = (
    (date(2025, 3, 10), {"prospect": "Dakwerken Oosterzele BV", "of_sector": "43.91",
                         "of_country": "BE", "worth": "64000", "turnover": "910000",
                         "yearly": "120000"}, "18000", 30, "4100"),
    (date(2026, 2, 16), {"prospect": "Menuiserie Val d'Arve SARL", "of_sector": "16.23",
                         "of_country": "FR", "worth": "80000", "turnover": "700000",
                         "need": "50000"}, "40000", 45, "9200"),
    (date(2026, 9, 21), {"prospect": "Kantoorinrichting Zuidas BV", "of_sector": "46.65",
                         "of_country": "NL", "worth": "-12000", "turnover": "330000"},
     "9500", 30, "2600"),
)  # fmt: skip
_ASKS = (
    "A first order of this size; they pay as agreed so far.",
    "Their yearly order, as last year.",
    "They would buy at our competitor on 60 days.",
    "A new site of theirs, to be delivered at once.",
)
_APPROVES = ("As long as the rest is paid before delivery.", "Known for years; looked at again.",
             "Insured, and nothing much is overdue.")  # fmt: skip
_DECLINES = ("Too much is overdue: first what is owed.", "Not on credit this quarter.")


def decide_demo(store: Store) -> int:
    """Let the people of the demo company ask and decide; return how many lines were kept.

    Nothing is said where a deal was asked already, or there are no books.
    """
    state, memory = store.current(), Memory(store.folder)
    try:
        if state is None or memory.lines(subjects=SUBJECTS):
            return 0
        policy = policies.read(store.folder)
        about = state.engine.query("select reporting_currency, last_day from about").to_pylist()[0]
        revision, currency = memory.revision(), about["reporting_currency"]
        chosen = state.engine.query(_CHOSEN).to_pylist()
        lines: list[Line] = []
        for row in chosen:
            lines += _deal(store, state.engine, state.number, revision, policy, currency, row)
        for row in _PROSPECTS:
            if row[0] <= about["last_day"]:
                lines += _prospect(state.engine, state.number, revision, policy, currency, *row)
        lines.sort(key=lambda line: (line.at, line.id))
        memory.keep(lines)
        return len(lines)
    finally:
        memory.close()


def _deal(
    store: Store, engine: Engine, state: int, revision: int, policy: Policy, currency: str,
    row: Mapping[str, Any],
) -> Iterator[Line]:  # fmt: skip
    """Give the asking of one deal, and what was decided of it."""
    number, document = row["customer"], row["document_id"]
    day = row["issued_on"] - timedelta(4 + chance(document, "asked") % 9)
    # asked as people do: in round figures
    amount = (row["amount"] / 100).quantize(Decimal(1)) * 100
    share = Decimal(12 + chance(document, "margin") % 17)
    asked = Asked(
        amount, terms=min((row["due_on"] - row["issued_on"]).days, 90),
        margin=(amount * share / 100).quantize(CENT),
    )  # fmt: skip
    desk = _desk(store, engine, policy, number, asked, day)
    if desk is None:
        return
    keys = {"amount": f"{amount:f}", "terms": str(asked.terms), "margin": f"{asked.margin:f}"}
    kept = Kept(desk, keys, state, revision, version(policy))
    said = asking(kept, currency, policy, day, person=False)
    yield _line(row, day, said, row["salesperson"] or "Sales", _ASKS[chance(document) % 4])
    if said.automatic or chance(document, "left open") < 30:
        return
    yield _decided(row, day, desk.answer, said, policy, currency)


def _prospect(
    engine: Engine, state: int, revision: int, policy: Policy, currency: str, day: date,
    keys: Mapping[str, str], amount: str, terms: int, margin: str,
) -> Iterator[Line]:  # fmt: skip
    """Give the asking of a deal with a prospect, by its trade report, and what was decided."""
    amounts = {n: Decimal(keys[n]) for n in ("worth", "turnover", "yearly", "need") if n in keys}
    prospect = Prospect(
        keys["prospect"], keys["of_sector"], keys["of_country"],
        worth=amounts.get("worth"), turnover=amounts.get("turnover"),
        yearly=amounts.get("yearly"), need=amounts.get("need"),
    )  # fmt: skip
    asked = Asked(Decimal(amount), terms=terms, margin=Decimal(margin))
    desk = desk_of_prospect(*asking_of(engine), prospect, asked, day, policy)
    said_of = {**keys, "amount": amount, "terms": str(terms), "margin": margin}
    kept = Kept(desk, said_of, state, revision, version(policy))
    said = asking(kept, currency, policy, day, person=True)
    row = {"customer": prospect.number, "document_id": prospect.name}
    yield _line(row, day, said, "Sales", "Met at a fair; a trade report is at hand.")
    yield _decided(row, day, desk.answer, said, policy, currency)


def _decided(
    row: Mapping[str, Any], day: date, answer: Answer, said: DealAsked, policy: Policy,
    currency: str,
) -> Line:  # fmt: skip
    """Return what was decided, some days later: mostly as the rules say, now and then against."""
    document = row["document_id"]
    day += timedelta(chance(document, "decided") % 3)
    asking = _id(row, said)
    bold = chance(document, "bold") < 350
    deal = _granted(answer, bold=bold)
    level = approver(unsecured_after(deal, answer.known), day, policy) if deal else None
    who = level.role if level else "Finance director"
    if deal is None or (level is None and deal.credit):
        no = DealDecided(asking, DECLINED, Decimal(0), currency)
        return _line(row, day, no, who, _DECLINES[chance(document) % 2])
    yes = DealDecided(
        asking, APPROVED, deal.advance, currency,
        day + timedelta(policy.decision_days.at(day)), day + timedelta(policy.review_days.at(day)),
    )  # fmt: skip
    return _line(row, day, yes, who, _APPROVES[chance(document) % 3])


def _granted(answer: Answer, *, bold: bool) -> Deal | None:
    """Return the deal as somebody approves it; None where nobody does."""
    if answer.answer == NO:
        return None
    if answer.answer == YES or bold:
        return answer.deal
    granted = answer.granted
    return granted if granted is not None and granted.credit else None


def _desk(
    store: Store, engine: Engine, policy: Policy, number: str, asked: Asked, day: date
) -> Desk | None:
    """Return what the desk says on that day; None where the customer was not known yet."""
    who = engine.query("select * from customers where customer_id = $c", {"c": number}).to_pylist()
    ledger = ledger_of(
        engine, policy, day, {"customer": (number,)}, 12, basis="due", buckets=None, since=None,
        history=1, lines=beside(store.folder, engine, policy),
    )  # fmt: skip

    rows, figure = asking_of(engine)
    known = known_of(rows, figure, ledger, who[0], policy)
    return desk_of(number, asked, known, policy) if known else None


def _id(row: Mapping[str, Any], said: DealAsked | DealDecided) -> str:
    return f"{zlib.crc32(repr((row['document_id'], type(said).__name__)).encode()):08x}"


def _line(
    row: Mapping[str, Any], day: date, said: DealAsked | DealDecided, who: str, note: str
) -> Line:
    hour = 9 + 4 * isinstance(said, DealDecided) + chance(row["document_id"], day) % 4
    at = datetime.combine(day, time(hour, 30), UTC)
    return line_of(who, row["customer"], said, note, at=at, id=_id(row, said))
