"""What the page of one customer knows: who it is, when it is expected to pay, its facts in words.

Everything is asked with the filters of the URL and `customer` added; the customer's own
attributes are not filtered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.base.filters import to_search, with_filter
from dashboards.base.i18n import _, n_
from dashboards.base.view import Explain, NoRows, View
from dashboards.charts.aging_bar import aging_bar
from metrics.asking.ledger import Ledger
from metrics.asking.metric import Query
from metrics.decide.insurer import insurers_clock
from metrics.lists.customers import customers
from metrics.lists.expected import LIE_BY, Expected, next_payment
from metrics.lists.insured import insured

Row = Mapping[str, Any]


def number_of(view: View) -> str:
    """Return the customer number of the URL; '' if there is none."""
    return view.selection.page.get("customer", "")


def master(view: View) -> Row | None:
    """Return the customer's attributes, None for a number that is not known."""
    found = view.query(
        "select c.*, g.customers as group_customers\n"
        "from customers as c\n"
        "left join (\n"
        "    select customer_group, count(*) as customers from customers group by customer_group\n"
        ") as g using (customer_group)\n"
        "where customer_id = $customer",
        {"customer": number_of(view)},
    )
    return found[0] if found else None


def where(view: View) -> dict[str, tuple[str, ...]]:
    """Return the filter on this customer; NoRows if the number is not known."""
    if master(view) is None:
        raise NoRows
    return {"customer": (number_of(view),)}


def ledger_of(view: View, **more: Any) -> Ledger:
    """Return the ledger of this customer alone; `more` as in Explain.

    Its sector narrows nothing further, but says where its rows lie: they are stored by sector.
    """
    ledger = view.explained(Explain("receivables", where=where(view), **more))
    known = master(view)
    if known is None or LIE_BY in ledger.where:
        return ledger
    return replace(ledger, where={**ledger.where, LIE_BY: (known[LIE_BY],)})


def listed(view: View) -> Row:
    """Return the customer's row of the list of customers; NoRows where the filters exclude it."""
    statement = customers(ledger_of(view))
    rows = view.query(statement.sql, statement.parameters)
    if not rows:
        raise NoRows
    return rows[0]


def expected_payment(view: View, who: Row) -> Expected | None:
    """Return when a new invoice is expected to be paid; None where there are too few payments."""
    return next_payment(view.rows_of, view.ledger.as_of, who, view.enough)


def expected_words(view: View, expected: Expected | None) -> Component:
    """Say when an invoice of the as-of day is expected to be paid, and why."""
    if expected is None:
        text = _("There are too few payments to expect a day: {enough} are needed.")
        return html.P(text.format(enough=view.enough), className="expected")
    f = view.f
    first = _("An invoice issued on {issued} is expected to be paid by {day}.").format(
        issued=f.day(view.ledger.as_of), day=f.day(expected.day)
    )
    return html.P([html.B(first), " ", _reason(view, expected)], className="expected")


def _reason(view: View, expected: Expected) -> str:
    values = {"days": expected.days, "paid": expected.paid, "enough": view.enough}
    if not expected.level:
        if expected.low is not None and expected.high is not None:
            text = _("Half of its invoices are paid within {days} days (95 %: {low} to {high}).")
        else:
            text = _("Half of its invoices are paid within {days} days.")
        return text.format(**values, low=expected.low, high=expected.high)
    if expected.level == "total":
        few = n_(
            "It made {paid} payment of the {enough} needed, so this rests on all customers: half "
            "is paid within {days} days.",
            "It made {paid} payments of the {enough} needed, so this rests on all customers: half "
            "is paid within {days} days.",
            expected.paid,
        )
    else:
        few = n_(
            "It made {paid} payment of the {enough} needed, so this rests on its sector, {sector}: "
            "half is paid within {days} days.",
            "It made {paid} payments of the {enough} needed, so this rests on its sector, "
            "{sector}: half is paid within {days} days.",
            expected.paid,
        )
    return few.format(**values, sector=view.label(expected.level, expected.code))


def attributes(view: View, who: Row) -> Component:
    """Return what is known about the customer: number, VAT, sector, country, group, terms."""
    f = view.f
    terms, given = _terms(view), agreed(view)
    unknown = html.Span(_("not known"), className="muted")
    sector = view.label("sector", who["sector"]) if who["sector"] else unknown
    shown: list[tuple[str, Any]] = [
        (_("Number"), who["customer_id"]),
        (_("VAT number"), who["vat_number"] or unknown),
        (_("Sector"), sector),
        (_("Country"), f.country(who["country"]) if who["country"] else unknown),
        (_("Customer group"), _group(view, who)),
        (_("Segment"), who["segment"] or unknown),
        (_("Salesperson"), who["salesperson"] or unknown),
        (_("Rating"), who["rating"] or unknown),
        (
            _("Terms agreed / invoiced / taken, days"),
            html.Span(
                f"{f.count(given['agreed_terms_days'])} / {f.days(terms.get('invoiced'))} / "
                f"{f.days(terms.get('taken'))}",
                **{
                    "data-tip": _("12 months, weighted by amount: invoiced {invoiced} days, taken "
                                  "{taken} days").format(
                        invoiced=f.days(terms.get("invoiced"), 2),
                        taken=f.days(terms.get("taken"), 2),
                    )
                    + _said_terms(view, given)
                },
            ),
        ),
    ]  # fmt: skip
    return html.Dl(
        [html.Div([html.Dt(name), html.Dd(value)]) for name, value in shown],
        className="attributes",
    )


