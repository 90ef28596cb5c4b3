"""What the cells of a column look like, whatever its header says: money, days, or VAT."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

import duckdb

from data.core.errors import FileError
from data.core.reading import Choice, Question, Value
from data.core.texts import N_, NN_, Text
from etl.intake.files.grid import ERROR, Grid
from etl.intake.headers import bare, is_gross, is_vat_word, meanings
from etl.intake.tables import words
from etl.intake.tables.columns import Parsed, any_row
from etl.intake.tables.money import parse_amounts
from etl.intake.tables.plan import MONEY, OPTIONAL_DAYS, PAYING, Plan

_BEFORE, _BEHIND = r"^[^\dA-Za-z]*(?:[A-Z]{3}\s*)?-?", r"(E0)?\s*-?\)?(?:\s*[A-Za-z€$£]{1,3})?$"
_NUMBER = rf"{_BEFORE}\d[\d.,' \x{{a0}}\x{{202f}}]*{_BEHIND}"
_CENTS = rf"{_BEFORE}\d[\d.,' \x{{a0}}\x{{202f}}]*[.,]\d{{2}}{_BEHIND}"
_DAY = (
    r"^\s*(?:[A-Za-zäéûô]{2,10}[.,]?\s+)?(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
    r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}(?:er|\.)?[\s-][A-Za-zäéûôç]{3,10}\.?[\s-]\d{2,4}"
    r"|[A-Za-z]{3,9} \d{1,2}, \d{4})(?:[T ]\d{1,2}:\d{2}.*)?\s*$"
)
#: Parts of headers that name money.
_MONEY_WORDS = re.compile(
    r"amount|amt|bedrag|montant|betrag|importe|importo|kwota|valor|total|totaal|totale|solde|saldo"
    r"|balance|summe|somme|collect|received|paid|betaald|paye|bezahlt|open|outstanding|due|restant"
)


def looks_like_money(
    connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str, header: str
) -> bool:
    """Return whether a column holds amounts: numbers with cents, or numbers under a word of money.

    Columns of nothing but zeros hold none that matter.
    """
    filled, cents, numbers, some = _counted(
        connection, plan, cell, (_CENTS, _NUMBER, r"[1-9]")
    )  # fmt: skip
    if not filled or not some or numbers < 0.8 * filled:
        return False
    if plan.grid.plain.get(cell) == "numbers" and not _MONEY_WORDS.search(bare(header)):
        return cents >= 0.3 * filled
    return cents >= 0.3 * filled or bool(_MONEY_WORDS.search(bare(header)))


def looks_like_days(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str) -> bool:
    """Return whether a column holds days."""
    if plan.grid.plain.get(cell) == "days":
        return True
    filled, days = _counted(connection, plan, cell, (_DAY,))
    return filled > 0 and days >= 0.8 * filled


def _counted(
    connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str, patterns: tuple[str, ...]
) -> list[int]:
    """Return how many cells are filled, and how many match each pattern."""
    counts = ", ".join(
        f"count(*) filter (regexp_matches({cell}, $p{n}))" for n in range(len(patterns))
    )
    found = connection.execute(
        f"select count({cell}), {counts} from {plan.grid.table} where broken is null"
        f" and {cell} is not null",
        {f"p{n}": pattern for n, pattern in enumerate(patterns)},
    ).fetchone()
    return [int(n) for n in found or ()]


def same_amounts(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str) -> bool:
    """Return whether a column says again what the amount, the open or the paid one says."""
    others = [plan.columns[n] for n in ("amount", "open_amount", "paid_amount", "debit", "credit")
              if n in plan.columns]  # fmt: skip
    digits = "regexp_replace({0}, '[^0-9]', '', 'g')"
    for other in others:
        found = connection.execute(
            f"select bool_and({digits.format(cell)} = {digits.format(other)}), count(*)"
            f" from {plan.grid.table} where {cell} is not null and broken is null"
            f" and {other} is not null"
        ).fetchone()
        if found and found[1] and found[0]:
            return True
    return False


def is_of_customers(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str) -> bool:
    """Return whether a column tells of customers, such as their balance, and of no document.

    It is the same on all rows of each, and at least two that have several rows have each another,
    which is not what all these rows amount to.
    """
    own, amount = plan.columns.get("customer_id"), plan.columns.get("amount")
    if own is None or amount is None:
        return False
    figures = "regexp_replace(regexp_replace({0}, '[^0-9]', '', 'g'), '0+$', '')"
    told, others = connection.execute(
        f"""
        select count(distinct said) filter (same and apart), count(*) filter (not same) from (
            select min({cell}) as said,
                count(distinct {cell}) = 1 and count({cell}) = count(*) as same,
                bool_or({figures.format(cell)} not in ('', {figures.format(amount)})) as apart
            from {plan.grid.table} where broken is null and {own} is not null
                and {amount} is not null
            group by {own} having count(*) > 1
        )
        """
    ).fetchone() or (0, 0)
    return told >= 2 and not others


def adds_up(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str) -> bool:
    """Return whether a column holds the parts of each document's amount: of the lines it has.

    The amount is the same on all rows of a document, and some have several.
    """
    if not {"document_id", "amount"} <= plan.columns.keys() or plan.rows_kind != "invoices":
        return False
    amount, own = plan.parsed["amount"], plan.columns["document_id"]
    try:
        part = parse_amounts(connection, plan.grid, {"part": cell}, plan.decimal or None)
    except FileError:
        return False
    found = connection.execute(
        f"""
        select max(n), bool_and(least = most and abs(parts - most) < 0.005) from (
            select count(*) as n, min({amount.value}) as least, max({amount.value}) as most,
                sum({part.parsed["part"].value}) as parts
            from {plan.grid.table} where broken is null and {own} is not null group by {own}
        )
        """,
        dict(amount.parameters),
    ).fetchone()
    return found is not None and (found[0] or 0) > 1 and bool(found[1])


#: A cell that ends in cents is an amount.
_ENDS_IN_CENTS = r"[.,]\d{1,2}(E0)?[^\dA-Za-z]*$"


def settle_vat(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Take no amounts of VAT for VAT numbers, and note where they are not in the amounts.

    Amounts are with VAT in them. A file that has amounts and VAT side by side, and says of neither
    that it is the total, is taken as it stands: both customs exist, so its reader is told.
    """
    cell = plan.columns.get("vat_number")
    if cell is not None and is_vat_word(plan.header("vat_number")):
        if _has_numbers(connection, plan, cell):
            plan.vat = None if plan.vat == cell else plan.vat
        elif any_row(connection, plan.grid, f"{cell} is not null"):
            del plan.columns["vat_number"]
    amount, vat = plan.columns.get("amount"), plan.vat
    if plan.rows_kind != "invoices" or amount is None or vat is None or vat == amount:
        return
    if not is_gross(plan.header("amount")) and _has_amounts(connection, plan, vat):
        plan.notes.append(
            Text(
                N_(
                    "The amounts of {amount} are taken as they stand, as if VAT were in them: "
                    "{vat} is not added. Where they are without VAT, export totals with VAT too."
                ),
                {"amount": plan.header("amount"), "vat": plan.grid.headers[int(vat[1:])]},
            )
        )


