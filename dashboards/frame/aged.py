"""The aged list: every customer with its open items by age, in one workbook to print or send.

`/download/aged.xlsx?...` with the query of a page: its day, its filters, and with `list` the
customers of a long table in its order. Each customer is a row with its totals, its open items
are grouped below it, and the total of all stands on top.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dashboards.base.i18n import _, n_
from dashboards.base.view import View
from dashboards.base.words import KINDS
from dashboards.charts.buckets import labels
from metrics.asking.ledger import Statement
from metrics.asking.metric import Query

_ITEMS = Query(
    reads=("alive",),
    select="""
select alive.customer, c.customer_name, alive.document_id, alive.kind, alive.issued_on,
    alive.due_on, case when alive.amount > 0 and alive.due_on < alive.as_of
        then date_diff('day', alive.due_on, alive.as_of) end as days_overdue,
    {bucket} as bucket, alive.amount, alive.currency, alive.amount_currency, k.reference
from alive
left join documents as k on k.document_key = alive.document_key
left join customers as c on c.customer_id = alive.customer
order by alive.customer, alive.due_on, alive.document_id, alive.amount
""",
)
MOST_ROWS = 1_000_000
"""An Excel sheet holds 1,048,576 rows."""
_LEFT = 5
"""Columns before the buckets: document, kind, issued, due, days overdue."""
_A4 = 9

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Aged:
    """What the workbook holds: the lines at its top, and the open items of each customer."""

    head: Sequence[tuple[str, str | date]]
    buckets: Sequence[str]
    names: Mapping[str, str]
    currency: str
    customers: Sequence[tuple[str, Sequence[Row]]]


def aged(view: View, head: Sequence[tuple[str, str | date]], chosen: Statement | None) -> Aged:
    """Return the aged list under the filters, of the customers of `chosen` in its order.

    chosen: a statement whose rows have `customer`; None for all, those that owe most first.
    """
    asked = view.ledger.over(_ITEMS)
    found: dict[str, list[Row]] = {}
    for row in view.query(asked.sql, asked.parameters):
        found.setdefault(row["customer"], []).append(row)
    if chosen is None:
        order = sorted(found, key=lambda who: (-_sum(found[who]), who))
    else:
        rows = view.state.engine.query(chosen.sql, chosen.parameters).column("customer").to_pylist()
        order = [who for who in rows if who in found]
    buckets = [
        b for b in view.buckets.names if any(r["bucket"] == b for w in order for r in found[w])
    ]
    return Aged(
        head, buckets, labels(view.buckets), view.f.currency, [(w, found[w]) for w in order]
    )


def _sum(rows: Sequence[Row], bucket: str = "") -> Decimal:
    return sum((r["amount"] for r in rows if bucket in ("", r["bucket"])), Decimal(0))


def workbook(listed: Aged) -> bytes:
    """Return the workbook; texts cannot run as formulas, days are days and amounts numbers."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(_("Aged list")[:31])
        looks = {
            name: book.add_format(look)
            for name, look in {
                "bold": {"bold": True},
                "title": {"bold": True, "font_size": 14},
                "header": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
                "number header": {
                    "bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "align": "right",
                },
                "money": {"num_format": "#,##0.00"},
                "bold money": {"num_format": "#,##0.00", "bold": True},
                "day": {"num_format": "yyyy-mm-dd", "align": "left"},
                "count": {"num_format": "#,##0"},
            }.items()
        }  # fmt: skip
        _Writer(sheet, looks, listed).write()
    return out.getvalue()


