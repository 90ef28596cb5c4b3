"""What a file tells of, in a sentence, three of its rows as documents, and what does not count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.base.format import Format
from dashboards.base.i18n import _, n_
from dashboards.imports.files import Plain, day_of, decimal_of
from data.core.reading import Reading, Sample, Told

#: Kind of document, or of row -> its count in words.
_KINDS: Mapping[str, Callable[[int], str]] = {
    "invoice": lambda n: n_("{count} invoice", "{count} invoices", n),
    "credit_note": lambda n: n_("{count} credit note", "{count} credit notes", n),
    "payment": lambda n: n_("{count} payment", "{count} payments", n),
    "write_off": lambda n: n_("{count} write-off", "{count} write-offs", n),
    "opening": lambda n: n_("{count} opening balance", "{count} opening balances", n),
    "adjustment": lambda n: n_("{count} adjustment", "{count} adjustments", n),
    "exchange": lambda n: n_("{count} exchange difference", "{count} exchange differences", n),
    "matches": lambda n: n_("{count} match", "{count} matches", n),
    "customers": lambda n: n_("{count} customer", "{count} customers", n),
    "rates": lambda n: n_("{count} exchange rate", "{count} exchange rates", n),
}


def sentence(told: Told, first: date | None, last: date | None, f: Format) -> str:
    """Return what a file tells of, in one sentence."""
    if not told.kinds:
        return _("Nothing usable: no row of it is kept.")
    kinds = ", ".join(
        _KINDS[kind](count).format(count=f.count(count)) if kind in _KINDS
        else f"{f.count(count)} {kind}"
        for kind, count in told.kinds.items()
    )  # fmt: skip
    parts = [kinds]
    if told.customers:
        of = n_("of {count} customer", "of {count} customers", told.customers)
        parts[0] += f" {of.format(count=f.count(told.customers))}"
    if first and last:
        parts.append(_("{first} to {last}").format(first=f.day(first), last=f.day(last)))
    if told.currencies:
        parts.append(_("in {currencies}").format(currencies=", ".join(told.currencies)))
    said = ", ".join(parts)
    if told.paid:
        paid = n_("{count} is paid", "{count} are paid", told.paid)
        said += f"; {paid.format(count=f.count(told.paid))}"
    if told.written_off:
        lost = n_("{count} is written off", "{count} are written off", told.written_off)
        said += f"; {lost.format(count=f.count(told.written_off))}"
    return f"{said}."


def samples(told: Told, f: Format) -> Component | None:
    """Return the first rows as documents: number, customer, day, due day, amount."""
    if not told.samples:
        return None
    return html.Div(
        html.Table(html.Tbody([_sample(one, f) for one in told.samples]), className="figures"),
        className="table-scroll import-samples",
    )


def _sample(one: Sample, f: Format) -> Component:
    kind = _KINDS[one.kind](1).format(count="").strip() if one.kind in _KINDS else one.kind
    amount = f.number(one.amount, 2) if one.amount is not None else "–"
    return html.Tr(
        [
            html.Td(one.document_id or "–"),
            html.Td(one.customer or "–"),
            html.Td(kind),
            html.Td(f.day(one.issued_on) if one.issued_on else "–"),
            html.Td(_("due {day}").format(day=f.day(one.due_on)) if one.due_on else ""),
            html.Td(f"{amount} {one.currency}".strip(), className="n"),
        ]
    )


def left_out(counts: Mapping[str, int], amounts: Mapping[str, Decimal], f: Format) -> list[str]:
    """Return what does not count of a file and why, with amounts where they are known."""
    lines = []
    for reason, count in counts.items():
        if not count:
            continue
        if reason in amounts:
            said = n_("{count} row left out ({amount}): {reason}.",
                      "{count} rows left out ({amount}): {reason}.", count)  # fmt: skip
        else:
            said = n_("{count} row left out: {reason}.", "{count} rows left out: {reason}.", count)
        amount = f.number(amounts.get(reason), 2)
        lines.append(said.format(count=f.count(count), amount=amount, reason=_(reason)))
    return lines


def green(part: Reading) -> bool:
    """Return whether a part of a file may be called understood: most of it was usable."""
    return part.rows_kept > 0 and part.rows_rejected < part.rows_kept


def told_of(plain: Plain) -> Told:
    """Return what a file tells of, from the load report."""
    said: Mapping[str, Any] = plain.get("told") or {}
    return Told(
        dict(said.get("kinds") or {}),
        int(said.get("customers") or 0),
        list(said.get("currencies") or []),
        int(said.get("paid") or 0),
        [
            Sample(
                x["document_id"], x["customer"], x["kind"], day_of(x["issued_on"]),
                day_of(x["due_on"]),
                decimal_of(x["amount"]) if x.get("amount") is not None else None, x["currency"],
            )
            for x in said.get("samples") or []
        ],
        int(said.get("written_off") or 0),
    )  # fmt: skip


def file_told(plain: Plain, f: Format) -> Component:
    """Return a file of the load report: its sentence, its first rows, what does not count."""
    told = told_of(plain)
    amounts = {k: decimal_of(v) for k, v in (plain.get("left_out_amounts") or {}).items()}
    lines = left_out(plain.get("left_out") or {}, amounts, f)
    refused = int(plain.get("rows_rejected") or 0)
    if refused:
        worth = plain.get("refused_amount")
        said = n_("{count} row refused", "{count} rows refused", refused)
        amount = f" ({f.number(decimal_of(worth), 2)})" if worth is not None else ""
        lines.append(said.format(count=f.count(refused)) + amount + ".")
    usable = bool(told.kinds) and refused < int(plain.get("rows_kept") or 0)
    return html.Div(
        [
            html.P(
                [
                    html.B("✓" if usable else "!", className="mark-ok"),
                    html.B(f" {plain['name']}: "),
                    sentence(
                        told, day_of(plain.get("first_day")), day_of(plain.get("last_day")), f
                    ),
                ],
                className="holds" if usable else "broken",
            ),
            samples(told, f),
            html.Ul([html.Li(line) for line in lines], className="import-notes") if lines else None,
        ],
        className="import-told",
    )
