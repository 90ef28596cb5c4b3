"""What a table of a file means: its kind of rows, its columns, and how each is read.

A `Plan` is made from headers and cells alone, or from a mapping file; nothing is staged yet.
"""

from __future__ import annotations

import json
from dataclasses import replace

import duckdb

from data.core.dimensions import OWN
from data.core.errors import FileError
from data.core.texts import N_, NN_, Text
from data.reference import nace
from etl.intake.files.grid import Grid, quoted
from etl.intake.headers import (
    Found,
    bare,
    currency_of,
    find,
    is_invoice_number,
    is_payment_amount,
    meanings,
)
from etl.intake.mappings.mapping import ColumnMapping, applies, parse_mapping, position, positions
from etl.intake.source import ReadOptions
from etl.intake.tables import columns as described
from etl.intake.tables import words
from etl.intake.tables.columns import Code, Description, Rate, Whole, Words
from etl.intake.tables.companies import CODES, settle_company, settle_reference
from etl.intake.tables.days import parse_days
from etl.intake.tables.evidence import (
    check_calculated,
    settle_blanks,
    settle_discount,
    settle_general_ledger,
    settle_vat,
    without_errors,
)
from etl.intake.tables.kinds import (
    ask_rows,
    find_kinds,
    infer_rows,
    is_another,
    is_unsure,
    settle_journal,
    settle_kinds,
    settle_refunds,
    settle_title,
)
from etl.intake.tables.money import parse_amounts, parse_currencies
from etl.intake.tables.plan import DAYS, MONEY, PAYING, REQUIRED, Plan
from etl.intake.tables.rows import fill_groups
from etl.intake.tables.signs import turn
from etl.intake.tables.states import settle_direction, settle_flags, settle_states
from etl.intake.tables.terms.column import TermsColumn
from etl.intake.tables.terms.issue import is_dueonly, settle_issue
from etl.intake.tables.unread import ask_amount, weigh_unread

#: Bare header -> what reads a sector of another classification.
_SECTORS = {"naics": nace.from_naics, "naics2022": nace.from_naics, "ussic": nace.from_us_sic}

#: What tells documents and customers apart.
_KEYS = ("document_id", "customer_id", "debit_id", "credit_id")
_FINER = NN_(
    "{count} amount in {column} has more than two decimals and was rounded.",
    "{count} amounts in {column} have more than two decimals and were rounded.",
)
_SAY = N_("Say in a mapping file (--map), or on the Imports page, which column is which.")
_IS_BANK = N_(
    'If these are lines of a bank account, say rows = "bank" under [source] in a mapping file'
    " (--map). Otherwise say in it, or on the Imports page, which column is the customer."
)
_CURRENCY_WORD = N_("This is no currency code of three letters.")
_CURRENCY_REMEDY = N_("Write the code of ISO 4217, as in EUR.")
ANSWER = N_("Answer on the Imports page, or in a mapping file (--map).")
_KIND_WORD = N_("This word is not known as a kind of document.")
_KIND_REMEDY = N_('Say in a mapping file what it means: [kinds], as in "CN" = "credit_note".')


def mapping_of(options: ReadOptions) -> ColumnMapping | None:
    """Return the mapping the user gave, checked; None where there is none."""
    return parse_mapping(options.mapping) if options.mapping else None


def fitting(mapping: ColumnMapping | None, grid: Grid) -> ColumnMapping | None:
    """Return the mapping where it speaks of this grid, by its headers or by what its rows are."""
    if mapping is None or not applies(mapping, grid.headers):
        return None
    found = find(grid.headers)
    read = {n for n, p in found.columns.items() if grid.headers[p] not in mapping.unread}
    whole = mapping.by_headers or not mapping.headers  # the other columns are read as well
    return None if whole and is_another(mapping.rows, read, found) else mapping


