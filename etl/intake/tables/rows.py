"""All columns of a grid parsed at once, and each row judged: kept, left out or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from data.core.texts import NN_, Text
from etl.intake.tables.columns import any_row
from etl.intake.tables.days import NO_DAYS
from etl.intake.tables.kinds import OPENING, by_side, told_kind
from etl.intake.tables.plan import DAYS, OPTIONAL_DAYS, PAYING, REQUIRED, Plan
from etl.intake.tables.states import by_state

#: The rows to be staged.
KEPT = "skip is null and bad is null"

#: Columns whose cells may stay without a meaning, and what is said of such cells.
NOT_READ = {
    "country": NN_(
        "{count} cell of {column} names no known country and stays as it is.",
        "{count} cells of {column} name no known country and stay as they are.",
    ),
    "sector": NN_(
        "{count} cell of {column} is no NACE code and stays as it is.",
        "{count} cells of {column} are no NACE code and stay as they are.",
    ),
    "disputed": NN_(
        "{count} cell of {column} says neither yes nor no and was left empty.",
        "{count} cells of {column} say neither yes nor no and were left empty.",
    ),
    "terms_days": NN_(
        "{count} cell of {column} is no terms that are known: no days from it.",
        "{count} cells of {column} are no terms that are known: no days from them.",
    ),
    "agreed_terms_days": NN_(
        "{count} cell of {column} is no plain number of days: no terms from it.",
        "{count} cells of {column} are no plain number of days: no terms from them.",
    ),
}
#: Of these the cell is in `cell_...` beside what was read.
UNREAD = tuple(NOT_READ)
NO_DAY = NN_(
    "{count} cell of {column} is no day that can be read: its row was kept without that day.",
    "{count} cells of {column} are no days that can be read: their rows were kept without that "
    "day.",
)

#: A cell that begins with a word for a total or a balance.
TOTAL = (
    r"^\W*(?:sub|sous|eind|grand|general|gesamt|zwischen|end)?[\s-]*(?:total|totaal|totale|"
    r"totaux|totals|summe|saldo|solde|balance|kontostand|subtotaal|subtotal|percentage of total)\b"
)

#: A number that is none: the sum of what stands above it. `Saldo 3` may be a number.
_SUM = (
    r"^\W*(?:(?:sub|sous|grand|general|gesamt|zwischen|eind)?[\s-]*(?:total|totaal|totaux|totals"
    r"|totale|subtotaal|summe)\b.*|(?:closing|ending|final|eind|end|slot)[\s-]*(?:balance|saldo)"
    r"|saldo final|solde (?:final|de cloture|cloture|fin)|endbestand|schlusssaldo|saldo finale)\W*$"
)


_RULE = "[-=_*~+]"
#: Rows below which a table is read once and kept: each later question is then planned at once.
FEW = 20_000


@dataclass
class Rows:
    """The rows of a grid with their columns read: `line`, `skip`, `bad` and a column for each.

    `skip` is the reason why a row is left out, `bad` what is wrong with it; both are null for the
    rows to be staged. `cents` is the amount found in another way.
    """

    sql: str
    """The name of a table; or, where reading twice takes less than keeping, a SELECT."""
    bind: dict[str, object] = field(default_factory=dict)
    """What is bound to the $names in `sql`."""
    columns: frozenset[str] = frozenset()
    """The columns of ours that there are."""
    explicit: bool = False
    """The amounts carry their own signs."""
    lost: tuple[str, ...] = ()
    """Days that a row can do without: `lost_...` is true where a cell of theirs is none."""
    kept: str = KEPT
    """SQL that is true for the rows to be staged."""

    def keep(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        """Write the rows to the temporary table `table`."""
        if self.sql != table:
            connection.execute(
                f"create or replace temp table {table} as select * from {self.sql}", self.bind
            )
            self.sql, self.bind = table, {}


def set_apart(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Mark the rows that are none of the table, before its cells are weighed.

    `broken` then says what they are: 'header' written once more; 'total', without a number and a
    day; 'heading', a note below the last document; 'apart', another table below it. Of a total the
    amounts stay, of the others nothing.
    """
    grid, columns = plan.grid, plan.columns
    own = columns.get("document_id", columns.get("customer_id"))
    days = [columns[n] for n in DAYS if n in columns]
    money = [columns[n] for n in ("amount", "debit", "credit", "open_amount", "paid_amount")
             if n in columns]  # fmt: skip
    if own is None or not days or not money:
        return
    bind: dict[str, object] = {f"h{n}": h for n, h in enumerate(grid.headers)}
    again = [f"coalesce(ltrim({c}, chr(65279)), $h{n}) = $h{n}" for n, c in enumerate(grid.cells)]
    filled = " + ".join(f"({c} is not null)::int" for c in grid.cells)
    dated = f"coalesce({', '.join(days)}, null)"
    total = f"regexp_matches(concat_ws(chr(10), {', '.join(grid.cells)}), '(?im){TOTAL}')"
    nobody = f"({own} is null or regexp_matches(strip_accents({own}), '(?i){TOTAL}'))"
    dayless = " and ".join(f"not regexp_matches(coalesce({c}, ''), '[0-9]')" for c in days)
    amountless = " and ".join(f"({c} is null or regexp_matches({c}, '[A-Za-z]{{4}}|/|-..-'))"
                              for c in money)  # fmt: skip
    table, near = grid.table, f"{grid.table}_near"
    said = f"coalesce({', '.join(grid.cells)}, text)"
    connection.execute(
        f"""
        create or replace temp table {near} as
        with last as (
            select max(line) as line from {table} where broken is null and {own} is not null
                and {dated} is not null and coalesce({", ".join(money)}, null) is not null
        )
        select t.*, last.line as last from {table} as t cross join last
        -- few rows may be any of these: only they are looked at closely
        where {nobody} or t.line > last.line or coalesce({again[0]}, true)
        """,
        {"h0": grid.headers[0]},
    )
    if not connection.execute(f"from {near} limit 1").fetchall():
        connection.execute(f"drop table {near}")
        return
    connection.execute(
        f"""
        create or replace temp table {table}_marks as
        with blank as (
            select min(line) as line from {near} where line > last and {said} is null
        ),
        below as (
            select arg_min(text, line) as text, bool_and(broken = 'short') as short from {near}
            where line > (select line from blank) and {said} is not null
        )
        select * from (
            select line, case
                when broken = 'short' and line > (select line from blank)
                    and (select short and not regexp_matches(text, '[0-9]') from below)
                    then 'apart'
                when broken is not null then null
                when {again[0]} and {" and ".join(again[1:]) or "true"} and ({filled}) > 1
                    then 'header'
                when {nobody} and {dayless} and {total} then 'total'
                when line > last and ({filled}) between 1 and 2
                    and {len(grid.headers)} > 3 and {amountless} and not {total} then 'heading'
                end as mark
            from {near}
        ) where mark is not null
        """,
        bind,
    )
    if any_row(connection, grid, f"line in (select line from {table}_marks)"):
        cells = [
            f"case when coalesce(mark, 'total') = 'total' then {c} end as {c}" if c in money
            else f"case when mark is null then {c} end as {c}"
            for c in grid.cells
        ]  # fmt: skip
        grid.make_anew(
            connection, "line", cells, "coalesce(mark, broken) as broken",
            f"(select * from {table} left join {table}_marks using (line))",
        )  # fmt: skip
    connection.execute(f"drop table {table}_marks; drop table {near}")


