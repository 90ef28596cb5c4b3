"""What is known of a customer who wants to buy on credit, from the books as of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from data.core.policy.rules import Policy
from data.store.engine import Engine
from metrics.asking.ledger import Ledger, Rows, Statement, month_start
from metrics.asking.metric import Query
from metrics.catalogue import answer
from metrics.decide.deal.answer import alternatives, decide, smallest_changes
from metrics.decide.deal.cases import EXPIRED, HOLDS, Case
from metrics.decide.deal.coming import Approved, Coming
from metrics.decide.deal.deal import Asked, Known, Lateness
from metrics.decide.deal.kept import Desk, Kept
from metrics.decide.deal.standing import Followed, Invoice, Outcome, outcomes
from metrics.lists.customers import customers
from metrics.lists.expected import Expected, Figure, next_payment

_HUNDREDTH = Decimal("0.01")

_OPEN = Query(
    reads=("owing",),
    select="""
select due_on, sum(amount) as amount
from owing
where amount > 0
group by due_on
order by due_on
""",
)
_INSURED = Query(
    reads=("accounts", "said_limits"),
    select="""
select said_limits.insured_percent
from accounts
left join said_limits using (as_of, customer)
""",
)
_ORDERS = Query(
    reads=("accounts", "backlogs"),
    select="""
select customer, backlogs.amount, backlogs.said_on
from accounts
join backlogs using (as_of, customer)
order by customer
""",
)
_UNDER = "select customer from belongs where holder = $holder order by customer"
#: By customer, all that was ever paid and written off, and what was invoiced and credited.
_ENDED = Query(
    reads=("movements",),
    select="""
select
    coalesce(sum(case when kind = 'payment' then -amount end), 0) as paid,
    coalesce(sum(case when kind = 'write_off' then -amount end), 0) as lost,
    coalesce(sum(case when kind = 'invoice' then amount end), 0) as invoiced,
    coalesce(sum(case when kind = 'credit_note' then -amount end), 0) as credited
from movements
""",
)
#: Invoices of customers, by what became of them; a payment that went back pays nothing.
_INVOICES = Query(
    reads=("items",),
    select="""
select
    items.customer, coalesce(items.reopens, items.document_key) as document_key, items.issued_on,
    sum(items.amount) as amount,
    coalesce(sum(case when items.closed_on <= as_of and closed_by = 'payment'
        then items.amount end), 0) as paid,
    coalesce(sum(case when items.closed_on <= as_of and closed_by = 'write_off'
        then items.amount end), 0) as lost,
    coalesce(sum(case when items.closed_on is null or items.closed_on > as_of
        then items.amount end), 0) as open,
    max(case when items.closed_on <= as_of and closed_by = 'payment' then items.closed_on end)
        as paid_on,
    min(document.ordered_on) as ordered_on