def is_vat_on(
    connection: duckdb.DuckDBPyConnection, plan: Plan, net: str, vat: str, decimal: str | None
) -> bool:
    """Return whether the cells of `vat` are the VAT on those of `net`: amounts of it, at a rate.

    Rates are at most 30 % and written in halves of a percent; an invoice may have several. A rate
    itself, which is the same on many rows, is no amount.
    """
    read = parse_amounts(connection, plan.grid, {"net": net, "vat": vat}, decimal).parsed
    found = connection.execute(
        f"""
        with cells as (
            select {read["net"].value} as net, {read["vat"].value} as vat from {plan.grid.table}
            where broken is null
        )
        select count(*), count(*) filter (vat between -0.01 and 0.3 * net + 0.01
                or vat between 0.3 * net - 0.01 and 0.01),
            count(*) filter (vat <> 0), count(*) filter (vat <> 0
                and abs(vat - round(vat * 200 / net) * net / 200) <= 0.011),
            count(distinct vat) filter (vat <> 0)
        from cells where net is not null and vat is not null and abs(net) >= 10
        """,
        {**read["net"].parameters, **read["vat"].parameters},
    ).fetchone()
    rows, fitting, taxed, exact, different = found or (0, 0, 0, 0, 0)
    many = different > 1 or taxed == 1
    return bool(taxed) and fitting == rows and 2 * exact >= taxed and many