def _said_terms(view: View, given: Row) -> str:
    if given["terms_said_on"] is None:
        return ""
    text = _("; agreed: said by {who} on {day}")
    return text.format(who=given["terms_who"], day=view.f.day(given["terms_said_on"]))


def _terms(view: View) -> Row:
    try:
        rows: list[Row] = view.answer("terms", ledger_of(view)).to_pylist()
    except NoRows:
        return {}
    return rows[0]


def _group(view: View, who: Row) -> Any:
    count = (who["group_customers"] or 1) - 1
    name = view.label("customer_group", who["customer_group"])
    if not count:
        return _("on its own")
    query = with_filter(to_search(view.selection, page=False), customer_group=who["customer_group"])
    text = n_("{name} and {count} other customer", "{name} and {count} other customers", count)
    return dcc.Link(text.format(name=name, count=count), href="/customers" + query)


def facts(*lines: tuple[str, str, str]) -> Component:
    """Return names and values, one below the other; the third part is a class for the value."""
    cells: list[Component] = []
    for name, value, look in lines:
        cells += [html.Dt(name, className=look and "strong"), html.Dd(value, className=look)]
    return html.Dl(cells, className="facts-list")


def sell_title(view: View, row: Row) -> str:
    """Say what may be sold on credit."""
    if row["headroom"] is None:
        return _("No credit limit is known")
    if row["headroom"] < 0:
        return _("Over its limit by {amount}").format(amount=view.f.money(-row["headroom"]))
    return _("{amount} more may be sold on credit").format(amount=view.f.money(row["headroom"]))


def _insurer(view: View, limit: Decimal | None) -> list[tuple[str, str, str]]:
    """Return what the insurer's clock says, where anything is insured."""
    if not limit:
        return []
    statement, f = insured(ledger_of(view)), view.f
    rows = view.query(statement.sql, statement.parameters)
    if not rows or rows[0]["oldest_due"] is None:
        return []
    row, policy = rows[0], view.options.policy
    clock = insurers_clock(row["oldest_due"], policy)
    text = _("deliveries are insured until {until}, and it is handed over by {by}: the oldest item "
             "was due on {due}")  # fmt: skip
    if row["days_left"] < 0:
        text = _("deliveries since {since} are not insured, and it is handed over by {by}: the "
                 "oldest item was due on {due}")  # fmt: skip
    words = text.format(
        until=f.day(clock.extension_ends), since=f.day(clock.uninsured_from),
        by=f.day(clock.hand_over_by), due=f.day(clock.due_on),
    )  # fmt: skip
    borne = _("{insured} insured, {uninsured} not").format(
        insured=f.exact(row["insured"]), uninsured=f.exact(row["uninsured"])
    )
    return [
        (_("Borne by the insurer"), borne, ""),
        (_("Insurer's clock"), words, "worse" if row["days_left"] < 0 else ""),
    ]


def sell_body(view: View, row: Row, who: Row) -> list[Component | None]:
    """Return limit, exposure and headroom, and when a new invoice is expected to be paid."""
    f = view.f
    limit, exposure, covered = row["credit_limit"], row["exposure"], row["insured_limit"]
    over = row["headroom"] is not None and row["headroom"] < 0
    look = "strong worse" if over else "strong"
    lines = [
        (_("Credit limit"), f.exact(limit), ""),
        *_said_limit(view, row),
        (
            _("Exposure: all that is open, in all currencies, unapplied payments included"),
            f.exact(exposure),
            "",
        ),
        *_limit_above(view, row),
        (_("Headroom"), f.exact(row["headroom"]), look),
        (_("Insured limit"), f.exact(covered), ""),
        *_insurer(view, covered),
    ]
    lines.append((_("Sales, 12 months"), f.exact(row["sales_12m"]), ""))
    return [
        html.P(_("What may I sell?"), className="question"),
        _limit_bar(view, row),
        facts(*lines),
        expected_words(view, expected_payment(view, who)),
        dcc.Link(
            _("May I sell this? Ask the deal desk"),
            href=view.link("/deal", customer=number_of(view)),
        ),
    ]


def _said_limit(view: View, row: Row) -> list[tuple[str, str, str]]:
    """Say where a limit comes from that files do not have."""
    if row["limit_said_on"] is None:
        return []
    f = view.f
    text = _("Said by {who} on {day}; by the files")
    if row["limit_until"] is not None:
        text = _("Said by {who} on {day}, until {until}; by the files")
    said = text.format(
        who=row["limit_who"], day=f.day(row["limit_said_on"]),
        until=f.day(row["limit_until"]) if row["limit_until"] else "",
    )  # fmt: skip
    return [(said, f.exact(row["file_limit"]), "")]


