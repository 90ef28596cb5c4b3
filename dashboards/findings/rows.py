"""The findings of a state, narrowed by the filters, and the rows behind each as a long table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dashboards.base.grid import Listing
from dashboards.base.i18n import _
from dashboards.base.view import View
from dashboards.findings.columns import columns_of
from data.core.texts import N_, Text
from etl.findings.find import WORDS
from etl.findings.words import BEHIND, GROUPS, Words
from metrics.asking.ledger import Statement


@dataclass(frozen=True)
class Found:
    """A finding as a reader sees it: under the filters where its rows can be narrowed.

    amount: what is at stake, never negative; None where the finding has no amount. narrowed:
    items and amount are those of the filters. sentence: what the load said, of the whole data.
    """

    name: str
    sentence: str
    items: int
    amount: Decimal | None
    sql: str
    narrowed: bool

    @property
    def words(self) -> Words:
        """Return the check's words; a check that nobody described has its sentence."""
        nobody = Words(self.sentence, "reading", "", "", ())
        return WORDS.get(self.name, nobody)


def all_found(view: View) -> list[Found]:
    """Return the findings by group, the largest amounts first; under filters those with rows."""
    return view.derived("findings", lambda: _read(view))


def _read(view: View) -> list[Found]:
    stored = view.query(
        "select name, template, places, items, amount, sql from findings order by position"
    )
    found = []
    for line in stored:
        places = json.loads(line["places"] or "{}")
        sentence = Text(line["template"], view.f.told(places)).render(_)
        items, amount = line["items"], line["amount"]
        condition, values = _narrowing(view, line["name"], line["sql"])
        if condition:
            sums = view.query(
                f"select count(*) as n, sum(amount) as amount from (\n{line['sql']}\n) as r"
                f"\nwhere {condition}",
                values,
            )[0]
            items, amount = sums["n"], sums["amount"]
        if items or not condition:
            amount = None if amount is None else abs(amount)
            found.append(Found(line["name"], sentence, items, amount, line["sql"], bool(condition)))
    order = list(GROUPS)
    return sorted(
        found, key=lambda f: (order.index(f.words.group), -(f.amount or Decimal(0)), f.name)
    )


def at_stake(view: View) -> Decimal:
    """Return what the findings about money are about together, each document counted once."""
    parts: list[str] = []
    values: dict[str, object] = {}
    for one in all_found(view):
        if one.words.group != "money" or not {"document_key", "amount"} <= _names(view, one.sql):
            continue
        condition, bound = _narrowing(view, one.name, one.sql)
        values.update(bound)
        where = f"\nwhere {condition}" if condition else ""
        parts.append(f"select document_key, abs(amount) as amount from (\n{one.sql}\n) as r{where}")
    if not parts:
        return Decimal(0)
    each = "\nunion all\n".join(parts)
    rows = view.query(
        "select sum(amount) as amount from (\n"
        f"select document_key, max(amount) as amount from (\n{each}\n) as named group by all\n"
        ") as counted_once",
        values,
    )
    return Decimal(rows[0]["amount"] or 0)


def checks(view: View) -> dict[str, str]:
    """Return what came of each check of the load: found, nothing or no_data; {} if not kept."""
    report = json.loads(view.query("select report from about")[0]["report"] or "{}")
    told: dict[str, str] = report.get("checks") or {}
    return told


def chosen(view: View) -> Found | None:
    """Return the finding that the URL names, else the first; None where nothing is found."""
    found = all_found(view)
    asked = view.selection.page.get("finding", "")
    return next((f for f in found if f.name == asked), found[0] if found else None)


def listing_of(name: str) -> Listing:
    """Return the rows of a check as a long table that is the grid's source and its download."""
    words = WORDS[name]
    share = _SHARES.get(name, "")
    return Listing(
        f"finding-{name}",
        words.title,
        columns_of(_shown(words), share),
        lambda view, _params: rows_of(view, name),
        sort=words.sort if "amount" in words.columns else "",
        narrowed=lambda view: narrowed(view, words),
        grouped=True,
        shown=lambda view: (one := chosen(view)) is not None and one.name == name,
    )