def _has_numbers(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str) -> bool:
    """Return whether the cells are VAT numbers: at least seven digits, and never cents."""
    digits = f"regexp_replace({cell}, '[ ./-]', '', 'g')"
    return any_row(connection, plan.grid, rf"regexp_matches({digits}, '\d{{7}}')") and not any_row(
        connection, plan.grid, f"regexp_matches({cell}, '{_ENDS_IN_CENTS}')"
    )


def _has_amounts(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str) -> bool:
    """Return whether some cell is no rate: `21,00` and `4200` are amounts, `21 %` and `21` not."""
    amount = rf"regexp_matches({cell}, '{_ENDS_IN_CENTS}|\d{{3}}') and not contains({cell}, '%')"
    return any_row(connection, plan.grid, amount)


def settle_blanks(connection: duckdb.DuckDBPyConnection, plan: Plan, said: str) -> None:
    """Say what an empty cell means beside others that say what is open: nothing is, or all of it.

    Where the list writes no zero, what is paid has an empty cell; where it writes both, one asks.
    `said`: what the reader answered, open or paid.
    """
    cell = plan.columns.get("open_amount")
    if cell is None or plan.open_only or "amount" not in plan.columns:
        return
    parsed = plan.parsed["open_amount"]
    blank, zero, some = connection.execute(
        f"select count(*) filter (v is null), count(*) filter (v = 0), count(*) filter (v <> 0)"
        f" from (select {parsed.value} as v from {plan.grid.table}"
        f" where broken is null and ({plan.parsed['amount'].value}) is not null)",
        dict(parsed.parameters),
    ).fetchone() or (0, 0, 0)
    if not blank or not some:
        return
    header = plan.header("open_amount")
    if zero and not said:
        asked = NN_(
            "{count} cell of {column} is empty, others are 0: is its row open in full, or paid?",
            "{count} cells of {column} are empty, and others are 0: are the rows with an empty "
            "one open in full, or paid?",
        )
        plan.questions.append(
            Question(
                "blank",
                Text(asked, {"count": blank, "column": header}),
                (
                    Choice("paid", N_("paid: nothing is open"), {"states": {"": "paid"}}),
                    Choice("open", N_("open in full"), {"states": {"": "open"}}),
                ),
                header,
            )
        )
        return
    if said == "open":
        return
    plan.parsed["open_amount"] = replace(parsed, value=f"coalesce({parsed.value}, 0)")
    text = NN_(
        "{count} cell of {column} is empty, and none is 0: nothing is open of this row.",
        "{count} cells of {column} are empty, and none is 0: nothing is open of these rows.",
    )
    plan.notes.append(Text(text, {"count": blank, "column": header}))