def fill_groups(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Give rows without a customer the one that stands above them, where the list is written so.

    It is where a customer stands alone in a row above its documents; or where many rows name none
    and those that do each name another: then a customer is written once, above its documents.
    """
    cell = plan.columns.get("customer_id")
    name = plan.columns.get("customer_name", cell)
    money = [plan.columns[n] for n in ("amount", "debit", "credit", "open_amount")
             if n in plan.columns]  # fmt: skip
    days = [plan.columns[n] for n in DAYS if n in plan.columns]
    if cell is None or not money or not days or not plan.by_headers:
        return
    called = f"coalesce({', '.join(dict.fromkeys((cell, str(name))))})"
    filled = " + ".join(f"({c} is not null)::int" for c in plan.grid.cells)
    dated = f"coalesce({', '.join(days)}) is not null"
    document = f"(coalesce({', '.join(money)}) is not null and {dated})"
    blank, named, different, heads = connection.execute(
        f"""
        with rows as (
            select line, {called} as called, {document} as document, {filled} as filled
            from {plan.grid.table} where broken is null or broken = 'short'
        ),
        documents as (select * from rows where document)
        select (select count(*) from documents where called is null),
            (select count(*) from documents where called is not null),
            (select count(distinct called) from documents),
            (select count(*) from rows where not document and called is not null
                and filled <= {2 if name != cell else 1}
                and not regexp_matches(strip_accents(called), '(?i){TOTAL}'))
        """
    ).fetchone() or (0, 0, 0, 0)
    once = named > 1 and named == different and 5 * blank >= 2 * (blank + named)
    if not blank or not (once if named else heads):
        return
    over = "over (order by line rows between unbounded preceding and current row)"
    made = []
    for c in plan.grid.cells:
        if c in (cell, name):
            above = f"case when not regexp_matches(strip_accents({c}), '(?i){TOTAL}') then {c} end"
            last = f"last_value({above} ignore nulls) {over}"
            made.append(f"case when {c} is null and {document} then {last} else {c} end as {c}")
        else:
            made.append(c)
    plan.grid.make_anew(connection, "line", made)
    text = NN_(
        "{count} row names no customer in {column}: it belongs to the one above it.",
        "{count} rows name no customer in {column}: they belong to the one above them.",
    )
    plan.notes.append(Text(text, {"count": blank, "column": plan.header("customer_id")}))


#: A number that says that it is no invoice yet, in plain letters.
_NO_INVOICE = (
    r"^\W*(?:pro[\s-]?forma(?:rechnung|factuur)?|draft(?: invoice)?|concept(?:factuur)?|brouillon"
    r"|entwurf|devis|offerte|angebot|quot(?:e|ation)|estimate|klad|kostenvoranschlag)(?:[^a-z]|$)"
)


def read_rows(connection: duckdb.DuckDBPyConnection, plan: Plan, table: str) -> Rows:
    """Parse all columns at once; rows that are kept are in `table`."""
    parsed = dict(plan.parsed)
    values = {name: p.value for name, p in parsed.items()}
    bind: dict[str, object] = {k: v for p in parsed.values() for k, v in p.parameters.items()}
    if "pays" in values:  # the number of the invoice that a payment pays, and its own text
        values["reference"] = (
            f"concat_ws(' ', {values.pop('pays')}, {values.get('reference', 'null')})"
        )
    if plan.by_headers and plan.rows_kind == "invoices" and plan.labels and "document_id" in values:
        # a balance brought forward needs no number: it is called by its text
        text = plan.labels[0]
        before = f"regexp_matches(strip_accents({text}), '{OPENING}')"
        values["document_id"] = (
            f"coalesce({values['document_id']}, case when {before} then trim({text}) end)"
        )
    explicit = "amount" not in values or "dc_flag" in values
    if plan.holds_documents or plan.rows_kind == "matches":
        if "amount" in values:
            cents = plan.cents["amount"]
        elif {"debit", "credit"} & values.keys():
            debit, credit = (values.get(n, "null::decimal(18,2)") for n in ("debit", "credit"))
            values["amount"] = (
                f"case when {debit} is not null or {credit} is not null "
                f"then coalesce({debit}, 0) - coalesce({credit}, 0) end"
            )
            debit, credit = (plan.cents.get(n, "0") for n in ("debit", "credit"))
            cents = f"coalesce({debit}, 0) - coalesce({credit}, 0)"
        else:
            values["amount"], cents = "null::decimal(18,2)", "null::hugeint"
        values["cents"] = cents
    hidden = ("debit", "credit", "journal", "state", "paid_flag", "credit_flag")
    final = {name: f"v_{name}" for name in values if name not in hidden}
    if "currency" in values:
        final["currency"] = "nullif(v_currency, '')"
    elif plan.currency:
        final["currency"] = "$constant_currency"
        bind["constant_currency"] = plan.currency
    lost = _lost(plan)
    for name, none in lost.items():
        final[name] = f"case when not ({none}) then v_{name} end"
    final |= by_state(plan, values)
    if plan.by_line:
        final["document_id"] = "'#' || line"
    if plan.holds_documents and "kind" not in values:
        final["kind"] = "'payment'" if plan.rows_kind in PAYING else told_kind(plan, bind)
    elif plan.by_headers and plan.rows_kind == "invoices":
        # a row that the column of kinds says nothing of: a balance brought forward, most often
        final["kind"] = f"coalesce(v_kind, {told_kind(plan, bind)})"
    if plan.refunds:
        final["refund"] = f"list_contains($refunds, {plan.columns['kind']})"
        bind["refunds"] = list(plan.refunds)
    joins = " ".join(p.join for p in parsed.values())
    unread = "".join(f", {plan.columns[n]} as cell_{n}" for n in UNREAD if n in values)
    unread += "".join(f", ({none}) as lost_{n}" for n, none in lost.items())
    # each value once, and then what is said about it
    rows = Rows(
        f"(select line, {_skip(plan, bind)} as skip, {_bad(plan, values, final, lost)} as bad, "
        f"{', '.join(f'{v} as {n}' for n, v in final.items())}{unread} "
        f"from (select line, broken, text, {', '.join(plan.grid.cells)}, "
        f"{', '.join(f'{v} as v_{n}' for n, v in values.items())} "
        f"from {plan.grid.table} {joins}))",
        bind,
        frozenset(final),
        explicit,
        tuple(lost),
    )
    heavy = "dc_flag" in parsed or by_side(plan) or not all(p.light for p in parsed.values())
    if heavy or _few(connection, plan.grid.table):
        rows.keep(connection, table)
    if "dc_flag" in parsed and "amount" in values:
        _sign(connection, table)
    return rows


def _few(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Return whether it takes longer to plan how rows are read than to read them."""
    return connection.execute(f"select count(*) < {FEW} from {table}").fetchone() == (True,)


def _sign(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Sign the amounts by their debit/credit mark, unless they are signed already."""
    signed = connection.execute(
        "select bool_or(amount < 0 and dc_flag < 0) "
        f"and not bool_or(amount < 0 and dc_flag > 0) from {table} where {KEPT}"
    ).fetchone()
    if signed != (True,):
        connection.execute(f"update {table} set amount = -amount, cents = -cents where dc_flag < 0")


def _skip(plan: Plan, bind: dict[str, object]) -> str:
    """Return SQL for the reason why a row is no row of the table; null where it is one."""
    cells, columns = plan.grid.cells, plan.columns
    cases = [
        "when broken in ('header', 'total', 'heading', 'apart') then broken",
        f"when coalesce({', '.join(cells)}) is null and broken is null then 'blank'",
    ]
    own = columns.get("document_id", columns.get("customer_id", cells[0]))
    cases.append(  # a line of dashes across a printed list
        f"when regexp_full_match({own}, '{_RULE}+') "
        f"and regexp_full_match(concat_ws('', {', '.join(cells)}), '{_RULE}{{3,}}') then 'blank'"
    )
    # a printed list writes its headers on every page
    same = []
    needed = [n for need in REQUIRED[plan.rows_kind] for n in need.split("|") if n in columns]
    for number, name in enumerate(list(dict.fromkeys((*needed, *columns)))[:2]):
        bind[f"header_{number}"] = plan.header(name)
        same.append(f"{columns[name]} = $header_{number}")
    if same:
        cases.append(f"when {' and '.join(same)} then 'header'")
    total = f"regexp_matches(concat_ws(chr(10), {', '.join(cells)}, text), '(?im){TOTAL}')"
    if plan.holds_documents:
        cases.append(_no_document(plan, cells, total))
    elif plan.rows_kind == "customers":
        rest = [c for n, c in columns.items() if n not in ("customer_id", "customer_name")]
        if rest:
            cases.append(f"when {total} and coalesce({', '.join(rest)}) is null then 'total'")
    if plan.by_headers and plan.rows_kind == "invoices" and "document_id" in columns:
        called = f"lower(strip_accents({columns['document_id']}))"
        cases.append(f"when regexp_matches({called}, '{_NO_INVOICE}') then 'state_draft'")
    if "kind" in plan.parsed and plan.by_headers:
        cases.append("when v_kind in ('void', 'draft') then 'state_' || v_kind")
    cases += [f"when v_{name} = 'purchase' then 'state_purchase'" for name in ("kind", "journal")
              if name in plan.parsed]  # fmt: skip
    if "state" in plan.parsed:
        cases.append("when v_state in ('void', 'draft') then 'state_' || v_state")
    for chosen, code, unless in ((plan.keep, "keep", "not "), (plan.leave_out, "leave", "")):
        for cell, values in chosen.items():
            bind[f"{code}_{cell}"] = [value.lower() for value in values]
            cases.append(
                f"when broken is null and {unless}list_contains(${code}_{cell}, "
                f"lower(trim(coalesce({cell}, '')))) then '{code}_{cell}'"
            )
    return f"case {' '.join(cases)} end"


def _no_document(plan: Plan, cells: Sequence[str], total: str) -> str:
    """Return a CASE branch for rows with neither number nor day: totals, headings, notes.

    A row that lacks only one of them is no total, whatever its words: it is refused, and seen;
    but where nobody knows the format, a row whose number says total is one.
    """
    columns = plan.columns
    days = [columns[n] for n in DAYS if n in columns]
    money = [columns[n] for n in ("amount", "debit", "credit", "open_amount") if n in columns]
    no_day = f"coalesce({', '.join(days)}, null) is null"
    dayless = (
        " and ".join(f"not regexp_matches(coalesce({c}, ''), '[0-9]')" for c in days) or "true"
    )
    no_money = f"coalesce({', '.join(money)}, null) is null"
    if "document_id" in columns:
        number = columns["document_id"]
        called = f"coalesce({', '.join((number, *plan.labels[:1]))})"
        sums = (
            f"when regexp_matches(strip_accents({called}), '(?i){_SUM}') then 'total' "
            if plan.by_headers
            else ""
        )
        none = f"({number} is null or regexp_matches({number}, '(?i){TOTAL}'))"
    else:
        nobody = f"{columns['customer_id']} is null or " if "customer_id" in columns else ""
        none, sums = f"({nobody}{total})", ""
    filled = " + ".join(f"({c} is not null)::int" for c in cells)
    return sums + (
        # a heading over the rows below it, or a note in the margin of a printed list
        f"when {no_day} and {no_money} and ({filled}) = 1 and not {total} and (broken is null "
        r"or (broken = 'short' and not regexp_full_match(text, '\S*\d\S*'))) then 'heading' "
        f"when broken is null and {no_day} and {none} then "
        f"case when {no_money} and not {total} then 'heading' else 'total' end "
        # a total line of a printed list, cut short, has no cells of its own
        f"when broken is not null and {total} and {dayless} then 'total'"
    )


def _lost(plan: Plan) -> dict[str, str]:
    """Return the days that a row can do without -> SQL that is true where a cell is none.

    A column in which nobody's cells are days is written in some other way, and stays refused.
    """
    return {
        name: f"coalesce({parsed.refused.replace('@value', f'v_{name}')}, false)"
        for name in OPTIONAL_DAYS
        if (parsed := plan.parsed.get(name)) is not None
        and parsed.refused != "false"
        and not (plan.by_headers and parsed.value == NO_DAYS)
    }


def _bad(
    plan: Plan, values: Mapping[str, str], final: Mapping[str, str], lost: Mapping[str, str]
) -> str:
    """Return SQL for the first thing that is wrong with a row; null where nothing is."""
    cases = ["when broken is not null then broken"]
    for name, parsed in plan.parsed.items():
        if parsed.refused != "false" and name not in lost:
            value = f"v_{name}" if name in values else f"({parsed.value})"
            cases.append(f"when {parsed.refused.replace('@value', value)} then '{name}'")
    for need in REQUIRED[plan.rows_kind]:
        name = need.split("|")[0]
        if plan.reports and name == "customer_id":
            known = ", ".join(f"v_{n}" for n in need.split("|") if n in values)
            cases.append(f"when coalesce({known}, null) is null then 'no {name}'")
        elif name in values:
            # a payment needs no number of its own
            unless = (
                f" and ({final['kind']}) is distinct from 'payment'"
                if (name, plan.rows_kind) == ("document_id", "invoices")
                else ""
            )
            cases.append(f"when v_{name} is null{unless} then 'no {name}'")
    return f"case {' '.join(cases)} end"
