"""A review as a workbook: formulas over the rows behind the figures, their results stored too.

XlsxWriter computes nothing: each formula is written with its value, so that a reader that does not
calculate (a preview, a script) shows the same as Excel does.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from dashboards.base.i18n import _
from dashboards.base.view import Explain, View
from dashboards.base.words import KINDS
from dashboards.charts.bridge import STEPS
from dashboards.charts.buckets import labels
from dashboards.frame.deals import called, kept_of
from dashboards.frame.download import rows_statement
from dashboards.review.month import (
    DSO,
    INVOICED,
    MEASURES,
    OVERDUE,
    RECEIVABLES,
    RECEIVED,
    Review,
    began,
)
from dashboards.review.take_along.sheets import Cell, Formula, Sheet, looks_of
from dashboards.review.take_along.told import Deck
from data.core.buckets import UNAPPLIED
from data.core.texts import N_
from metrics.asking.ledger import month_start
from metrics.figures.concentration import ASPECTS
from metrics.review.forecast.forecast import ISSUED, TO_COME, TOTAL
from metrics.review.movements import CAUSES, MOVEMENTS

ASPECT = "aspect"
MOST_ROWS = 50_000
"""So many rows behind a figure the workbook takes along; of more it has the figures alone."""
_COLUMNS = (
    ("document_id", N_("Document"), "text"), ("kind", N_("Kind"), "text"),
    ("issued_on", N_("Issued"), "day"), ("due_on", N_("Due"), "day"),
    ("customer", N_("Customer number"), "text"), ("customer_name", N_("Customer"), "text"),
    ("amount", N_("Amount"), "money"), ("bucket", N_("Age"), "text"),
    ("file", N_("File"), "text"), ("line", N_("Line"), "count"),
)  # fmt: skip
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Behind:
    """The rows behind the figures; None of which there are more than the workbook takes."""

    open_items: Rows | None
    sales: Rows | None
    moved: Rows | None


def as_workbook(deck: Deck, review: Review, view: View) -> bytes:
    """Return the workbook; the same review is the same bytes."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": deck.title, "author": "Tandem", "comments": deck.foot,
                             "created": datetime.combine(deck.day, time(), UTC)})  # fmt: skip
        looks = looks_of(book)
        taken: set[str] = set()

        def sheet(title: str) -> Sheet:
            return Sheet(book, looks, title, deck, taken)

        first = sheet(_("Monthly review"))  # written last, from the others, and seen first
        for text in deck.slides[0].says:
            first.note(text)
        first.row += 1
        _why(sheet, review)
        _moves(sheet, review, view)
        _ahead(sheet, review)
        _few(sheet, review, view)
        _asks(sheet, review, view)
        behind = behind_of(view, review.month.day)
        _figures(first, review, _rows(sheet, behind, view), view)
    return out.getvalue()


def behind_of(view: View, day: date) -> Behind:
    """Return the rows behind what is owed, sold in three months, and moved in the month."""

    def rows(explain: Explain, since: date | None = None) -> Rows | None:
        statement = rows_statement(view, explain)
        where = "" if since is None else "where issued_on >= $first_of_sales "
        values = {} if since is None else {"first_of_sales": since}
        table = view.state.engine.query(
            f"select * from (\n{statement.sql}\n) as behind {where}"
            f"order by issued_on, document_id, amount limit {MOST_ROWS + 1}",
            {**statement.parameters, **values},
        )
        found: Rows = table.to_pylist()
        return found if len(found) <= MOST_ROWS else None

    return Behind(
        rows(Explain("aging")),
        rows(Explain("dso", which="Sales"), month_start(day, 2)),
        rows(Explain("movements", since=began(day).isoformat())),
    )


def _total(values: Sequence[Any]) -> float:
    return float(sum(values, Decimal(0)))


