"""SAF-T, the standard audit file for tax: Portugal 1.03 and 1.04, Norway 1.x, Luxembourg's FAIA
2.01, the OECD's 2.0, and what else is made from it (Denmark, Romania ...).

One root, `AuditFile`, and three parts of which a file has some: master files, general ledger
entries, source documents. What is made of them:

- Each sales invoice is one document of its gross total. Cancelled ones (`InvoiceStatus` A) and
  those billed by another document (F) are left out and counted. Credit notes name the invoices
  they correct; a due day stands in `PaymentTerms` or is not said.
- Each payment is one document on its day of payment; its lines say what it settles, with the
  credit notes it sets off and the discount it grants (a write-off). Cancelled ones are left out.
- Portugal's fatura-recibo (FR), and the older cash sale (VD), are paid at once: a payment stands
  beside each. A simplified invoice (FS) is paid as far as it says how.
- Where a file has no invoices (Norway, Luxembourg, Portugal's accounting file), the ledger lines
  on receivables accounts are the documents: see `etl/intake/formats/audit/saft/ledger.py`. A file
  with both is read by its invoices and payments, unless only its ledger tells what was paid; a note
  says which.
- Where one company's files of both kinds are loaded, of the same months, one of them is the base
  and the other is set aside: see `etl/ledger/exports/bases.py`.
- Opening balances of customers, or else of their accounts, are documents of the period's first
  day. They are not counted again where the file of an earlier period is loaded too, or where the
  ledger has posted them itself.
- Amounts are in the books' own currency, also of documents written in another, so that balances
  stay the ledger's to the cent. Tax that a customer keeps back is part of both the invoice and
  its payment.
- Control totals (`NumberOfEntries`, `TotalDebit`, `TotalCredit`) and closing balances are
  compared with what was read; a difference is a note.

Real samples of Portugal 1.00 and 1.04 and of Norway 1.1 were read. For Luxembourg, Norway 1.3 and
the others no real sample was at hand; written from the published description.
"""

from __future__ import annotations

from contextlib import ExitStack

import duckdb

from data.core.reading import Reading
from data.core.texts import N_, Text
from etl.intake.files.xml import elements, name_of, root_of, split, text
from etl.intake.formats.audit.saft.books import CUSTOMER_COLUMNS, Books, is_part_of
from etl.intake.formats.audit.saft.invoices import (
    DOCUMENT_COLUMNS,
    MATCH_COLUMNS,
    SalesDocuments,
    Section,
)
from etl.intake.formats.audit.saft.ledger import LEDGER_COLUMNS, LedgerLines
from etl.intake.formats.records import Origin, Records, stage_records
from etl.intake.source import ReadOptions, SourceFile

LEDGER_BESIDE = N_("ledger lines: the sales invoices and payments say the same")
SALES_BESIDE = N_("sales invoices: the ledger lines say the same, and what was paid")

_USED_BOTH = N_(
    "The documents are the sales invoices and payments; the ledger lines were not counted besides."
)
_USED_LEDGER = N_("The documents are the ledger lines on receivables accounts.")
_LEDGER_INSTEAD = N_(
    "The documents are the ledger lines on receivables accounts: only they tell what was paid. "
    "The sales invoices were not counted besides."
)
_TOTALS = ("NumberOfEntries", "TotalDebit", "TotalCredit")


