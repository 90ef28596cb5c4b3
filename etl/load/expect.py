"""What the user's own system says, beside what a state says; and what the difference is made of.

What was left out, refused, turned, assumed or set aside is listed with what receivables would
change by, were it otherwise. Where one of these, one row or document, or two or three together are
the difference to the cent, that is said first.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from data.core.expectation import Expectation
from data.core.texts import N_, Text
from etl.ledger.exports.replaced import KEPT
from etl.report import Cause, Expected, LoadReport
from etl.sql import Connection, rows

_FEW = 5
"""So many items of one amount are named."""
_MOST = 2_000
"""So many single rows are combined with one another."""

LEFT_OUT = N_("{file}: rows left out ({reason}): {count}")
REFUSED = N_("{file}: rows refused: {count}")
TURNED = N_("{file}: rows whose sign was turned ({kind})")
ASSUMED = N_("Invoices that count as paid on a day that is assumed: {count}")
LATER = N_("Documents dated after {day}: {count}")
CARRIED = N_("Opening balances that restate documents of an earlier file: {count}")
UNCONVERTED = N_("Documents in a currency without exchange rate: {count}")
ASIDE = N_("Rows set aside because another file tells of them: {count}")
REPLACED = N_("Rows that a newer export took the place of: {count}")
TWICE = N_("Documents that look like the same one twice: {count}")

REFUSED_ROW = N_("{file}, line {line}, refused")
ASIDE_ROW = N_("{document} of {customer} in {file}, set aside")
DOCUMENT = N_("{document} of {customer}, {day}, if it did not count")
HALF = N_("{document} of {customer}, {day}, with the other sign")


def balance(connection: Connection, day: date) -> Decimal:
    """Return the receivables of the state in the making at the end of a day."""
    found = rows(
        connection,
        "select coalesce(sum(amount), 0) from open_items"
        " where opened_on <= $day and (closed_on is null or closed_on > $day)",
        day=day,
    )
    return Decimal(found[0][0])


def compared(connection: Connection, said: Expectation, report: LoadReport) -> Expected | None:
    """Compare the state in the making with what was said; explain where they differ.

    None where there is no day to compare on: the state holds no document.
    """
    day = said.day or report.last_day
    if day is None:
        return None
    found = Expected(said.amount, day, balance(connection, day), said.accepted)
    if found.difference == 0:
        return found
    causes = sorted(_causes(connection, report, day), key=lambda c: -abs(c.amount))
    exact = list(_exact(connection, found, causes))
    return Expected(
        found.amount, day, found.found, said.accepted, exact=exact[:_FEW], causes=causes
    )


def _causes(connection: Connection, report: LoadReport, day: date) -> Iterator[Cause]:
    for file in report.files:
        for reason, amount in file.left_out_amounts.items():
            values = {"file": file.name, "count": file.left_out.get(reason, 0), "reason": reason}
            yield Cause(Text(LEFT_OUT, values), amount, file.left_out.get(reason, 0))
        if file.refused_amount:
            values = {"file": file.name, "count": file.rows_rejected}
            yield Cause(Text(REFUSED, values), file.refused_amount, file.rows_rejected)
        for kind, amount in file.turned.items():
            yield Cause(Text(TURNED, {"file": file.name, "kind": kind}), -2 * amount)
    for template, sql in _COUNTED:
        ((count, amount),) = rows(connection, sql, **({"day": day} if "$day" in sql else {}))
        if count and amount:
            values = {"count": int(count)}
            if template == LATER:
                values["day"] = str(day)
            yield Cause(Text(template, values), Decimal(amount), int(count))


_DOUBLED = """
    select count(*), -sum(amount) from (
        select amount, row_number() over (
            partition by customer, kind, amount, issued_on, document_id order by document_key
        ) as nth
        from documents where kind in ('invoice', 'credit_note') and document_id <> ''
        and issued_on <= $day
    ) where nth > 1