_ERRORS = NN_(
    "{count} cell of {column} holds an error of the spreadsheet: its row was kept without that day."
    " Mend the formula and load the file again.",
    "{count} cells of {column} hold an error of the spreadsheet: their rows were kept without that"
    " day. Mend the formula and load the file again.",
)
#: Headers of accounts of the books, which are no customers.
_ACCOUNTS = frozenset(
    map(bare, words.listed("""account; account code; account number; account no; account nr;
    gl account; g/l account; ledger account; grootboekrekening; grootboek; rekening; compte;
    rekeningnummer; grootboekrekeningnummer; general ledger account; nominal code; compte general;
    numero de compte; no compte; comptenum; konto; sachkonto; kontonummer; cuenta; conto""", ";"))
)  # fmt: skip


#: What accounts of receivables are called, or a column beside them says.
_RECEIVABLES = (
    r"receivabl|debtor|debiteur|klanten|vorderingen op klanten|\bclients?\b|forderungen|debitoren"
    r"|clientes|clienti|naleznosci|należności"
)
_ACCOUNTED = ("account", "rekening", "grootboek", "compte", "konto", "cuenta", "conto")
_BALANCED = 0.8
"""So much of the entries must add up to nothing over several accounts."""
_MOST_ACCOUNTS = 12


