"""What a table of a file means: its kind of rows, its columns, and how each is read.

A `Plan` is made from headers and cells alone, or from a mapping file; nothing is staged yet.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import duckdb

from data.core.texts import N_, Text
from data.reference import nace
from etl.intake.files.grid import Grid, quoted
from etl.intake.headers import Found, bare, find, is_invoice_number, is_payment_amount
from etl.intake.mappings.mapping import ColumnMapping, applies, parse_mapping, position, positions
from etl.intake.source import FileError, ReadOptions
from etl.intake.tables import columns as described
from etl.intake.tables import words
from etl.intake.tables.columns import Code, Description, Parsed, Rate, Whole, Words
from etl.intake.tables.days import parse_days
from etl.intake.tables.kinds import settle_journal
from etl.intake.tables.money import parse_amounts, parse_currencies
from etl.intake.tables.unused import note_unused
from etl.intake.tables.vat import settle_vat

#: Kinds of rows that are payments unless they say otherwise. Those of a bank name no customer.
PAYING = ("payments", "bank")
DAYS = ("issued_on", "due_on", "paid_on", "ordered_on", "delivered_on", "matched_on")
MONEY = ("amount", "debit", "credit", "open_amount", "paid_amount", "cost", "credit_limit",
         "insured_limit")  # fmt: skip

#: Bare header -> what reads a sector of another classification.
_SECTORS = {"naics": nace.from_naics, "naics2022": nace.from_naics, "ussic": nace.from_us_sic}

#: Kind of rows -> what it cannot do without; `a|b` means one of them.
REQUIRED = {
    "invoices": ("document_id", "customer_id", "issued_on", "amount|debit|credit"),
    "payments": ("customer_id", "issued_on", "amount|debit|credit"),
    "bank": ("issued_on", "amount|debit|credit"),
    "matches": ("debit_id", "credit_id"),
    "customers": ("customer_id|vat_number|iban",),
    "rates": ("currency", "issued_on", "rate"),
}

_SAY = N_("Say in a mapping file (--map), or on the Imports page, which column is which.")
_IS_BANK = N_(
    'If these are lines of a bank account, say rows = "bank" under [source] in a mapping file'
    " (--map). Otherwise say in it, or on the Imports page, which column is the customer."
)
_CURRENCY_WORD = N_("This is no currency code of three letters.")
_CURRENCY_REMEDY = N_("Write the code of ISO 4217, as in EUR.")
_KIND_WORD = N_("This word is not known as a kind of document.")
_KIND_REMEDY = N_('Say in a mapping file what it means: [kinds], as in "CN" = "credit_note".')


@dataclass
class Plan:
    """How one grid is to be staged."""

    grid: Grid
    rows_kind: str
    columns: dict[str, str]
    """Our name -> cell column."""
    parsed: dict[str, Parsed] = field(default_factory=dict)
    cents: dict[str, str] = field(default_factory=dict)
    """Our name -> SQL for the amount in cents, found independently."""
    keep: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Cell column -> the values of the rows that count."""
    leave_out: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Cell column -> the values of the rows that do not count."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Cell column of `keep` or `leave_out` -> why, marked with N_, where more is known."""
    open_only: bool = False
    """The list holds no paid invoices: what it does not hold is not open."""
    reports: bool = False
    """The rows tell of companies by VAT number or bank account: a name is no customer number."""
    line_items: bool = False
    by_headers: bool = False
    """Nobody said what the columns mean: they were found by their headers."""
    labels: tuple[str, ...] = ()
    """Cell columns of texts that say what a row is about."""
    vat: str | None = None
    """Cell column that may hold amounts of VAT."""
    currency: str | None = None
    ledger: str = ""
    decimal: str = ""
    notes: list[Text] = field(default_factory=list)

    def header(self, name: str) -> str:
        """Return the file's own header for one of our columns."""
        return self.grid.headers[int(self.columns[name][1:])]

    @property
    def holds_documents(self) -> bool:
        """Whether the rows are documents: invoices, payments or lines of a bank statement."""
        return self.rows_kind in ("invoices", *PAYING)

    @property
    def formats(self) -> dict[str, str]:
        """Our name -> what was found about the way the column is written."""
        return {name: p.how for name, p in self.parsed.items() if p.how}