def guess(grid: Grid, mapping: ColumnMapping | None) -> Plan:
    """Return which columns the grid has and what its rows are; nothing is read yet.

    A mapping that names columns says all of them; without one they are found by their headers.
    """
    if mapping is not None and fitting(mapping, grid) is None:
        grid.notes.append(
            Text(N_("The mapping file was not used: it speaks of other columns than these."))
        )
        mapping = None
    found = find(grid.headers)
    if mapping is not None and mapping.by_headers:
        found = _found_beside(mapping, grid)
    if mapping is not None and mapping.columns and not mapping.by_headers:
        columns = {n: f"c{p}" for n, p in positions(mapping, grid.headers, grid.name).items()}
        found = Found(line_items=found.line_items)
        by_headers = False
    else:
        columns = {n: f"c{p}" for n, p in found.columns.items()}
        by_headers = True
    plan = Plan(grid, (mapping and mapping.rows) or infer_rows(columns, found), columns)
    plan.unsure = not (mapping and mapping.rows) and is_unsure(columns, found, plan)
    plan.by_headers, plan.line_items = by_headers, found.line_items
    plan.labels = tuple(f"c{p}" for p in found.labels) or tuple(
        c for n, c in columns.items() if n == "reference"
    )
    if found.vat is not None and (mapping is None or grid.headers[found.vat] not in mapping.unread):
        plan.vat = f"c{found.vat}"
    plan.currency = found.currency if "currency" not in columns else None
    plan.by_line = bool(
        by_headers and mapping and mapping.rows == "invoices" and "document_id" not in columns
    )
    settle_title(plan, found, bool(mapping and mapping.rows))
    if mapping is not None:
        plan.currency = mapping.currency or plan.currency
        plan.ledger = mapping.ledger or ""
        plan.reports = bool(mapping.reports)
        for name, (header, called) in zip(OWN, mapping.dimensions.items(), strict=False):
            plan.columns[name] = f"c{position(header, grid.headers, grid.name)}"
            plan.own[name] = called
        plan.keep, plan.leave_out = (
            {f"c{position(header, grid.headers, grid.name)}": v for header, v in chosen.items()}
            for chosen in (mapping.keep, mapping.leave_out)
        )
    _settle(plan)
    if found.local:
        plan.notes.append(Text(N_("The amounts are those in the books' own currency.")))
    return plan


def _found_beside(mapping: ColumnMapping, grid: Grid) -> Found:
    """Return what the headers mean, but for those that a mapping names, or says to be harmless."""
    found = find([h if h not in mapping.unread else "" for h in grid.headers])
    said = positions(mapping, grid.headers, grid.name)
    rest = {n: p for n, p in found.columns.items() if n not in said and p not in said.values()}
    found = replace(found, columns={**rest, **said})
    if "amount" not in said:
        return found
    return replace(found, local=False, currency=currency_of(grid.headers[said["amount"]]))


def missing(plan: Plan) -> list[str]:
    """Return what the rows cannot do without and no column gives."""
    lacking = [
        need.split("|")[0]
        for need in REQUIRED[plan.rows_kind]
        if not plan.columns.keys() & set(need.split("|"))
    ]
    made = {"document_id": plan.by_line, "issued_on": is_dueonly(plan)}
    return [name for name in lacking if not made.get(name)]


def _settle(plan: Plan) -> None:
    """Give columns the names that they have in this kind of rows."""
    columns = plan.columns
    if "customer_id" not in columns and "customer_name" in columns and not plan.reports:
        columns["customer_id"] = columns["customer_name"]
        if plan.holds_documents or plan.rows_kind == "customers":
            plan.notes.append(
                Text(
                    N_("There is no customer number: the name in {column} serves as one."),
                    {"column": plan.header("customer_id")},
                )
            )
    if plan.holds_documents and "debit_id" in columns:
        name = "pays" if plan.rows_kind in PAYING else "reference"
        columns.setdefault(name, columns.pop("debit_id"))
    if plan.rows_kind == "invoices":
        if "open_amount" in columns and not columns.keys() & {"amount", "debit", "credit"}:
            columns["amount"] = columns.pop("open_amount")
            columns.pop("paid_amount", None)  # no part of what is open
            plan.open_only = True
            plan.notes.append(
                Text(
                    N_("There is no invoice amount: what is open, in {column}, stands for it."),
                    {"column": plan.header("amount")},
                )
            )
    elif plan.rows_kind in PAYING:
        for day in ("paid_on", "matched_on"):
            if day in columns and (day == "paid_on" or "issued_on" not in columns):
                columns["issued_on"] = columns.pop(day)
        if "paid_amount" in columns and (
            not columns.keys() & {"amount", "debit", "credit"}
            or is_payment_amount(plan.header("paid_amount"))
        ):
            columns["amount"] = columns.pop("paid_amount")
        if "credit_id" in columns:
            if "document_id" in columns:
                columns.setdefault("pays", columns["document_id"])
            columns["document_id"] = columns.pop("credit_id")
        elif (
            "document_id" in columns
            and "pays" not in columns
            and _is_invoices(plan.header("document_id"))
        ):
            columns["pays"] = columns.pop("document_id")
        if plan.by_headers and "document_id" in columns and not columns.keys() & _NAMES:
            used = set(columns.values())
            for place, header in enumerate(plan.grid.headers):
                invoice = "document_id" in meanings(header) and _is_invoices(header)
                if invoice and f"c{place}" not in used:
                    columns["pays"] = f"c{place}"
    elif plan.rows_kind == "matches":
        if "debit_id" not in columns and "document_id" in columns:
            columns["debit_id"] = columns.pop("document_id")
        if "amount" not in columns and "paid_amount" in columns:
            columns["amount"] = columns.pop("paid_amount")
        for other in ("paid_on", "issued_on"):
            if "matched_on" not in columns and other in columns:
                columns["matched_on"] = columns.pop(other)
    else:
        if plan.rows_kind == "customers" and _is_name(plan) and (cell := _number_of(plan)):
            columns["customer_id"] = cell
            plan.notes[:] = []
        if plan.rows_kind == "customers" and "customer_id" not in columns:
            plan.reports = True
        if "terms_days" in columns and "agreed_terms_days" not in columns:
            columns["agreed_terms_days"] = columns.pop("terms_days")