def _rows(sheet: Any, behind: Behind, view: View) -> Mapping[str, Mapping[str, Any]]:
    """Write the rows behind; return of each sheet where its columns stand, and what they hold."""
    found: dict[str, Mapping[str, Any]] = {}
    ages = labels(view.buckets)
    for name, title, rows in (
        ("open", _("Open items"), behind.open_items),
        ("sales", _("Sales of three months"), behind.sales),
        ("moved", _("Movements of the month"), behind.moved),
    ):
        one = sheet(title)
        if rows is None:
            text = _("These are more than {count} rows: they are a file on the page, behind their "
                     "figure.")  # fmt: skip
            one.note(text.format(count=view.f.count(MOST_ROWS)))
            continue
        columns = [c for c in _COLUMNS if c[0] != "bucket" or name == "open"]
        units = [unit for _name, _label, unit in columns]
        one.heads([_(label) for _name, label, _unit in columns], units, freeze=True)
        first = one.row
        said = {"kind": {k: _(v) for k, v in KINDS.items()}, "bucket": ages}
        for row in rows:
            one.cells([said.get(c, {}).get(row[c], row[c]) for c, _l, _u in columns], units)
        if not rows:
            one.note(_("There is none."))
            continue
        places = {c: one.down(n, first) for n, (c, _l, _u) in enumerate(columns)}
        total = [None] * len(columns)
        place = [c for c, _l, _u in columns].index("amount")
        sums: list[Cell | Formula] = [*total]
        sums[0] = _("Total")
        sums[place] = Formula(f"=SUM({places['amount']})", _total([r["amount"] for r in rows]))
        one.cells(sums, units, bold=True)
        found[name] = {"at": places, "rows": rows}
    return found


def _figures(
    one: Sheet, review: Review, behind: Mapping[str, Mapping[str, Any]], view: View
) -> None:
    """Write the month beside the others: formulas where the rows are there, else the figures."""
    month = review.month
    names = ("", _("This month"), _("A month before"), _("Change"), _("A year before"),
             _("Change"), _("Target"), _("Off the target"))  # fmt: skip
    one.heads(names, ("text", *["money"] * 7))
    top = one.row
    inputs = top + len(MEASURES) + 2  # where the numbers below the table stand
    live = _live(one, review, behind, view, top, inputs)
    for name, (label, unit, _worse) in MEASURES.items():
        here, now = one.row, month.now[name]
        values: list[Cell | Formula] = [_(label), live.get(name, now)]
        for then, column in ((month.before[name], 2), (month.ago[name], 4)):
            values += [then, _less(one, here, now, then, column)]
        target = month.targets.get(name)
        values += [target, _less(one, here, now, target, 6)]
        one.cells(values, ("text", *[unit] * 7))
    one.row = inputs - 1
    one.heads((_("What DSO is made of"), ""), ("text", "money"))
    sales = live.get("sales", month.sales)
    one.cells((_("Sales of three months"), sales), ("text", "money"))
    one.cells((_("Days of these months"), month.window), ("text", "count"))
    if month.sales:
        text = f"={one.at(1, inputs)}/{one.at(1, inputs + 1)}"
        value = float(month.sales) / month.window
        one.cells((_("Sales of a day"), Formula(text, value)), ("text", "money"))
    one.cells((_("Cost of money, % a year"), month.percent), ("text", "percent"))
    one.row += 1
    one.note(_("What this month has as formulas is added up from the rows on the last sheets; "
               "figures of other months are those of their own reviews."))  # fmt: skip


def _less(one: Sheet, row: int, now: Any, then: Any, column: int) -> Formula | None:
    if now is None or then is None:
        return None
    return Formula(f"={one.at(1, row)}-{one.at(column, row)}", float(now) - float(then))