def mapping_of(options: ReadOptions) -> ColumnMapping | None:
    """Return the mapping the user gave, checked; None where there is none."""
    return parse_mapping(options.mapping) if options.mapping else None


def guess(grid: Grid, mapping: ColumnMapping | None) -> Plan:
    """Return which columns the grid has and what its rows are; nothing is read yet.

    A mapping that names columns says all of them; without one they are found by their headers.
    """
    if mapping is not None and not applies(mapping, grid.headers):
        grid.notes.append(
            Text(N_("The mapping file was not used: it speaks of other columns than these."))
        )
        mapping = None
    found = find(grid.headers)
    if mapping is not None and mapping.columns:
        columns = {n: f"c{p}" for n, p in positions(mapping, grid.headers, grid.name).items()}
        found = Found(line_items=found.line_items)
        by_headers = False
    else:
        columns = {n: f"c{p}" for n, p in found.columns.items()}
        by_headers = True
    plan = Plan(grid, (mapping and mapping.rows) or _infer(columns, found), columns)
    plan.by_headers, plan.line_items = by_headers, found.line_items
    plan.labels = tuple(f"c{p}" for p in found.labels) or tuple(
        c for n, c in columns.items() if n == "reference"
    )
    plan.vat = None if found.vat is None else f"c{found.vat}"
    plan.currency = found.currency if "currency" not in columns else None
    if mapping is not None:
        plan.currency = mapping.currency or plan.currency
        plan.ledger = mapping.ledger or ""
        plan.reports = bool(mapping.reports)
        plan.keep, plan.leave_out = (
            {f"c{position(header, grid.headers, grid.name)}": v for header, v in chosen.items()}
            for chosen in (mapping.keep, mapping.leave_out)
        )
    _settle(plan)
    if found.local:
        plan.notes.append(Text(N_("The amounts are those in the books' own currency.")))
    return plan


def missing(plan: Plan) -> list[str]:
    """Return what the rows cannot do without and no column gives."""
    return [
        need.split("|")[0]
        for need in REQUIRED[plan.rows_kind]
        if not plan.columns.keys() & set(need.split("|"))
    ]


def _infer(columns: dict[str, str], found: Found) -> str:
    """Return the kind of rows that these columns make."""
    has = columns.keys()
    owed = bool(has & {"amount", "debit", "credit", "open_amount"})
    paid = found.pays or {"paid_amount", "paid_on"} <= has
    money = owed or paid
    customer = bool(has & {"customer_id", "customer_name"})
    if {"debit_id", "credit_id"} <= has or (
        {"document_id", "credit_id"} <= has and not customer and "due_on" not in has
    ):
        return "matches"
    if {"currency", "rate", "issued_on"} <= has and not (
        customer or money or has & {"document_id", "dc_flag", "due_on", "kind"}
    ):
        return "rates"
    if customer and not money:
        return "invoices" if "document_id" in has and "due_on" in has else "customers"
    if paid and not owed and ("paid_on" in has or "due_on" not in has):
        return "payments"
    if has & {"due_on", "open_amount"}:
        return "invoices"
    if "paid_on" in has and "issued_on" not in has:
        return "payments"
    if {"document_id", "issued_on", "paid_amount"} <= has and owed and "credit_id" not in has:
        return "invoices"  # each with what was paid so far
    if "kind" not in has and (
        (found.payments and "paid_on" not in has)
        or ("document_id" not in has and "issued_on" in has)
    ):
        return "payments"
    return "invoices"


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
        if "paid_on" in columns:
            columns["issued_on"] = columns.pop("paid_on")
        if "paid_amount" in columns and (
            not columns.keys() & {"amount", "debit", "credit"}
            or is_payment_amount(plan.header("paid_amount"))
        ):
            columns["amount"] = columns.pop("paid_amount")
        if "credit_id" in columns:
            if "document_id" in columns:
                columns["pays"] = columns["document_id"]
            columns["document_id"] = columns.pop("credit_id")
        elif "document_id" in columns and is_invoice_number(plan.header("document_id")):
            columns["pays"] = columns.pop("document_id")
    elif plan.rows_kind == "matches":
        if "debit_id" not in columns and "document_id" in columns:
            columns["debit_id"] = columns.pop("document_id")
        if "amount" not in columns and "paid_amount" in columns:
            columns["amount"] = columns.pop("paid_amount")
        for other in ("paid_on", "issued_on"):
            if "matched_on" not in columns and other in columns:
                columns["matched_on"] = columns.pop(other)
    else:
        if plan.rows_kind == "customers" and "customer_id" not in columns:
            plan.reports = True
        if "terms_days" in columns and "agreed_terms_days" not in columns:
            columns["agreed_terms_days"] = columns.pop("terms_days")