def _shown(words: Words) -> tuple[str, ...]:
    """Return the columns of a finding's rows.

    Amounts of documents and matches stand in their currency too.
    """
    if not {"document_id", "debit_id"} & set(words.columns) or "amount" not in words.columns:
        return words.columns
    at = next((n for n, c in enumerate(words.columns) if c in BEHIND), len(words.columns))
    return (*words.columns[:at], *_IN_CURRENCY, *words.columns[at:])


_IN_CURRENCY = ("amount_currency", "currency")


#: what `share` is a share of, where it is not of what was invoiced
_SHARES = {
    "credited_by_reason": N_("Share of credited"),
    "late_discounts": N_("Share of the invoice"),
}
LISTINGS = {name: listing_of(name) for name in WORDS}


def narrowed(view: View, words: Words) -> str:
    """Say for the top of a file of which day the rows are, and whether the filters hold."""
    said = _("the last day of the data: {day}").format(day=view.f.day(view.options.last_day))
    if words.whole and view.words:
        return ", ".join((said, _("the filters do not narrow these rows")))
    return said


def rows_of(view: View, name: str) -> Statement:
    """Return the rows of a finding under the filters, with exactly the columns of its listing."""
    found = next((f for f in all_found(view) if f.name == name), None)
    sql = found.sql if found else "select 1 as nothing where false"
    names = _names(view, sql)
    condition, values = _narrowing(view, name, sql)
    customer = "r.customer" if "customer" in names else "r.customer_id"
    known = bool(names & {"customer", "customer_id"})
    places = {f"{n}": f"r.{n}" for n in names}
    joins = []
    if known:
        places.setdefault("customer", customer)
    if known and "customer_name" not in names:
        places["customer_name"] = "c.customer_name"
        joins.append(f"left join customers as c on c.customer_id = {customer}")
    if "file" not in names and "file_id" in names and "sha256" not in names:
        places["file"] = "f.name"
        joins.append("left join files as f on f.file_id = r.file_id")
    elif "file" not in names and "name" in names:
        places["file"] = "r.name"
    if "document_key" in names:
        joins.append("left join documents as b on b.document_key = r.document_key")
        places.setdefault("currency", "b.currency")
        # of a part of a document that is not known
        whole = (
            "case r.amount when b.amount then b.amount_currency"
            " when -b.amount then -b.amount_currency end"
        )
        places.setdefault("amount_currency", whole if "amount" in names else "b.amount_currency")
    shown = [f"{places.get(c.name, _EMPTY[c.unit])} as {c.name}" for c in LISTINGS[name].columns]
    lines = [f"select {', '.join(shown)}", f"from (\n{sql}\n) as r", *joins]
    if condition:
        lines.append(f"where {condition}")
    return Statement("\n".join(lines), values)


_EMPTY = {
    "text": "cast(null as varchar)",
    "money": "cast(null as decimal(18, 2))",
    "count": "cast(null as bigint)",
    "share": "cast(null as double)",
    "day": "cast(null as date)",
}


def _names(view: View, sql: str) -> set[str]:
    """Return the columns of a finding's statement."""
    engine = view.state.engine
    key = (view.state.path, "columns", sql)
    table = view.kept.get(key, lambda: engine.query(f"select * from (\n{sql}\n) as r limit 0"))
    return set(table.column_names)


def _narrowing(view: View, name: str, sql: str) -> tuple[str, Mapping[str, object]]:
    """Return the condition that keeps of the rows `r` those of the filters; '' where none can.

    Documents are kept by what they carry, other rows by the customers of such documents.
    """
    where = view.selection.where(view.options)
    words = WORDS.get(name)
    standing = view.ledger.standing
    if not (where or standing) or words is None or words.whole:
        return "", {}
    names = _names(view, sql)
    key = "document_key" if "document_key" in names else "customer"
    own = key if key in names else "customer_id" if "customer_id" in names else ""
    if not own or "amount" not in names:
        return "", {}
    tests: list[str] = []
    values: dict[str, object] = {}
    for dimension, chosen_values in sorted(where.items()):
        values[f"only_{dimension}"] = list(chosen_values)
        tests.append(f"{dimension} in $only_{dimension}")
    if standing:
        tests.append(f"customer in (\n{standing.sql}\n)")
        values |= standing.parameters | view.ledger.heard_in(standing.sql)
    return f"r.{own} in (select {key} from documents where {' and '.join(tests)})", values