#: What says which document a payment is for.
_NAMES = {"pays", "reference"}


def _is_invoices(header: str) -> bool:
    """Return whether a number beside a payment is that of the document it pays."""
    return is_invoice_number(header) or bare(header) in ("document", "dokument")


def _is_name(plan: Plan) -> bool:
    """Return whether the number of customers is but their name, or is not there."""
    columns = plan.columns
    return columns.get("customer_id") in (None, columns.get("customer_name"))


def _number_of(plan: Plan) -> str | None:
    """Return the column that is the number in a list of customers, where one is called just so."""
    if "document_id" in plan.columns:
        return plan.columns.pop("document_id")
    used = set(plan.columns.values())
    for place, header in enumerate(plan.grid.headers):
        if bare(header) in CODES and f"c{place}" not in used:
            return f"c{place}"
    return None


def make_plan(connection: duckdb.DuckDBPyConnection, grid: Grid, options: ReadOptions) -> Plan:
    """Return how the grid is to be staged.

    Raises `FileError` where its columns are not enough, or where days or amounts stay ambiguous.
    """
    given = mapping_of(options)
    plan, mapping = guess(grid, given), fitting(given, grid)
    if plan.by_headers:
        _value_day(connection, plan)
        if not (mapping and mapping.columns.keys() & {"customer_id", "customer_name"}):
            settle_company(connection, plan)
        if not (mapping and mapping.columns.keys() & {"customer_id", "reference"}):
            settle_reference(connection, plan)
        settle_flags(connection, plan)
        find_kinds(connection, plan)
        settle_direction(connection, plan)
    settle_vat(connection, plan)
    if plan.by_headers:
        ask_rows(plan)
        fill_groups(connection, plan)
    if lacking := missing(plan):
        if plan.by_headers and lacking == ["amount"]:
            ask_amount(connection, plan)
        raise asked(plan) if plan.questions else not_understood(plan, lacking)
    check_calculated(grid, {*plan.columns.values(), *plan.keep, *plan.leave_out})
    date_format = mapping.date_format if mapping else None
    decimal = (mapping.decimal if mapping else None) or options.decimal
    days = {n: c for n, c in plan.columns.items() if n in DAYS}
    plan.parsed |= parse_days(connection, grid, days, options.date_order, date_format)
    plan.notes += [p.note for p in plan.parsed.values() if p.note is not None]
    money = {n: c for n, c in plan.columns.items() if n in MONEY}
    # what a list of open items says of each is what is left of it
    standing = ("open_amount", "paid_amount", *(("amount",) if plan.open_only else ()))
    amounts = parse_amounts(connection, grid, money, decimal, standing)
    plan.parsed |= amounts.parsed
    plan.cents, plan.decimal = amounts.raw, amounts.decimal
    if plan.by_headers:
        settle_discount(connection, plan)
        settle_general_ledger(connection, plan)
        settle_blanks(connection, plan, mapping.states.get("", "") if mapping else "")
    for name, count in amounts.finer.items():
        plan.notes.append(Text(_FINER, {"count": count, "column": plan.header(name)}))
    if plan.holds_documents and not plan.currency and "currency" not in plan.columns:
        _name_currencies(connection, plan)
    kinds = {words.plain(k): v for k, v in mapping.kinds.items()} if mapping else {}
    if "kind" in plan.columns and plan.by_headers:
        settle_kinds(connection, plan, kinds)
    settle_refunds(connection, plan)
    settle_journal(connection, plan)
    meant = {words.plain(k): v for k, v in mapping.states.items()} if mapping else {}
    settle_states(connection, plan, meant)
    inverse = bool(mapping and mapping.rate_inverse)
    for name, cell in plan.columns.items():
        if name not in plan.parsed:
            described_as = _description(name, kinds, inverse, bare(plan.header(name)))
            if name == "terms_days" and "issued_on" in plan.parsed:
                described_as = TermsColumn(name, plan.parsed["issued_on"])
            parsed = plan.parsed[name] = described_as.parse(connection, grid, cell)
            plan.notes += [parsed.note] if parsed.note else []
    settle_issue(connection, plan, mapping.terms_days if mapping else None)
    if grid.errors:
        read, said = without_errors(connection, grid, plan.columns, plan.parsed)
        plan.parsed |= read
        plan.notes += said
    if plan.by_headers:
        weigh_unread(connection, plan, frozenset(map(bare, mapping.unread if mapping else ())))
    plan.signs = mapping.signs.get("amount", "") if mapping else ""
    if plan.signs == "credited":
        turn(plan)
    if plan.questions:
        raise asked(plan)
    return plan