from items
left join documents as document on document.document_key = items.document_key
where items.kind = 'invoice' and items.amount > 0 and coalesce(items.returned_on > as_of, true)
group by items.customer, coalesce(items.reopens, items.document_key), items.issued_on
order by items.customer, items.issued_on, coalesce(items.reopens, items.document_key)
""",
)


def invoices_of(rows: Rows, ledger: Ledger) -> Mapping[str, Sequence[Invoice]]:
    """Return customer -> its invoices, the oldest first, and what became of them by the day.

    ledger: of these customers alone. What was credited is neither paid, lost nor open.
    """
    names = ("issued_on", "amount", "paid", "lost", "open", "paid_on", "ordered_on")
    found: defaultdict[str, list[Invoice]] = defaultdict(list)
    for row in rows(ledger.over(_INVOICES)):
        found[row["customer"]].append(Invoice(**{name: row[name] for name in names}))
    return found


def followed(
    decided: Sequence[tuple[Case, Kept]], invoices: Mapping[str, Sequence[Invoice]]
) -> dict[str, Outcome]:
    """Return what came of approved deals: id of the asking -> outcome.

    decided: all that was approved, in the order of `cases`. invoices: as `invoices_of` returns them
    of their customers.
    """
    mine: defaultdict[str, list[tuple[Case, Kept]]] = defaultdict(list)
    for case, kept in decided:
        mine[case.line.customer].append((case, kept))
    found: dict[str, Outcome] = {}
    for number, theirs in mine.items():
        deals = [
            Followed(case.asked.amount, kept.desk.answer.known.as_of, case.valid_until)
            for case, kept in theirs
        ]
        came = outcomes(deals, invoices.get(number, ()))
        found |= {case.line.id: one for (case, _k), one in zip(theirs, came, strict=True)}
    return found


def may_be_followed(case: Case, day: date) -> bool:
    """Whether a deal was approved, so that invoices of it may have come by a day."""
    return case.stands(day) in (HOLDS, EXPIRED)


def approvals(
    decided: Sequence[tuple[Case, Kept]], came: Mapping[str, Outcome], day: date, policy: Policy
) -> tuple[Approved, ...]:
    """Return what of approved deals may still be invoiced on credit, as they were decided.

    decided, came: as of `followed`. What is invoiced but for as much as a deal may change is done.
    """
    within = Decimal(policy.decision_percent.at(day))
    found = []
    for case, kept in decided:
        deal, outcome = case.approved(kept.desk.answer), came[case.line.id]
        if case.stands(day) == HOLDS and not outcome.carried_out(within):
            left = max(deal.credit - outcome.invoiced, Decimal(0))
            line = case.decision or case.line
            found.append((line.at, Approved(case.line.id, case.line.customer, line.said_on, left)))
    return tuple(one for _at, one in sorted(found, key=lambda pair: (pair[0], pair[1].id)))


def coming_of(
    rows: Rows, ledger: Ledger, number: str, holder: str, approved: Sequence[Approved]
) -> Coming:
    """Return what is coming of a customer and all that have the same limit.

    number: the customer's. holder: whose limit binds it, '' where none does. approved: of
    all customers.
    """
    among = {number}
    if holder:
        listed = rows(Statement(_UNDER, {"holder": holder}))
        among |= {row["customer"] for row in listed}
    theirs = replace(ledger, where={"customer": tuple(sorted(among))})
    orders = {
        row["customer"]: (row["amount"], row["said_on"]) for row in rows(theirs.over(_ORDERS))
    }
    return Coming(orders, tuple(one for one in approved if one.customer in among))


def known_of(
    rows: Rows,
    figure: Figure,
    ledger: Ledger,
    who: Mapping[str, Any],
    policy: Policy,
    approved: Sequence[Approved] = (),
) -> Known | None:
    """Return what is known of a customer at the end of the ledger's day; None where it is not seen.

    ledger: of this customer alone. who: its row of the master data. approved: deals that still
    hold, of all customers. Lateness rests on its own
    payments, else on its sector's, else on all; the loss on its sector where anything was written
    off there, else on all customers.
    """
    listed = rows(customers(ledger))
    if not listed:
        return None
    row, day = listed[0], ledger.as_of
    limit, headroom = row["binding_limit"], row["headroom"]
    found = next_payment(figure, day, who, policy.enough_payments.at(day))
    loss, level, code = _loss(rows, day, found)
    agreed = row["agreed_terms_days"]
    usual = policy.terms_days.at(day) if agreed is None else agreed
    said = rows(ledger.over(_INSURED))
    percent = said[0]["insured_percent"] if said else None
    end = ended(rows, ledger)
    number, holder = who["customer_id"], row["limit_holder"] or ""
    coming = coming_of(rows, ledger, number, holder, approved)
    known = Known(
        as_of=day,
        country=row["country"],
        limit=limit,
        holder=holder,
        owed=row["exposure"] if headroom is None else limit - headroom,
        coming=coming.of(),
        own_coming=coming.of(customer=number),
        exposure=row["exposure"],
        open=tuple((one["due_on"], one["amount"]) for one in rows(ledger.over(_OPEN))),
        insured=row["insured_limit"] or Decimal(0),
        insured_percent=Decimal(policy.insured_percent.at(day) if percent is None else percent),
        lateness=_lateness(figure, found, usual),
        loss=loss,
        loss_level=level,
        loss_code=code,
        credited=share(end["credited"], end["invoiced"]),
        terms=agreed,
    )
    return with_books(figure, known)


def asking_of(engine: Engine) -> tuple[Rows, Figure]:
    """Return what runs statements and asks for metrics on an engine, without a page."""

    def rows(statement: Statement) -> Sequence[Mapping[str, Any]]:
        listed: list[dict[str, Any]] = engine.query(statement.sql, statement.parameters).to_pylist()
        return listed

    def figure(name: str, of: Ledger) -> Sequence[Mapping[str, Any]]:
        listed: list[dict[str, Any]] = answer(engine, name, of).to_pylist()
        return listed

    return rows, figure


def desk_of(number: str, asked: Asked, known: Known, policy: Policy) -> Desk:
    """Return all that the desk says of a deal. Raises DealError for one that cannot be."""
    deal = asked.deal(known, policy)
    return Desk(
        number, decide(deal, known, policy), smallest_changes(deal, known, policy),
        alternatives(deal, known, policy),
    )  # fmt: skip


def _lateness(figure: Figure, found: Expected | None, usual: int) -> Lateness | None:
    """Return the days beyond the terms that were given, of those on whom the expectation rests.

    usual: the terms where no invoice says any.
    """
    if found is None:
        return None
    median = (found.days, found.low, found.high)
    return beyond_terms(figure, found.ledger, usual, *median, found.level, found.code, found.paid)


def beyond_terms(
    figure: Figure, ledger: Ledger, usual: int, days: int, low: int | None, high: int | None,
    level: str, code: str, paid: int = 0,
) -> Lateness:  # fmt: skip
    """Return how many days after the due day a median of days to pay lies, and its interval.

    By the terms that the invoices under the ledger's filters gave; usual: where none says any.
    """
    given = figure("terms", ledger)
    invoiced = given[0]["invoiced"] if given else None
    terms = Decimal(usual) if invoiced is None else Decimal(str(invoiced))
    least, most = (
        None if one is None else (one - terms).quantize(_HUNDREDTH) for one in (low, high)
    )
    return Lateness((days - terms).quantize(_HUNDREDTH), least, most, level, code, paid)


def with_books(figure: Figure, known: Known) -> Known:
    """Return what is known with the receivables and sales of all customers on its day."""
    day = known.as_of
    everyone = figure("dso", Ledger(day))
    books = everyone[0] if everyone else {"receivables": None, "sales_12m": None}
    return replace(
        known,
        receivables=books["receivables"] or Decimal(0),
        sales=books["sales_12m"] or Decimal(0),
        window_days=(day - month_start(day, 11)).days + 1,
    )


def _loss(rows: Rows, day: date, found: Expected | None) -> tuple[Decimal | None, str, str]:
    """Return the share that is never paid, and of whom: none where no write-off is known at all."""
    places = [("total", "total", Ledger(day))]
    if found and found.level not in ("", "total"):
        places.insert(0, (found.level, found.code, found.ledger))
    for level, code, ledger in places:
        end = ended(rows, ledger)
        if end["lost"] > 0:
            return share(end["lost"], end["paid"] + end["lost"]), level, code
    return None, "", ""


def ended(rows: Rows, ledger: Ledger) -> Mapping[str, Any]:
    """Return what was ever paid, lost, invoiced and credited under the filters, as amounts."""
    return rows(ledger.over(_ENDED))[0]


def share(part: Decimal, whole: Decimal) -> Decimal:
    """Return a part of a whole, from 0 to 1; 0 of nothing."""
    return min(max(part / whole, Decimal(0)), Decimal(1)) if whole > 0 else Decimal(0)