def _live(
    one: Sheet, review: Review, behind: Mapping[str, Mapping[str, Any]], view: View,
    top: int, inputs: int,
) -> Mapping[str, Formula]:  # fmt: skip
    """Return the figures of the month as formulas over the rows behind them."""
    month, found = review.month, {}
    row = {name: top + n for n, name in enumerate(MEASURES)}
    if "open" in behind and month.now[RECEIVABLES] is not None:
        at, rows = behind["open"]["at"], behind["open"]["rows"]
        found[RECEIVABLES] = Formula(f"=SUM({at['amount']})", _total([r["amount"] for r in rows]))
        if month.now[OVERDUE] is not None:
            found[OVERDUE] = _overdue(at, rows, view)
    if "sales" in behind and month.sales is not None:
        at, rows = behind["sales"]["at"], behind["sales"]["rows"]
        found["sales"] = Formula(f"=SUM({at['amount']})", _total([r["amount"] for r in rows]))
        if month.now[DSO] is not None:
            text = (f"={one.at(1, row[RECEIVABLES])}/{one.at(1, inputs)}"
                    f"*{one.at(1, inputs + 1)}")  # fmt: skip
            found[DSO] = Formula(text, float(month.now[DSO] or 0))
    if "moved" in behind:
        at, rows = behind["moved"]["at"], behind["moved"]["rows"]
        for name, kind, more, sign in (
            (INVOICED, "invoice", "", 1), (RECEIVED, "payment", f',{at["amount"]},"<=0"', -1),
        ):  # fmt: skip
            if month.now[name] is None:
                continue
            mine = [r["amount"] for r in rows
                    if r["kind"] == kind and (sign > 0 or r["amount"] <= 0)]  # fmt: skip
            text = f'SUMIFS({at["amount"]},{at["kind"]},"{_(KINDS[kind])}"{more})'
            found[name] = Formula(("=" if sign > 0 else "=-") + text, sign * _total(mine))
    return found


def _overdue(at: Mapping[str, str], rows: Rows, view: View) -> Formula:
    """Return what is overdue of what is open, unapplied money aside."""
    ages = labels(view.buckets)
    not_due, aside = ages["not_due"], ages[UNAPPLIED]
    whole = f'SUMIFS({at["amount"]},{at["bucket"]},"<>{aside}")'
    late = f'SUMIFS({at["amount"]},{at["bucket"]},"<>{aside}",{at["bucket"]},"<>{not_due}")'
    known = [r for r in rows if r["bucket"] != UNAPPLIED]
    over = _total([r["amount"] for r in known if r["bucket"] != "not_due"])
    return Formula(f"={late}/{whole}", over / _total([r["amount"] for r in known]))


def _why(sheet: Any, review: Review) -> None:
    """Write the bridge of DSO, and what its steps are worth."""
    one, month = sheet(_("Why DSO moved")), review.month
    if review.why is None:
        one.note(review.why_not.render(_) if review.why_not else "")
        return
    total, units = review.why.bridge.total, ("text", "days", "money", "money")
    a_day = None if not month.sales else float(month.sales) / month.window
    if month.sales:
        one.heads((_("What it is worth by"), ""), ("text", "money"))
        first = one.row
        one.cells((_("Sales of three months"), month.sales), ("text", "money"))
        one.cells((_("Days of these months"), month.window), ("text", "count"))
        one.cells((_("Cost of money, % a year"), month.percent), ("text", "percent"))
        one.row += 1
        sales, days, percent = (one.at(1, first + n) for n in range(3))
    one.heads((_("Step"), _("DSO, days"), _("Money"), _("Interest a year")), units)

    def worth(moved: float) -> tuple[Formula | None, Formula | None]:
        if a_day is None:
            return None, None
        cash = moved * a_day
        return (
            Formula(f"={one.at(1)}*{sales}/{days}", cash),
            Formula(f"={one.at(2)}*{percent}/100", cash * float(month.percent) / 100),
        )

    one.cells((_("A month before"), total["before"], None, None), units)
    first = one.row
    for name, (label, *_ways) in STEPS.items():
        one.cells((_(label), total[name], *worth(total[name])), units)
    moved = sum(total[name] for name in STEPS)
    change = Formula(f"=SUM({one.at(1, first)}:{one.at(1, one.row - 1)})", moved)
    one.cells((_("Change of DSO"), change, *worth(moved)), units, bold=True)
    after = Formula(f"={one.at(1, first - 1)}+{one.at(1, one.row - 1)}", total["before"] + moved)
    one.cells((_("This month"), after, None, None), units)