def make_plan(connection: duckdb.DuckDBPyConnection, grid: Grid, options: ReadOptions) -> Plan:
    """Return how the grid is to be staged.

    Raises `FileError` where its columns are not enough, or where days or amounts stay ambiguous.
    """
    mapping = mapping_of(options)
    if mapping is not None and not applies(mapping, grid.headers):
        plan, mapping = guess(grid, mapping), None
    else:
        plan = guess(grid, mapping)
    if plan.by_headers:
        _value_day(connection, plan)
    settle_vat(connection, plan)
    if lacking := missing(plan):
        raise not_understood(plan, lacking)
    date_format = mapping.date_format if mapping else None
    decimal = (mapping.decimal if mapping else None) or options.decimal
    days = {n: c for n, c in plan.columns.items() if n in DAYS}
    plan.parsed |= parse_days(connection, grid, days, options.date_order, date_format)
    money = {n: c for n, c in plan.columns.items() if n in MONEY}
    amounts = parse_amounts(connection, grid, money, decimal)
    plan.parsed |= amounts.parsed
    plan.cents, plan.decimal = amounts.raw, amounts.decimal
    for name, count in amounts.finer.items():
        plan.notes.append(
            Text(
                N_("{count} amounts in {column} have more than two decimals and were rounded."),
                {"count": count, "column": plan.header(name)},
            )
        )
    if plan.holds_documents and not plan.currency and "currency" not in plan.columns:
        _name_currencies(connection, plan)
    kinds = {words.plain(k): v for k, v in mapping.kinds.items()} if mapping else {}
    if "kind" in plan.columns and plan.by_headers:
        _drop_unknown_kinds(connection, plan, kinds)
    settle_journal(connection, plan)
    inverse = bool(mapping and mapping.rate_inverse)
    for name, cell in plan.columns.items():
        if name not in plan.parsed:
            described_as = _description(name, kinds, inverse, bare(plan.header(name)))
            plan.parsed[name] = described_as.parse(connection, grid, cell)
    if plan.by_headers:
        note_unused(plan)
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


def _drop_unknown_kinds(
    connection: duckdb.DuckDBPyConnection, plan: Plan, kinds: dict[str, str]
) -> None:
    """Forget a column of kinds of which not one word is known: it says something else."""
    found = Words.words(connection, plan.grid, plan.columns["kind"])
    if found and not any(kinds.get(words.plain(w)) or words.kind(w) for w in found):
        plan.notes.append(
            Text(
                N_("The column {column} was not used: no word in it is a kind of document."),
                {"column": plan.header("kind")},
            )
        )
        del plan.columns["kind"]


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
            return Words(name, words.terms, "INTEGER", strict=False)
        case "disputed":
            return Words(name, words.flag, "BOOLEAN", strict=False)
        case "rate":
            return Rate(inverse)
        case "instalment":
            return Whole()
        case "customer_name" | "reference" | "salesperson" | "segment" | "rating" | "counterparty":
            return described.Text()
        case _:
            return Code()