def settle_general_ledger(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Ask which accounts of a ledger of all accounts are receivables.

    Its entries add up to nothing over several accounts: read as a list of documents, nothing would
    be owed. Raises `FileError` where accounts are all that could be customers.
    """
    value = _moved(plan)
    place = next((n for n, h in enumerate(plan.grid.headers) if bare(h) in _ACCOUNTS), None)
    cell = f"c{place}"
    if place is None or value is None or cell in plan.keep or cell in plan.leave_out:
        return
    key = plan.columns.get("document_id") or plan.columns.get("issued_on") or "null"
    parameters = {
        k: v for n in MONEY if n in plan.parsed for k, v in plan.parsed[n].parameters.items()
    }
    entries, balanced = connection.execute(
        f"select count(*), count(*) filter (accounts > 1 and total = 0) from (select {key},"
        f" count(distinct {cell}) as accounts, sum({value}) as total from {plan.grid.table}"
        f" where broken is null and {key} is not null group by {key})",
        parameters,
    ).fetchone() or (0, 0)
    if not entries or balanced < _BALANCED * entries:
        return
    header, named = plan.grid.headers[place], {}
    if plan.columns.get("customer_id") == cell:
        theirs = [
            h for n, h in enumerate(plan.grid.headers)
            if n != place and meanings(h) & {"customer_id", "customer_name"}
            and not bare(h).startswith(_ACCOUNTED)
        ]  # fmt: skip
        if not theirs:
            raise FileError(
                Text(
                    N_("{file} is a ledger of all accounts: what stands in {column} are accounts"
                       " of the books, and no customers."),
                    {"file": plan.grid.name, "column": header},
                ),
                Text(N_("Export the ledger of customers (receivables), or one that names the"
                        " customer in each row.")),
            )  # fmt: skip
        named = {"customer_id": theirs[0]}
    beside = ", ".join(
        f"case when count(distinct {c}) = 1 then any_value({c}) end" for c in plan.grid.cells
    )
    found = connection.execute(
        f"select {cell}, count(*), sum({value}), concat_ws(' ', {beside}) as told,"
        f" bool_or({value} > 0) and bool_or({value} < 0) from {plan.grid.table}"
        f" where broken is null and {cell} is not null group by {cell} order by 2 desc, 1",
        parameters,
    ).fetchall()
    called = [row for row in found if re.search(_RECEIVABLES, str(row[3]).casefold())]
    offered = called or [row for row in found if row[4]] or found
    values = tuple(Value(str(r[0]), int(r[1]), r[2]) for r in offered[:_MOST_ACCOUNTS])
    chosen = [[v.text] for v in values] + ([[str(r[0]) for r in called]] if called[1:] else [])
    choices = [
        Choice(", ".join(c), ", ".join(c), {**plan.answer(named), "keep": {header: c}})
        for c in chosen
    ]
    text = N_(
        "{file} is a ledger of all accounts, and its entries add up to nothing. Which account of"
        " {column} are the receivables?"
    )
    said = {"file": plan.grid.name, "column": header}
    plan.questions.append(Question("accounts", Text(text, said), tuple(choices), header, values))


def _moved(plan: Plan) -> str | None:
    """Return SQL for what a row adds to its account; None where no amount was found."""
    if {"debit", "credit"} <= plan.columns.keys():
        debit, credit = (plan.parsed[n].value for n in ("debit", "credit"))
        return f"(coalesce({debit}, 0) - coalesce({credit}, 0))"
    return plan.parsed["amount"].value if "amount" in plan.columns else None


_REASON = N_("The cell holds an error of the spreadsheet instead of a value.")
_REMEDY = N_("Mend the formula in the spreadsheet, or write the value over it, and save it again.")


def is_error(cell: str) -> str:
    """Return SQL that is true where a cell holds an error of a spreadsheet."""
    return f"coalesce(regexp_full_match({cell}, '{ERROR}'), false)"


def check_calculated(grid: Grid, cells: Collection[str]) -> None:
    """Refuse a sheet of which a column that is read was never calculated.

    cells: the cell columns that are read. Raises `FileError`.
    """
    never = sorted(cell for cell in cells if cell in grid.uncalculated)
    if not never:
        return
    raise FileError(
        Text(
            N_(
                "The workbook was never calculated: column {column} of sheet {sheet} holds formulas"
                " without results, such as {formula}."
            ),
            {
                "column": ", ".join(grid.headers[int(cell[1:])] for cell in never),
                "sheet": grid.settings.get("sheet", grid.name),
                "formula": grid.uncalculated[never[0]],
            },
        ),
        Text(N_("Open it in Excel or LibreOffice, press F9, save it, and load it again.")),
    )


def without_errors(
    connection: duckdb.DuckDBPyConnection,
    grid: Grid,
    columns: Mapping[str, str],
    parsed: Mapping[str, Parsed],
) -> tuple[dict[str, Parsed], list[Text]]:
    """Return the columns with errors as they are to be read, and what is to be noted.

    An error is refused as what it is. In a day that a document can do without it is said, with
    how many there are, and the document is kept without that day.
    """
    read: dict[str, Parsed] = {}
    notes: list[Text] = []
    for name, column in parsed.items():
        cell = columns.get(name)
        if cell not in grid.errors or cell is None:
            continue
        error = is_error(cell)
        if name in OPTIONAL_DAYS:
            read[name] = replace(column, refused=f"(({column.refused}) and not {error})")
            (count,) = connection.execute(
                f"select count(*) from {grid.table} where {error}"
            ).fetchone() or (0,)
            notes.append(Text(_ERRORS, {"count": count, "column": grid.headers[int(cell[1:])]}))
        else:
            read[name] = replace(
                column,
                refused=f"({error} or ({column.refused}))",
                because=((error, _REASON, _REMEDY), *column.because),
                light=False,
            )
    return read, notes


def settle_discount(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Take a column of discounts for what was granted beside payments, where its cells show it.

    In a list of invoices it is that where payment and discount make the amount; elsewhere it is a
    discount on the goods, which the amount is without. A discount in a list of payments is granted.
    """
    if "discount" not in plan.columns:
        return
    shown = plan.rows_kind in PAYING
    if plan.rows_kind == "invoices" and {"amount", "paid_amount"} <= plan.columns.keys():
        amount, paid, less = (plan.parsed[n].value for n in ("amount", "paid_amount", "discount"))
        bound = {k: v for n in ("amount", "paid_amount", "discount")
                 for k, v in plan.parsed[n].parameters.items()}  # fmt: skip
        shown = any_row(
            connection, plan.grid,
            f"({less}) <> 0 and abs(abs({amount}) - abs({paid}) - abs({less})) < 0.005", bound,
        )  # fmt: skip
    if not shown:
        del plan.columns["discount"], plan.parsed["discount"]
        plan.cents.pop("discount", None)
