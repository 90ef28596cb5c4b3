"""What files tell of: how many documents of which kind, of how many customers, and the first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from data.core.reading import Sample, Told
from etl.sql import Connection, rows

_FIRST = 3
#: Kind of a staged row, as the books take it (see etl/ledger/documents.py).
_KIND = """
    case when kind = 'invoice' and amount < 0 then 'credit_note'
        when kind is not null then kind
        when list_contains($paying, file_id) then 'payment'
        when amount < 0 then 'credit_note'
        else 'invoice' end
"""
#: True of an invoice whose own row says that nothing is left of it.
_PAID = """
    amount > 0 and written_off is distinct from true
    and coalesce(open_amount = 0, paid_on is not null or paid_amount >= amount, false)
"""
_OTHERS = ("staged_matches", "staged_customers", "staged_rates")


def tell(
    connection: Connection, files: Iterable[int], paying: Sequence[int] = ()
) -> dict[int, Told]:
    """Return what each of these files tells of, from its staged rows.

    paying: files of payments or bank lines, where `files` does not say so yet.
    """
    asked = list(files)
    known = rows(connection, "select file_id from files where rows_kind in ('payments', 'bank')")
    every = {"files": asked, "paying": [*paying, *(int(n) for (n,) in known)]}
    kinds: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for file, kind, count in rows(
        connection,
        f"select file_id, {_KIND} as which, count(*) as items from staged_documents"
        " where list_contains($files, file_id) group by all order by items desc, which",
        **every,
    ):
        kinds[file][str(kind)] = int(count)
    for table in _OTHERS:
        for file, count in rows(
            connection,
            f"select file_id, count(*) from {table} where list_contains($files, file_id)"
            " group by all",
            files=asked,
        ):
            if not kinds.get(file):
                kinds[file] = {table.removeprefix("staged_"): int(count)}
    said = {
        file: rest
        for file, *rest in rows(
            connection,
            f"""
            select file_id, count(distinct customer_id), count(*) filter (where {_PAID}),
                count(*) filter (where amount > 0 and written_off),
                list(distinct currency) filter (where currency is not null),
                arg_min({{d: document_id, c: customer_id, k: {_KIND}, i: issued_on, u: due_on,
                    a: amount, m: currency}}, line, {_FIRST})
            from staged_documents where list_contains($files, file_id) group by file_id
            """,
            **every,
        )
    }
    return {file: _told(kinds.get(file, {}), said.get(file)) for file in asked}


def _told(kinds: dict[str, int], said: list[Any] | None) -> Told:
    if said is None:
        return Told(kinds)
    customers, paid, lost, currencies, first = said
    samples = [
        Sample(r["d"] or "", r["c"] or "", r["k"], r["i"], r["u"], r["a"], r["m"] or "")
        for r in first or []
    ]
    return Told(kinds, int(customers), sorted(currencies or []), int(paid), samples, int(lost))