def _moves(sheet: Any, review: Review, view: View) -> None:
    """Write the roll-forward of the month, a row a customer, each added up by a formula."""
    one, moves = sheet(_("Roll-forward")), review.moves
    called = {field.name: field.label for field in MOVEMENTS.fields}
    names = ("opening", *CAUSES)
    groups = [g for g in moves.groups if any(g[name] for name in names)]
    units = ("text", "text", *["money"] * (len(names) + 1))
    heads = [_("Customer number"), _("Customer"), *(_(called[n]) for n in (*names, "closing"))]
    one.heads(heads, units, freeze=True)
    if len(groups) > MOST_ROWS:
        one.note(_("These are more customers than a sheet takes: here are all together."))
        groups = []
    first, last = one.row, 1 + len(names)
    for row in groups:
        number = row[moves.by]
        closing = Formula(f"=SUM({one.at(2)}:{one.at(last)})", _total([row[n] for n in names]))
        one.cells(
            (number, view.options.names.get(number, number), *(row[n] for n in names), closing),
            units,
        )

    def whole(name: str, place: int) -> Cell | Formula:
        value = moves.whole[name]
        if not groups:
            return value  # type: ignore[no-any-return]
        return Formula(f"=SUM({one.at(place, first)}:{one.at(place, one.row - 1)})", float(value))

    one.cells(
        (_("Total"), None, *(whole(name, 2 + n) for n, name in enumerate((*names, "closing")))),
        units, bold=True,
    )  # fmt: skip


def _ahead(sheet: Any, review: Review) -> None:
    """Write what is expected, week by week, and the next four weeks added up."""
    one, made = sheet(_("Expected receipts")), review.ahead
    if made is None:
        one.note(_("Nothing was invoiced that could come in."))
        return
    units = ("day", *["money"] * 5)
    one.heads((_("Week from"), _("Of what is invoiced"), _("Of sales to come"), _("Expected"),
               _("Low, 90 %"), _("High, 90 %")), units)  # fmt: skip
    first = one.row
    layers = (made.plain.of(layer) for layer in (ISSUED, TO_COME, TOTAL))
    total = Decimal(0)
    for n, (issued, coming, both) in enumerate(zip(*layers, strict=True)):
        together = Formula(f"={one.at(1)}+{one.at(2)}", float(issued.expected + coming.expected))
        one.cells((both.week, issued.expected, coming.expected, together, both.low_90,
                   both.high_90), units)  # fmt: skip
        total += issued.expected + coming.expected if n < 4 else 0
    weeks = min(4, one.row - first)
    text = f"=SUM({one.at(3, first)}:{one.at(3, first + weeks - 1)})"
    one.cells((_("The next four weeks"), None, None, Formula(text, float(total)), None, None),
              ("text", *units[1:]), bold=True)  # fmt: skip


def _few(sheet: Any, review: Review, view: View) -> None:
    one = sheet(_("Concentration"))
    if review.few is None:
        one.note(_("Nothing is owed."))
        return
    units = ("text", "text", "share", "share", "count")
    one.heads(("", _("The largest"), _("Share of the largest"), _("Share of the five largest"),
               _("Herfindahl index")), units)  # fmt: skip
    for row in review.few.rows:
        largest = view.short(row[ASPECT], row["largest"])
        one.cells((_(ASPECTS[row[ASPECT]]), largest, row["largest_share"], row["top_5_share"],
                   row["herfindahl"]), units)  # fmt: skip
    if review.few.uninsured is not None:
        one.cells((_("Uninsured, of the exposure"), None, review.few.uninsured), units[:3])


def _asks(sheet: Any, review: Review, view: View) -> None:
    one = sheet(_("Decisions that wait"))
    if not review.waits:
        one.note(_("Nothing waits for a decision."))
        return
    units = ("text", "day", "text", "money")
    one.heads((_("Customer"), _("Asked on"), _("Who"), _("Amount")), units)
    first, total = one.row, Decimal(0)
    for case in review.waits:
        amount = kept_of(case).desk.answer.deal.amount
        one.cells((called(view, case), case.line.said_on, case.line.who, amount), units)
        total += amount
    text = f"=SUM({one.at(3, first)}:{one.at(3, one.row - 1)})"
    one.cells((_("Total"), None, None, Formula(text, float(total))), units, bold=True)
