"""How one grid is to be staged: what the steps of a reading fill in, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from data.core.reading import Question
from data.core.texts import Text
from etl.intake.files.grid import Grid
from etl.intake.headers import is_invoice_number, names_what_is_paid
from etl.intake.tables.columns import Parsed

#: Kinds of rows that are payments unless they say otherwise. Those of a bank name no customer.
PAYING = ("payments", "bank")

DAYS = ("issued_on", "due_on", "paid_on", "ordered_on", "delivered_on", "matched_on")
#: Without them a row still says what is owed; what stands for them is an assumption, and said.
OPTIONAL_DAYS = ("due_on", "ordered_on", "delivered_on", "matched_on")

MONEY = ("amount", "debit", "credit", "open_amount", "paid_amount", "discount", "cost",
         "credit_limit", "insured_limit")  # fmt: skip

#: Kind of rows -> what it cannot do without; `a|b` means one of them.
REQUIRED = {
    "invoices": ("document_id", "customer_id", "issued_on", "amount|debit|credit"),
    "payments": ("customer_id", "issued_on", "amount|debit|credit"),
    "bank": ("issued_on", "amount|debit|credit"),
    "matches": ("debit_id", "credit_id"),
    "customers": ("customer_id|vat_number|iban",),
    "rates": ("currency", "issued_on", "rate"),
}


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
    by_line: bool = False
    """Invoices have no number, as the reader has said: each is called by its line."""
    unsure: bool = False
    """The rows could be of another kind just as well: the reader is asked."""
    credited: bool = False
    """The list is one of credit notes, by its name or the header of its numbers."""
    labels: tuple[str, ...] = ()
    """Cell columns of texts that say what a row is about."""
    vat: str | None = None
    """Cell column that may hold amounts of VAT."""
    currency: str | None = None
    ledger: str = ""
    own: dict[str, str] = field(default_factory=dict)
    """Column of ours, own_1 to own_4 -> what the reader calls that dimension."""
    decimal: str = ""
    signed: bool = False
    """The format signs its amounts: they are never turned."""
    signs: str = ""
    """What a positive amount of a payment means, as the reader said: received or refunded."""
    refunds: tuple[str, ...] = ()
    """Cells of the column of kinds that mean money paid back, or a payment that bounced."""
    questions: list[Question] = field(default_factory=list)
    """What can move money and stands open."""
    notes: list[Text] = field(default_factory=list)

    def header(self, name: str) -> str:
        """Return the file's own header for one of our columns."""
        return self.grid.headers[int(self.columns[name][1:])]

    def named(self) -> dict[str, str]:
        """Return what a mapping file says of the columns that were found: our name -> header."""
        found = {
            n: self.header(n)
            for n in self.columns
            if n not in ("pays", "paid_flag", "credit_flag", *self.own)
        }
        if "pays" in self.columns:
            header, numbered = self.header("pays"), "document_id" in found
            if numbered:
                found["credit_id"] = found["document_id"]
            found["document_id" if numbered or is_invoice_number(header) else "reference"] = header
        return found

    @property
    def names_what_is_paid(self) -> bool:
        """Whether payments need no customer: each names its invoice, or is a line of a bank."""
        if self.rows_kind == "payments" and "reference" in self.columns:
            return "pays" in self.columns or names_what_is_paid(self.header("reference"))
        return "pays" in self.columns or self.rows_kind == "bank"

    def answer(self, more: Mapping[str, str], rows: str = "") -> dict[str, dict[str, object]]:
        """Return what a mapping file says that names these columns and leaves the rest as found."""
        source: dict[str, object] = {"rows": rows} if rows else {}
        return {"source": {**source, "by_headers": True}, "columns": dict(more)}

    @property
    def holds_documents(self) -> bool:
        """Whether the rows are documents: invoices, payments or lines of a bank statement."""
        return self.rows_kind in ("invoices", *PAYING)

    @property
    def formats(self) -> dict[str, str]:
        """Our name -> what was found about the way the column is written."""
        return {name: p.how for name, p in self.parsed.items() if p.how}
