"""What month-ends were reported as, beside what they are now, for the pages that say so."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from dash import dcc
from dash.development.base_component import Component

from dashboards.base.format import Number
from dashboards.base.i18n import _, n_
from dashboards.base.view import View
from data.core.texts import N_
from data.store.reported import Kept, Reported
from metrics.review.restatements import Restated, documents, first_sale, restated

_ROSE = {
    "receivables": (N_("receivables rose by {amount}"), N_("receivables fell by {amount}")),
    "not_due": (N_("what is not due rose by {amount}"), N_("what is not due fell by {amount}")),
    "overdue": (N_("what is overdue rose by {amount}"), N_("what is overdue fell by {amount}")),
    "unapplied": (N_("what is unapplied rose by {amount}"),
                  N_("what is unapplied fell by {amount}")),
    "sales_1m": (N_("sales rose by {amount}"), N_("sales fell by {amount}")),
    "sales_3m": (N_("sales of three months rose by {amount}"),
                 N_("sales of three months fell by {amount}")),
    "received": (N_("what was received rose by {amount}"),
                 N_("what was received fell by {amount}")),
}  # fmt: skip


def restated_of(view: View) -> Sequence[Restated]:
    """Return the month-ends that were reported, up to the as-of day, the latest first."""

    def found() -> list[Restated]:
        now = view.state.engine
        return restated(
            Kept(view.state), now, view.ledger, view.options.currency, first_sale(now)
        )  # fmt: skip

    every: list[Restated] = view.derived("restated", found)
    return [one for one in every if one.month.month_end <= view.selection.as_of]


def documents_of(view: View, month: Reported, figure: str) -> pa.Table:
    """Return the documents that made a difference, as `restatements.documents` does.

    Those that offset each other as well.
    """

    def found() -> pa.Table:
        return documents(Kept(view.state), view.state.engine, view.ledger, month, figure)

    made: pa.Table = view.derived(("restated", month, figure), found)
    return made


def moved_words(view: View, name: str, change: Number) -> str:
    """Return a figure's change in words: "receivables rose by 1,234.56"."""
    rose, fell = _ROSE[name]
    size = change if change > 0 else -change
    return _(rose if change > 0 else fell).format(amount=view.f.exact(size))


def restated_words(view: View) -> list[Component | str]:
    """Say what changed of the latest month-end that was reported; that nothing did, or is kept."""
    months = restated_of(view)
    if not months:
        return [_("What earlier months were reported as is not kept yet.")]
    one = months[0]
    day = one.month.month_end
    month = f"{view.f.month_name(day)} {day.year}"
    link = view.link("/restatements", month=f"{day:%Y-%m}")
    if not one.comparable:
        text = _("What was reported for {month} cannot be compared with what is known now.")
        return [dcc.Link(text.format(month=month), href=link, className="why")]
    if not one.changed:
        text = _("Of what was reported for {month} nothing changed.")
        return [dcc.Link(text.format(month=month), href=link, className="why")]
    name = one.changed[0]
    change = one.change(name)
    assert change is not None  # noqa: S101 - it changed
    count = documents_of(view, one.month, name).num_rows
    text = n_(
        "Of what was reported for {month}, {change}: {count} document.",
        "Of what was reported for {month}, {change}: {count} documents.", count,
    )  # fmt: skip
    said = text.format(
        month=month, change=moved_words(view, name, change), count=view.f.count(count)
    )
    return [dcc.Link(said, href=f"{link}&figure={name}", className="why")]