class _Writer:
    """Writes the list into its sheet, line after line."""

    def __init__(self, sheet: Any, looks: Mapping[str, Any], listed: Aged) -> None:
        self.sheet, self.looks, self.listed = sheet, looks, listed
        self.total = _LEFT + len(listed.buckets)

    def write(self) -> None:
        """Write head, header, total, customers and their items, and how it is printed."""
        sheet, looks, listed = self.sheet, self.looks, self.listed
        sheet.write_string(0, 0, _("Aged list"), looks["title"])
        for line, (name, value) in enumerate(listed.head, 1):
            sheet.write_string(line, 0, name)
            if isinstance(value, date):
                sheet.write_datetime(line, 1, value, looks["day"])
            else:
                sheet.write_string(line, 1, value)
        top = len(listed.head) + 2
        self._header(top)
        every = [row for _who, rows in listed.customers for row in rows]
        line = self._sums(top + 1, _("Total"), every)
        shown = 0
        for who, rows in listed.customers:
            if line + 1 + len(rows) > MOST_ROWS:
                break
            name = rows[0]["customer_name"] or who
            line = self._sums(line, name if name == who else f"{name} ({who})", rows)
            for row in rows:
                self._item(line, row)
                line += 1
            shown += 1
        left = len(listed.customers) - shown
        if left:
            text = n_("{count} more customer does not fit into a sheet",
                      "{count} more customers do not fit into a sheet", left)  # fmt: skip
            sheet.write_string(line, 0, text.format(count=left), looks["bold"])
        self._printing(top, line)

    def _header(self, top: int) -> None:
        names = self.listed.names
        heads = [_("Customer, document"), _("Kind"), _("Issued"), _("Due"), _("Days overdue"),
                 *(names[b] for b in self.listed.buckets), _("Total"), _("Currency"),
                 _("Amount in its currency"), _("Reference")]  # fmt: skip
        widths = (34, 14, 12, 12, 9, *(14 for _b in self.listed.buckets), 15, 9, 15, 28)
        for place, (text, width) in enumerate(zip(heads, widths, strict=True)):
            number = _LEFT - 1 <= place <= self.total or place == self.total + 2
            self.sheet.set_column(place, place, width)
            self.sheet.write_string(
                top, place, text, self.looks["number header" if number else "header"]
            )

    def _sums(self, line: int, name: str, rows: Sequence[Row]) -> int:
        self.sheet.write_string(line, 0, name, self.looks["bold"])
        for place, bucket in enumerate(self.listed.buckets, _LEFT):
            self.sheet.write_number(line, place, _sum(rows, bucket), self.looks["bold money"])
        self.sheet.write_number(line, self.total, _sum(rows), self.looks["bold money"])
        return line + 1

    def _item(self, line: int, row: Row) -> None:
        sheet, looks = self.sheet, self.looks
        sheet.set_row(line, None, None, {"level": 1})
        sheet.write_string(line, 0, f"  {row['document_id']}")
        kind = KINDS[row["kind"]]
        sheet.write_string(line, 1, _(kind))
        sheet.write_datetime(line, 2, row["issued_on"], looks["day"])
        sheet.write_datetime(line, 3, row["due_on"], looks["day"])
        if row["days_overdue"] is not None:
            sheet.write_number(line, 4, row["days_overdue"], looks["count"])
        place = _LEFT + self.listed.buckets.index(row["bucket"])
        sheet.write_number(line, place, row["amount"], looks["money"])
        sheet.write_number(line, self.total, row["amount"], looks["money"])
        sheet.write_string(line, self.total + 1, row["currency"])
        if row["currency"] != self.listed.currency:
            sheet.write_number(line, self.total + 2, row["amount_currency"], looks["money"])
        sheet.write_string(line, self.total + 3, row["reference"] or "")

    def _printing(self, top: int, last: int) -> None:
        """Make it ready to print: A4 across, its header on every sheet, the sheets numbered."""
        sheet = self.sheet
        sheet.outline_settings(True, False, True, False)
        sheet.freeze_panes(top + 1, 1)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)
        sheet.print_area(0, 0, last, self.total + 3)
        facts = " · ".join(str(value) for _name, value in self.listed.head[:2]).replace("&", "&&")
        sheet.set_footer(f"&L{_('Aged list')} · {facts}"[:200] + "&R&P / &N")