"""
_COUNTED = (
    (
        ASSUMED,
        """
        select count(distinct document_key), sum(amount) from open_items
        where paid_day_assumed and amount > 0 and opened_on <= $day and closed_on <= $day
        """,
    ),
    (LATER, "select count(*), sum(amount) from documents where issued_on > $day"),
    (CARRIED, "select count(*), sum(amount) from posting where carried and issued_on <= $day"),
    (UNCONVERTED, "select count(*), sum(amount) from unconverted"),
    (
        ASIDE,
        f"""
        select count(*), sum(amount) from (
            select amount from base_aside union all select amount from bank_aside
            union all select amount from list_aside
            union all select amount from {KEPT["staged_documents"]} where went = 'copy'
        )
        """,
    ),
    (
        REPLACED,
        f"select count(*), sum(amount) from {KEPT['staged_documents']} where went <> 'copy'",
    ),
    (TWICE, _DOUBLED),
)  # fmt: skip


def _exact(
    connection: Connection, found: Expected, causes: Sequence[Cause]
) -> Iterator[list[Cause]]:
    """Yield what makes up for the difference to the cent: what is one before what is several."""
    wanted = -found.difference
    items = list(_items(connection))
    yield from ([cause] for cause in (*causes, *items) if cause.amount == wanted)
    yield from ([cause] for cause in _documents(connection, found))
    for size in (2, 3):
        for some in itertools.combinations(causes[:12], size):
            if sum(c.amount for c in some) == wanted:
                yield list(some)
    yield from _pairs(items[:_MOST], wanted)


def _pairs(items: Sequence[Cause], wanted: Decimal) -> Iterator[list[Cause]]:
    seen: dict[Decimal, Cause] = {}
    for one in items:
        if (other := seen.get(wanted - one.amount)) is not None:
            yield [other, one]
        seen.setdefault(one.amount, one)


def _items(connection: Connection) -> Iterator[Cause]:
    """Yield single rows that do not count, with what they would add."""
    for file, line, raw, settings in rows(
        connection,
        "select name, line, raw, settings from rejects join files using (file_id)"
        f" order by file_id, line limit {_MOST}",
    ):
        amount = _amount_of(raw, settings)
        if amount:
            yield Cause(Text(REFUSED_ROW, {"file": file, "line": line}), amount, 1)
    for file, document, customer, amount in rows(
        connection,
        f"""
        select f.name, s.document_id, s.customer_id, s.amount from (
            select file_id, document_id, customer_id, amount from {KEPT["staged_documents"]}
            union all
            select s.file_id, s.document_id, s.customer_id, s.amount from staged_documents as s
            where s.rowid in (select entry_id from base_aside union all
                select entry_id from bank_aside union all select entry_id from list_aside)
        ) as s left join files as f using (file_id)
        where s.amount is not null limit {_MOST}
        """,
    ):
        said = {"document": document or "?", "customer": customer or "?", "file": file or "?"}
        yield Cause(Text(ASIDE_ROW, said), Decimal(amount), 1)


def _documents(connection: Connection, found: Expected) -> Iterator[Cause]:
    """Yield documents whose open part is the difference, or half of it."""
    for template, amount in ((DOCUMENT, found.difference), (HALF, found.difference / 2)):
        if amount != amount.quantize(Decimal("0.01")):
            continue
        for document, customer, day in rows(
            connection,
            f"""
            select document_id, customer, any_value(opened_on) from open_items
            where opened_on <= $day and (closed_on is null or closed_on > $day)
            group by document_key, document_id, customer having sum(amount) = $amount
            order by document_key limit {_FEW}
            """,
            day=found.day,
            amount=amount,
        ):
            said = {"document": document or "?", "customer": customer, "day": str(day)}
            yield Cause(Text(template, said), -found.difference, 1)


def _amount_of(raw: object, settings: object) -> Decimal | None:
    """Return the amount of a refused row, where it can be read."""
    try:
        cells = json.loads(str(raw))
        how = json.loads(str(settings or "{}"))
        columns = how.get("columns")
        columns = json.loads(columns) if isinstance(columns, str) else columns
    except ValueError:
        return None
    if not isinstance(cells, dict):
        return None
    headers = list(_amount_headers(columns))
    decimal = str(how.get("decimal") or ".")
    for header in (*headers, "amount"):
        if header in cells and (amount := _read(str(cells[header]), decimal)) is not None:
            return amount
    return None


def _amount_headers(columns: object) -> Iterator[str]:
    if isinstance(columns, dict):
        for one, other in columns.items():
            if "amount" in (one, other):
                yield str(other if one == "amount" else one)


def _read(text: str, decimal: str) -> Decimal | None:
    digits = re.sub(rf"[^\d\-{re.escape(decimal)}]", "", text).replace(decimal, ".")
    try:
        return Decimal(digits).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None


def sentences(expected: Expected, *, explain: bool = True) -> list[str]:
    """Return how the two compare, in English: what `load` prints."""
    found, wanted = f"{expected.found:,.2f}", f"{expected.amount:,.2f}"
    if expected.difference == 0:
        return [f"Ties to your own balance of {wanted} on {expected.day} ✓"]
    line = (
        f"Your own system says {wanted} on {expected.day}, this load {found}:"
        f" a difference of {expected.difference:,.2f}."
    )
    if expected.ties:
        return [line, f"The difference of {expected.difference:,.2f} is known, and kept."]
    said = [line]
    if not explain:
        return said
    said += [f"  = {_combined(some)}" for some in expected.exact]
    said += [f"  {cause.amount:>16,.2f}  {cause.text}" for cause in expected.causes]
    if not expected.causes:
        said.append("  Nothing was left out, refused, turned, assumed or set aside.")
    return said


def _combined(some: Sequence[Cause]) -> str:
    if len(some) == 1:
        return f"{some[0].text} ({some[0].amount:,.2f}): this alone is the difference"
    parts = "; ".join(f"{cause.text} ({cause.amount:,.2f})" for cause in some)
    return f"together they are the difference: {parts}"