def _name_currencies(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Take the currency from amounts that name it, as in `USD 100.00`, where nothing else says."""
    # what is light holds digits only
    named = [n for n in ("amount", "debit", "credit") if n in plan.parsed]
    named = [n for n in named if not plan.parsed[n].light]
    if not named:
        return
    parsed, dollars = parse_currencies(connection, plan.grid, [plan.columns[n] for n in named])
    if parsed is None:
        return
    plan.parsed["currency"] = parsed
    values = {"column": ", ".join(plan.header(n) for n in named)}
    plan.notes.append(
        Text(N_("The currency is the one that the amounts in {column} name."), values)
    )
    if dollars:
        plan.notes.append(
            Text(
                N_(
                    "$ in {column} is taken for US dollars: where it is another dollar, name its"
                    " currency in a mapping file."
                ),
                values,
            )
        )


def _value_day(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Tell the two meanings of `Valuta` apart: a currency, or the day from which money counts."""
    cell = plan.columns.get("currency")
    if cell is None or "issued_on" in plan.columns or bare(plan.header("currency")) != "valuta":
        return
    if described.any_row(connection, plan.grid, rf"regexp_matches({cell}, '\d')"):
        plan.columns["issued_on"] = plan.columns.pop("currency")


def not_understood(plan: Plan, lacking: list[str]) -> FileError:
    """Return the error that says which columns were found and which are missing."""
    grid = plan.grid
    bank = lacking == ["customer_id"] and "due_on" not in plan.columns
    found = ", ".join(f"{name} ({json.dumps(plan.header(name), ensure_ascii=False)})"
                      for name in plan.columns)  # fmt: skip
    return FileError(
        Text(
            N_(
                "The columns of {file} are not enough for {rows}: missing are {missing}; found "
                "are {found}, among the headers {headers} in row {row}."
            ),
            {"file": grid.name, "rows": plan.rows_kind, "missing": ", ".join(lacking),
             "found": found or "none", "headers": quoted([h for h in grid.headers if h]),
             "row": grid.header_line},
        ),
        Text(_IS_BANK if bank else _SAY),
    )  # fmt: skip


def asked(plan: Plan) -> FileError:
    """Return the error that asks what stands open, with the lines that answer it."""
    first = plan.questions[0]
    more = len(plan.questions) - 1
    reason = first.text
    if more:
        said = N_("{question} And {more} more questions about {file}.")
        reason = Text(said, {"question": str(first.text), "more": more, "file": plan.grid.name})
    return FileError(
        reason,
        Text(ANSWER),
        questions=plan.questions,
    )


def _description(name: str, kinds: dict[str, str], inverse: bool, header: str) -> Description:
    match name:
        case "kind":
            return Words(
                name,
                lambda w: kinds.get(words.plain(w)) or words.kind(w),
                reason=_KIND_WORD,
                remedy=_KIND_REMEDY,
            )
        case "journal":
            return Words(name, words.journal, strict=False)
        case "currency":
            return Words(name, words.currency, reason=_CURRENCY_WORD, remedy=_CURRENCY_REMEDY)
        case "dc_flag":
            return Words(
                name,
                words.sign,
                "INTEGER",
                reason=N_("This does not say debit or credit."),
                remedy=N_("Write D or C."),
            )
        case "country":
            return Words(name, lambda w: words.country(w) or w, strict=False)
        case "sector":
            read = _SECTORS.get(header.removesuffix("code"), words.sector)
            return Words(name, lambda w: read(w) or w, strict=False)
        case "terms_days" | "agreed_terms_days":
            return TermsColumn(name)
        case "disputed" | "paid_flag" | "credit_flag":
            return Words(name, words.flag, "BOOLEAN", strict=False)
        case "written_off":
            neither = N_("This says neither yes nor no.")
            return Words(name, words.flag, "BOOLEAN", reason=neither, remedy=N_("Write yes or no."))
        case "rate":
            return Rate(inverse)
        case "instalment":
            return Whole()
        case "customer_name" | "reference" | "salesperson" | "segment" | "rating" | "counterparty":
            return described.Text()
        case _:
            return Code(name in _KEYS)
