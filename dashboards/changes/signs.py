"""Early signs: the customers whose behaviour changes for the worse, as a list."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.base.grid import CARD, Column, Listing, totals
from dashboards.base.i18n import _, n_
from dashboards.base.panel import Content
from dashboards.base.view import View
from dashboards.charts.signs import TOLD, of_documents, signs_of, told
from data.core.texts import N_
from metrics.asking.ledger import Statement
from metrics.asking.metric import Query
from metrics.decide.alarms.cusum import LEAST

_LISTED = Query(
    reads=("accounts",),
    select=f"""
select accounts.customer, accounts.customer_name, accounts.sector, accounts.salesperson, {TOLD}.*
from accounts
join {TOLD} on {TOLD}.who = accounts.customer
""",
)


def _statement(view: View, _params: Mapping[str, str]) -> Statement:
    asked = view.ledger.over(_LISTED, ("customer",))
    return Statement(asked.sql, {**asked.parameters, TOLD: told(view)})


SIGNS = Listing(
    "signs",
    N_("Early signs"),
    (
        Column(
            "customer_name", N_("Customer"), width=200,
            options={"cellRenderer": "CustomerLink", "pinned": "left"},
        ),
        Column("what", N_("Sign"), width=150, options=CARD),
        Column("why", N_("What changed"), width=430, options=CARD),
        Column("since", N_("Since"), "day", options=CARD),
        Column("overdue", N_("Overdue"), "money", 116, total="sum(overdue)", options=CARD,
               whole=True),
        Column("receivables", N_("Receivables"), "money", 120, total="sum(receivables)",
               whole=True),
        Column("usual", N_("Usually, days after due"), "days", 110),
        Column("now", N_("Now, days after due"), "days", 110),
        Column("waiting", N_("Open, counted"), "count", 96),
        Column("sector", N_("Sector"), dimension="sector", width=132, brief=True),
        Column("salesperson", N_("Salesperson"), width=130),
        Column("customer", N_("Number"), width=90),
    ),
    statement=_statement,
    sort="overdue desc",
    grouped=True,
)  # fmt: skip


def signs_content(view: View) -> Content:
    """Return how many customers change for the worse, and what of theirs is overdue."""
    found, f, known = totals(view, SIGNS, {}), view.f, signs_of(view)
    count = found["rows"]
    title = n_(
        "{count} customer changes for the worse, {amount} of it is overdue",
        "{count} customers change for the worse, {amount} of theirs is overdue",
        count,
    )
    if not count:
        title = _("No customer changes for the worse")
    promised = view.options.policy.false_alarms.at(view.selection.as_of)
    text = _(
        "Late payments are told by a CUSUM over each customer's own payment days (in all {watched} "
        "customers with enough of them, {payments} a week, h = {h}): about {promised} alarm a week "
        "may be false"
    )
    if known.threshold <= LEAST:
        text = _(
            "Late payments are told by a CUSUM over each customer's own payment days (in all "
            "{watched} customers with enough of them, {payments} a week, h = {h}): fewer than "
            "{promised} alarm a week is false"
        )
    measure = text.format(
        watched=f.count(known.watched),
        payments=f.count(round(known.payments)),
        h=f.number(known.threshold, 2),
        promised=f.number(promised),
    )
    if of_documents(view):
        measure += "; " + _("the signs look at all of a customer's documents, not at these alone")
    return Content(
        title.format(count=f.count(count), amount=f.money(found["overdue"] or 0)),
        measure,
        explain=SIGNS.ref(view),
    )