class SaftSource:
    """See the module."""

    name = "saft"
    label = N_("SAF-T (standard audit file: Portugal, Norway, Luxembourg FAIA, OECD)")
    gives: tuple[str, ...] = (
        N_("sales invoices and credit notes, or the ledger lines on receivables accounts"),
        N_("payments, and which invoices they settle"),
        N_("which invoice a credit note corrects"),
        N_("opening balances"),
        N_("customer numbers, names, VAT numbers and countries"),
    )
    lacks: tuple[str, ...] = (
        N_("due days, in most files"),
        N_("credit limits, and sectors outside Norway"),
    )

    def identify(self, file: SourceFile) -> float:
        """See `etl.intake.source.Source.identify`."""
        namespace, name = root_of(file.head)
        if name != "AuditFile":
            return 0.0
        return 0.98 if "StandardAuditFile" in namespace else 0.9

    def read(
        self,
        file: SourceFile,
        connection: duckdb.DuckDBPyConnection,
        first_file_id: int,
        options: ReadOptions,
    ) -> list[Reading]:
        """See `etl.intake.source.Source.read`: documents, customers, matches, where there are."""
        with ExitStack() as stack:
            customers = stack.enter_context(Records("customers", CUSTOMER_COLUMNS))
            matches = stack.enter_context(Records("matches", MATCH_COLUMNS))
            sold = stack.enter_context(Records("invoices", DOCUMENT_COLUMNS))
            posted = stack.enter_context(Records("invoices", LEDGER_COLUMNS))
            books = Books()
            sales = SalesDocuments(sold, matches)
            ledger = LedgerLines(books, posted, options.receivables_accounts)
            _read(file, books, customers, sales, ledger)
            sales.finish()
            documents = _choose(books, sales, ledger)
            if documents is posted:
                matches = stack.enter_context(Records("matches", MATCH_COLUMNS))
                for account in ledger.stand_ins:
                    books.add_account(account, customers)
            customers.notes += books.notes()
            readings: list[Reading] = []
            for records, title, basis in (
                (documents, "", "ledger" if documents is posted else "sales"),
                (customers, " (customers)", "customers"),
                (matches, " (matches)", "matches"),
            ):
                empty = not (records.count or records.left_out or records.rejects())
                if empty and not (records is documents and not customers.count):
                    continue
                origin = Origin(
                    f"{file.name}{title}",
                    self.name,
                    ledger=books.ledger,
                    series=f"saft:{basis}",
                    currency=books.currency or None,
                    settings={"version": books.version, "country": books.country},
                )
                readings.append(
                    stage_records(connection, records, first_file_id + len(readings), origin,
                                  options)
                )  # fmt: skip
            if readings[0].rows_kind == "customers":
                readings[0].notes += documents.notes
        return readings


def _read(
    file: SourceFile, books: Books, customers: Records, sales: SalesDocuments, ledger: LedgerLines
) -> None:
    sections = {
        section.name: section for section in (sales.invoices, sales.payments, ledger.entries)
    }
    for element in elements(
        file, "Header", "Account", "Customer", "Transaction", "Invoice", "Payment", *_TOTALS
    ):
        match name_of(element):
            case "Header":
                books.read_header(element, split(element.tag)[0])
            case "Account" if is_part_of(element, "GeneralLedgerAccounts"):
                books.read_account(element)
            case "Customer":
                books.read_customer(element, customers)
            case "Transaction":
                ledger.read_transaction(element)
            case "Invoice" if is_part_of(element, "SalesInvoices"):
                sales.read_invoice(element)
            case "Payment" if is_part_of(element, "Payments"):
                sales.read_payment(element)
            case name if name in _TOTALS:
                parent = element.getparent()
                section = sections.get(name_of(parent)) if parent is not None else None
                if section is not None:
                    section.say(name, text(element))


def _choose(books: Books, sales: SalesDocuments, ledger: LedgerLines) -> Records:
    """Return the records that are the file's documents, with openings and notes."""

    def entries(section: Section) -> int:
        return int(section.read["NumberOfEntries"])

    sold, posted = sales.documents, ledger.documents
    has_sales = bool(entries(sales.invoices) or entries(sales.payments))
    paid_in_ledger_only = not entries(sales.payments) and ledger.payments
    if has_sales and not paid_in_ledger_only:
        if books.balances:
            ledger.add_openings(sold)
        sold.notes += sales.notes()
        if posted.count:
            sold.leave_out(LEDGER_BESIDE, posted.count)
            sold.notes.append(Text(_USED_BOTH))
        return sold
    if posted.count or entries(ledger.entries):
        posted.notes.append(Text(_LEDGER_INSTEAD if has_sales else _USED_LEDGER))
    if has_sales:
        posted.leave_out(SALES_BESIDE, sold.count)
    ledger.add_openings()
    posted.notes += ledger.notes()
    return posted


SOURCE = SaftSource()