def agreed(view: View) -> Row:
    """Return the terms agreed with the customer, of files or said here, whatever the filters.

    agreed_terms_days; terms_said_on and terms_who where they were said here.
    """
    ledger = Ledger(view.ledger.as_of, {"customer": (number_of(view),)}, said=view.said,
                    cubes=view.options.cubes)  # fmt: skip
    statement = ledger.over(_AGREED)
    rows = view.query(statement.sql, statement.parameters)
    return rows[0] if rows else {"agreed_terms_days": None, "terms_said_on": None}


_AGREED = Query(
    reads=("accounts",), select="select agreed_terms_days, terms_said_on, terms_who from accounts"
)


def _limit_above(view: View, row: Row) -> list[tuple[str, str, str]]:
    """Say which limit binds where it is shared: with customers below, or of one above."""
    f, limit, holder = view.f, row["binding_limit"], row["limit_holder"]
    if limit is None:
        return []
    used = limit - row["headroom"]
    if holder != row["customer"]:
        who = _("Limit of {customer}, which counts here").format(
            customer=view.label("customer", holder)
        )
        return [(who, f.exact(limit), ""), (_("Used of it by all"), f.exact(used), "")]
    if used == row["exposure"]:
        return []
    return [(_("Used of it, customers that belong to it included"), f.exact(used), "")]


def _limit_bar(view: View, row: Row) -> Component | None:
    limit = row["binding_limit"]
    if not limit:
        return None
    exposure = limit - row["headroom"]
    whole = float(max(limit, exposure))
    used = min(float(limit), max(float(exposure), 0.0)) / whole * 100
    over = max(float(exposure - limit), 0.0) / whole * 100
    parts: list[Component] = [html.Span(style={"width": f"{used:.2f}%"})]
    if over:
        parts.append(html.Span(className="over", style={"width": f"{over:.2f}%"}))
        parts.append(html.I(style={"left": f"{used:.2f}%"}))
    text = _("{share} of the limit is used").format(share=view.f.share(exposure / limit, 1))
    return html.Div(
        parts, className="limit-bar", role="img", **{"data-tip": text, "aria-label": text}
    )


def collect_title(view: View, row: Row) -> str:
    """Say what must be collected."""
    if not row["overdue"]:
        return _("Nothing is overdue")
    text = n_(
        "{amount} is overdue, the oldest for {days} day",
        "{amount} is overdue, the oldest for {days} days",
        row["oldest_overdue_days"],
    )
    amount = view.f.money(row["overdue"])
    return text.format(amount=amount, days=view.f.count(row["oldest_overdue_days"]))


def collect_body(view: View, row: Row, buckets: Mapping[str, Any]) -> list[Component | None]:
    """Return what is overdue, by bucket, and what stands in the way of collecting it."""
    f = view.f
    look = "strong worse" if row["overdue"] else "strong"
    lines = [
        (_("Receivables"), f.exact(row["receivables"]), "strong"),
        (_("Overdue"), f.exact(row["overdue"]), look),
        (_("Oldest overdue"), _days(view, row["oldest_overdue_days"]), ""),
        (_("Disputed"), f.exact(row["disputed"]), ""),
        (_("Unapplied payments and credit notes"), f.exact(row["unapplied"]), ""),
        (_("Days beyond terms, payments of 12 months"), f.days(row["days_beyond_terms"]), ""),
    ]
    bar = html.Div(aging_bar(dict(buckets), f, view.buckets), className="slim-aging") if any(
        buckets.values()
    ) else None  # fmt: skip
    # a file by its address: the browser keeps it, and the page stays
    files = html.A(
        _("Dossier for a lawyer or agency (.zip)"),
        href=view.link("/dossier.zip", customer=number_of(view)),
    )
    return [html.P(_("What must I collect?"), className="question"), bar, facts(*lines), files]


def _days(view: View, days: int | None) -> str:
    if days is None:
        return _("nothing")
    text = n_("{count} day", "{count} days", days)
    return text.format(count=view.f.count(days))


def headline_words(view: View) -> str:
    """Return the customer's story in one sentence."""
    try:
        row = listed(view)
    except NoRows:
        return _("The filters above leave this customer out.")
    both = {"room": view.f.money(row["headroom"]), "late": view.f.money(row["overdue"])}
    if not row["receivables"]:
        return _("Nothing is open.")
    if row["headroom"] is None:
        text = _("No limit is known; {late} is overdue.")
    elif row["headroom"] < 0 and row["overdue"] > 0:
        text = _("Over its limit, and {late} is overdue: collect before selling.")
    elif row["headroom"] < 0:
        text = _("Over its limit, but nothing is overdue.")
    elif row["overdue"] > 0:
        text = _("Room for {room}, but {late} is overdue.")
    else:
        text = _("Room for {room}, and nothing is overdue.")
    return text.format(**both)
