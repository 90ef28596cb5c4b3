"""What is known of a customer who wants to buy on credit, from the books as of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from data.core.policy.rules import Policy
from metrics.asking.ledger import Ledger, Statement, month_start
from metrics.asking.metric import Query
from metrics.decide.deal.deal import Known, Lateness
from metrics.decide.deal.standing import Invoice
from metrics.lists.customers import customers
from metrics.lists.expected import Expected, Figure, next_payment

Rows = Callable[[Statement], Sequence[Mapping[str, Any]]]
"""Runs a statement: its rows."""
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
    customer, coalesce(reopens, document_key) as document_key, issued_on, sum(amount) as amount,
    coalesce(sum(case when closed_on <= as_of and closed_by = 'payment' then amount end), 0)
        as paid,
    coalesce(sum(case when closed_on <= as_of and closed_by = 'write_off' then amount end), 0)
        as lost,
    coalesce(sum(case when closed_on is null or closed_on > as_of then amount end), 0) as open,
    max(case when closed_on <= as_of and closed_by = 'payment' then closed_on end) as paid_on
from items
where kind = 'invoice' and amount > 0 and coalesce(returned_on > as_of, true)
group by customer, coalesce(reopens, document_key), issued_on
order by customer, issued_on, document_key
""",
)


def invoices_of(rows: Rows, ledger: Ledger) -> Mapping[str, Sequence[Invoice]]:
    """Return customer -> its invoices, the oldest first, and what became of them by the day.

    ledger: of these customers alone. What was credited is neither paid, lost nor open.
    """
    names = ("issued_on", "amount", "paid", "lost", "open", "paid_on")
    found: defaultdict[str, list[Invoice]] = defaultdict(list)
    for row in rows(ledger.over(_INVOICES)):
        found[row["customer"]].append(Invoice(**{name: row[name] for name in names}))
    return found


def known_of(
    rows: Rows, figure: Figure, ledger: Ledger, who: Mapping[str, Any], policy: Policy
) -> Known | None:
    """Return what is known of a customer at the end of the ledger's day; None where it is not seen.

    ledger: of this customer alone. who: its row of the master data. Lateness rests on its own
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
    ended = rows(ledger.over(_ENDED))[0]
    everyone = figure("dso", Ledger(day))
    books = everyone[0] if everyone else {"receivables": None, "sales_12m": None}
    return Known(
        as_of=day,
        country=row["country"],
        limit=limit,
        owed=row["exposure"] if headroom is None else limit - headroom,
        exposure=row["exposure"],
        open=tuple((one["due_on"], one["amount"]) for one in rows(ledger.over(_OPEN))),
        insured=row["insured_limit"] or Decimal(0),
        insured_percent=Decimal(policy.insured_percent.at(day) if percent is None else percent),
        lateness=_lateness(figure, found, usual),
        loss=loss,
        loss_level=level,
        loss_code=code,
        credited=_share(ended["credited"], ended["invoiced"]),
        terms=agreed,
        receivables=books["receivables"] or Decimal(0),
        sales=books["sales_12m"] or Decimal(0),
        window_days=(day - month_start(day, 11)).days + 1,
    )


def _lateness(figure: Figure, found: Expected | None, usual: int) -> Lateness | None:
    """Return the days beyond the terms that were given, of those on whom the expectation rests.

    usual: the terms where no invoice says any.
    """
    if found is None:
        return None
    given = figure("terms", found.ledger)
    invoiced = given[0]["invoiced"] if given else None
    terms = Decimal(usual) if invoiced is None else Decimal(str(invoiced))

    def beyond(days: int | None) -> Decimal | None:
        return None if days is None else (days - terms).quantize(_HUNDREDTH)

    days = beyond(found.days)
    assert days is not None  # noqa: S101 - a median was found
    return Lateness(
        days, beyond(found.low), beyond(found.high), found.level, found.code, found.paid
    )


def _loss(rows: Rows, day: date, found: Expected | None) -> tuple[Decimal | None, str, str]:
    """Return the share that is never paid, and of whom: none where no write-off is known at all."""
    places = [("total", "total", Ledger(day))]
    if found and found.level not in ("", "total"):
        places.insert(0, (found.level, found.code, found.ledger))
    for level, code, ledger in places:
        ended = rows(ledger.over(_ENDED))[0]
        if ended["lost"] > 0:
            return _share(ended["lost"], ended["paid"] + ended["lost"]), level, code
    return None, "", ""


def _share(part: Decimal, whole: Decimal) -> Decimal:
    return min(max(part / whole, Decimal(0)), Decimal(1)) if whole > 0 else Decimal(0)
