"""The tables: every column with its type, unit and meaning, in one place.

Two stages. The *staged* tables hold what the files said, each row with its file and line; they
are never summed or corrected. The *derived* tables hold what follows from them and are always
rebuilt from the staged ones, as a whole.

Money is DECIMAL(18,2), days are DATE. Text columns of derived tables that serve as a dimension
are never null: '' means that the data do not say.
"""

from __future__ import annotations

from data.core import dimensions
from data.core.dimensions import DIMENSIONS
from data.store.columns import MONEY, Column, Table

_WHERE_FROM = (
    Column("file_id", "INTEGER", "the file this row came from: `files.file_id`"),
    Column("line", "BIGINT", "its line (text) or row (spreadsheet) in that file, counted from 1"),
)


def _given(*of: str) -> tuple[Column, ...]:
    """Return the columns of the dimensions that files say of a customer or a document."""
    found = (DIMENSIONS[name] for name in dimensions.names(*of, given=True))
    return tuple(Column(d.name, "VARCHAR", d.meaning) for d in found)


#: What a customer row, or any row that carries customer attributes, may say.
CUSTOMER_COLUMNS = (
    Column("customer_id", "VARCHAR", "customer number, as the source writes it"),
    Column("customer_name", "VARCHAR", "name"),
    Column("vat_number", "VARCHAR", "VAT or company number"),
    *_given("customer", "either"),
    Column("parent_id", "VARCHAR", "customer number of the company it belongs to"),
    Column("credit_limit", MONEY, "what may be outstanding", "reporting currency"),
    Column("insured_limit", MONEY, "what the credit insurer covers", "reporting currency"),
    Column("agreed_terms_days", "INTEGER", "agreed payment terms, from issue to due", "days"),
    Column("rating", "VARCHAR", "credit rating, as the source writes it"),
    Column("iban", "VARCHAR", "bank account the customer pays from"),
)

#: What an invoice, payment or ledger row may say besides.
DOCUMENT_COLUMNS = (
    Column("document_id", "VARCHAR", "document number, as printed on it"),
    Column("kind", "VARCHAR", "see `documents.kind`"),
    Column("issued_on", "DATE", "the day of the document: issue of an invoice, value of a payment"),
    Column("due_on", "DATE", "due day; null where the source does not say"),
    Column("amount", MONEY, "signed: + is owed more, - less", "document currency"),
    Column("currency", "VARCHAR", "ISO 4217; null means the reporting currency"),
    Column("rate", "DECIMAL(18,8)", "reporting currency for one unit of the document's"),
    Column("terms_days", "INTEGER", "terms printed on the document", "days"),
    Column("reference", "VARCHAR", "free text or structured reference; on a payment, what it pays"),
    Column("counterparty", "VARCHAR", "of a line of a bank statement: who paid, by name"),
    Column("counterparty_iban", "VARCHAR", "of a line of a bank statement: from which account"),
    Column("po_number", "VARCHAR", "the customer's order number"),
    Column("ordered_on", "DATE", "day of the order"),
    Column("delivered_on", "DATE", "day of delivery"),
    *_given("document", "either"),
    Column("disputed", "BOOLEAN", "the customer disputes it"),
    Column("cost", MONEY, "cost of what was sold", "document currency"),
    Column("open_amount", MONEY, "state of the row: what is still open", "document currency"),
    Column("paid_amount", MONEY, "state of the row: what was paid", "document currency"),
    Column("paid_on", "DATE", "state of the row: the day it was paid"),
    Column("written_off", "BOOLEAN", "state of the row: what is not paid of it was given up"),
    Column("discount", MONEY, "granted beside the payment that the row is or tells of, positive",
           "document currency"),
    Column("match_code", "VARCHAR", "rows of one customer account with the same code settle each "
           "other (lettering, clearing number)"),
    Column("matched_on", "DATE", "the day a bookkeeper recorded that"),
    Column("instalment", "INTEGER", "rows with the same document number and 1, 2, 3 here are "
           "instalments of one document; null otherwise"),
)  # fmt: skip

FILES = Table(
    "files",
    "one row for each file that was read into this state",
    (
        Column("file_id", "INTEGER", "number of the file, in order of loading"),
        Column("name", "VARCHAR", "file name (with the sheet, for a workbook)"),
        Column("sha256", "VARCHAR", "hash of its content, and of the mapping it was read with"),
        Column("bytes", "BIGINT", "size", "bytes"),
        Column("format", "VARCHAR", "the source format that recognised it: `fec`, `table` ..."),
        Column("rows_kind", "VARCHAR", "ledger, invoices, payments, bank, matches, customers "
               "or rates"),
        Column("ledger", "VARCHAR", "whose books: documents of different ledgers never mix"),
        Column("series", "VARCHAR", "files of one series can be newer exports of one another"),
        Column("loaded_at", "TIMESTAMP", "when it was loaded", "UTC"),
        Column("first_day", "DATE", "earliest document day"),
        Column("last_day", "DATE", "latest document day"),
        Column("rows_read", "BIGINT", "rows in the file, headers aside"),
        Column("rows_kept", "BIGINT", "rows staged"),
        Column("rows_rejected", "BIGINT", "rows refused, listed in `rejects`"),
        Column("rows_left_out", "BIGINT", "rows that are no receivables: blank, subtotals, other "
               "accounts, values a mapping leaves out"),
        Column("control_total", MONEY, "sum of the signed amounts as the file has them",
               "document currency"),
        Column("carried", MONEY, "opening entries that restate documents of an earlier file of "
               "the same ledger, and are not counted again", "document currency"),
        Column("settings", "VARCHAR", "how it was read: encoding, separator, formats (JSON)"),
    ),
)  # fmt: skip

STAGED_CUSTOMERS = Table(
    "staged_customers",
    "what the files said about customers; several rows for one customer are merged, latest first",
    (*_WHERE_FROM, *CUSTOMER_COLUMNS),
)
STAGED_DOCUMENTS = Table(
    "staged_documents",
    "what the files said about documents",
    (
        *_WHERE_FROM,
        Column("ledger", "VARCHAR", "see `files.ledger`"),
        Column(
            "book_account",
            "VARCHAR",
            "receivables account of a ledger: what is lettered, and "
            "repeated, stays within it. The dimension `account` only splits",
        ),
        Column("customer_id", "VARCHAR", "customer number"),
        *DOCUMENT_COLUMNS,
    ),
)
STAGED_MATCHES = Table(
    "staged_matches",
    "what the files said about which document settles which",
    (
        *_WHERE_FROM,
        Column("ledger", "VARCHAR", "see `files.ledger`"),
        Column("debit_id", "VARCHAR", "document number of the positive document"),
        Column("credit_id", "VARCHAR", "document number of the negative document"),
        Column("matched_on", "DATE", "the day it was recorded"),
        Column("amount", MONEY, "settled amount, positive; null: as much as possible"),
    ),
)
STAGED_SEEN = Table(
    "staged_seen",
    "what exports that a newer one replaced said was still open of its rows, where it was more",
    (
        *_WHERE_FROM,
        Column("seen_on", "DATE", "the last day of the export that is gone"),
        Column("open_amount", MONEY, "what it said was open", "document currency"),
    ),
)
STAGED_RATES = Table(
    "staged_rates",
    "exchange rates from a rates file",
    (
        *_WHERE_FROM,
        Column("currency", "VARCHAR", "ISO 4217"),
        Column("day", "DATE", "valid from this day"),
        Column("rate", "DECIMAL(18,8)", "reporting currency for one unit of `currency`"),
    ),
)
REJECTS = Table(
    "rejects",
    "rows that were refused, and why",
    (
        *_WHERE_FROM,
        Column("column_name", "VARCHAR", "the file's own header; '' when it is the whole row"),
        Column("value", "VARCHAR", "what stood there"),
        Column("reason", "VARCHAR", "why it was refused, a sentence"),
        Column("remedy", "VARCHAR", "what to do, a sentence"),
        Column("raw", "VARCHAR", "the whole row, as JSON by header"),
    ),
)

#: The dimensions that `documents` and `open_items` carry on every row; '' where not known.
DIMENSION_COLUMNS = tuple(Column(d.name, "VARCHAR", d.meaning) for d in dimensions.COLUMNS)

CUSTOMERS = Table(
    "customers",
    "one row for each customer: its attributes, merged from all files",
    (
        Column("customer_id", "VARCHAR", "customer number, unique"),
        Column("customer_name", "VARCHAR", "name; the number where no name is known"),
        Column("vat_number", "VARCHAR", "VAT or company number, '' if not known"),
        *[
            c
            for c in DIMENSION_COLUMNS
            if c.name in dimensions.names("customer", "either") and c.name != "customer"
        ],
        Column("parent_id", "VARCHAR", "number of the customer it belongs to, '' if none"),
        Column("credit_limit", MONEY, "what may be outstanding; null: not known"),
        Column("insured_limit", MONEY, "what the credit insurer covers; null: not known"),
        Column("agreed_terms_days", "INTEGER", "agreed terms; null: not known", "days"),
        Column("rating", "VARCHAR", "credit rating, '' if not known"),
        Column("iban", "VARCHAR", "bank account it pays from, '' if not known"),
    ),
)
BELONGS = Table(
    "belongs",
    "each customer with itself, and with those it belongs to, however many steps above it",
    (Column("customer", "VARCHAR", "customer number"), Column("holder", "VARCHAR", "of that one")),
)
DOCUMENTS = Table(
    "documents",
    "one row for each document, in the reporting currency, with its dimensions",
    (
        Column("document_key", "BIGINT", "unique number of the document in this state"),
        Column("document_id", "VARCHAR", "document number, as printed on it"),
        Column("ledger", "VARCHAR", "whose books"),
        Column("kind", "VARCHAR", "invoice, credit_note, payment, write_off, opening, adjustment "
               "or exchange (difference between the rates of invoice and payment)"),
        Column("issued_on", "DATE", "the day of the document"),
        Column("due_on", "DATE", "due day of its last instalment; its own day for a negative one"),
        Column("due_assumed", "VARCHAR", "'' as given; `terms` from printed or agreed terms; "
               "`default` from the stated default"),
        Column("amount", MONEY, "signed, VAT included", "reporting currency"),
        Column("amount_currency", MONEY, "signed, VAT included", "document currency"),
        Column("rate", "DECIMAL(18,8)", "reporting currency for one unit of the document's"),
        Column("closed_on", "DATE", "day its last slice closed; null while any is open"),
        Column("outcome", "VARCHAR", "paid, credited (closed without money) or written_off; ''"),
        Column("paid_day_assumed", "BOOLEAN", "the source says paid, but not when"),
        Column("returned_on", "DATE", "of an invoice: the first day on which money that had paid "
               "it went back, see `returned_invoices`; null: none did"),
        Column("reopens", "BIGINT", "of a returned payment: the document that is owed again"),
        Column("reference", "VARCHAR", "free text or structured reference"),
        Column("po_number", "VARCHAR", "the customer's order number"),
        Column("ordered_on", "DATE", "day of the order"),
        Column("delivered_on", "DATE", "day of delivery"),
        Column("disputed", "BOOLEAN", "the customer disputes it"),
        Column("cost", MONEY, "cost of what was sold", "reporting currency"),
        Column("file_id", "INTEGER", "the file it came from; null for a derived document"),
        Column("line", "BIGINT", "its line in that file"),
        *DIMENSION_COLUMNS,
    ),
)  # fmt: skip
MATCHES = Table(
    "matches",
    "an amount of a positive document settled by an amount of a negative one",
    (
        Column("debit_key", "BIGINT", "the positive document"),
        Column("credit_key", "BIGINT", "the negative document"),
        Column("amount_currency", MONEY, "positive", "currency of the positive document"),
        Column("recorded_on", "DATE", "the day a bookkeeper recorded it; null: not known"),
        Column("returned_on", "DATE", "the day the money went back; null: it did not"),
        Column("method", "VARCHAR", "confirmed (by a person), given (by the source), state (paid "
               "state of the invoice row), structured (reference), reference, partial (number), "
               "amount, sum, discount, oldest; returned: a payment that nothing was paid with, and "
               "the one that took it back"),
        Column("confidence", "DECIMAL(3,2)", "how sure the match is, 0 to 1: the share of such "
               "matches that prove right where the truth is known; 1.00 where the source says "
               "so itself (given, state)"),
    ),
)  # fmt: skip
INSTALMENTS = Table(
    "instalments",
    "the parts of documents that fall due on several days; other documents have none here",
    (
        Column("document_key", "BIGINT", "the document"),
        Column("instalment", "INTEGER", "1, 2, 3 within the document"),
        Column("due_on", "DATE", "its due day"),
        Column("amount_currency", MONEY, "signed; together they are the document's",
               "document currency"),
    ),
)  # fmt: skip
OPEN_ITEMS = Table(
    "open_items",
    "slices of documents, opened once and closed once; every balance is a sum over these",
    (
        Column("document_key", "BIGINT", "the document it is a slice of"),
        Column("document_id", "VARCHAR", "number of what is owed: of the document; where a "
               "returned payment reopens an invoice, of the invoice"),
        Column("kind", "VARCHAR", "kind of what is owed"),
        Column("opened_on", "DATE", "the day of the document"),
        Column("issued_on", "DATE", "the day of what is owed, from which it ages and days to pay "
               "count: `opened_on`, or the day of the invoice that is reopened"),
        Column("due_on", "DATE", "due day of this slice"),
        Column("closed_on", "DATE", "null while open; the later of the two documents' days"),
        Column("recorded_on", "DATE", "the day the match was recorded"),
        Column("returned_on", "DATE", "the day the payment that closed it went back: until then it "
               "counts as paid. Null: it did not"),
        Column("reopens", "BIGINT", "the invoice that is owed again, of which this is a slice in "
               "the place of one that was paid; null otherwise"),
        Column("closed_by", "VARCHAR", "kind of the document that closed it; '' while open"),
        Column("closed_by_key", "BIGINT", "the document that closed it"),
        Column("method", "VARCHAR", "how the match was made, see `matches.method`; ''"),
        Column("continues", "BOOLEAN", "a slice of the same document and instalment closes after "
               "this one: it counts as part of that, so that a later payment changes no past "
               "count of open items"),
        Column("amount", MONEY, "signed", "reporting currency"),
        Column("amount_currency", MONEY, "signed", "document currency"),
        Column("disputed", "BOOLEAN", "the customer disputes the document"),
        Column("due_assumed", "VARCHAR", "see `documents.due_assumed`"),
        Column("paid_day_assumed", "BOOLEAN", "closed on a day the source does not say"),
        *DIMENSION_COLUMNS,
    ),
)  # fmt: skip
RETURNED_INVOICES = Table(
    "returned_invoices",
    "invoices whose payment went back: how each stood, as was known from one return to the next",
    (
        Column("document_key", "BIGINT", "the invoice"),
        Column("kind", "VARCHAR", "its kind: an invoice, or an opening balance that was paid"),
        Column("issued_on", "DATE", "its day"),
        Column("amount", MONEY, "its amount", "reporting currency"),
        Column("since", "DATE", "from the end of this day it stood so: its own, or of a return"),
        Column("until", "DATE", "the day of the next return; null: the last is past"),
        Column("closed_on", "DATE", "the day its last slice closed; null while any is open"),
        Column("outcome", "VARCHAR", "see `documents.outcome`"),
        Column("paid_day_assumed", "BOOLEAN", "see `documents.paid_day_assumed`"),
        *DIMENSION_COLUMNS,
    ),
)
CELLS = Table(
    "cells",
    "cubes: one row for each combination of dimensions that documents have",
    (
        Column("cell", "INTEGER", "its number, by which the cubes refer to it"),
        Column("market", "INTEGER", "`markets.market`: the same without the customer"),
        *DIMENSION_COLUMNS,
        Column("agreed_terms_days", "INTEGER", "of the customer; null: not known", "days"),
        Column("first_day", "DATE", "the day of the first of these documents"),
        Column("first_sale", "DATE", "of the first invoice or credit note; null: none"),
    ),
)
MARKETS = Table(
    "markets",
    "cubes: one row for each combination of dimensions, customers and all of many values aside",
    (
        Column("market", "INTEGER", "its number, by which the cubes refer to it"),
        *[c for c in DIMENSION_COLUMNS if not DIMENSIONS[c.name].many],
    ),
)
MONTH_ITEMS = Table(
    "month_items",
    "cube: open items that some month-end sees, added up where no month-end can tell them apart",
    (
        Column("basis", "VARCHAR", "what they age from: due or issued. Read one of the two"),
        Column("market", "INTEGER", "`markets.market`"),
        Column("opened_on", "DATE", "the end of the month in which they opened"),
        Column("closed_on", "DATE", "the end of the month in which they closed; null while open"),
        Column(
            "ages_from",
            "DATE",
            "their due or issue day, or a later one with the same bucket at every month-end",
        ),
        Column("unapplied", "BOOLEAN", "negative amounts"),
        Column("amount", MONEY, "signed", "reporting currency"),
        Column("amount_currency", MONEY, "signed", "currency of the market"),
        Column("items", "INTEGER", "open items"),
        Column("invoices", "INTEGER", "open invoices among them"),
    ),
)
MONTH_DEBTORS = Table(
    "month_debtors",
    "cube: at which month-ends something was open",
    (
        Column("cell", "INTEGER", "`cells.cell`"),
        Column("year", "INTEGER", "the year of these month-ends"),
        Column("until_year", "INTEGER", "the last year of which it is true as well"),
        Column("months", "INTEGER", "a sum: 1 for January, 2 for February, 4 for March ... 2048"),
    ),
)
_SOLD = (
    Column("month_start", "DATE", "first day of the month"),
    Column("amount", MONEY, "invoices minus credit notes", "reporting currency"),
    Column("invoices", "INTEGER", "how many invoices"),
    Column("billed", "INTEGER", "how many of them are over more than nothing"),
    Column("billed_amount", MONEY, "amount of these", "reporting currency"),
    Column("given_weight", MONEY, "amount of those with a due day", "reporting currency"),
    Column("given_days", "DECIMAL(28,2)", "their amount x days from issue to due", "money x days"),
    Column("last_sale", "DATE", "the last of these documents"),
)
_PAID = (
    Column("month_start", "DATE", "first day of the month"),
    Column("items", "INTEGER", "how many slices"),
    Column("amount", MONEY, "their amount", "reporting currency"),
    Column("taken", "BIGINT", "sum of days from issue to payment", "days"),
    Column("taken_days", "DECIMAL(28,2)", "amount x days from issue to payment", "money x days"),
    Column("late_days", "DECIMAL(28,2)", "amount x days from due to payment", "money x days"),
    Column("on_time", "INTEGER", "how many were paid by their due day"),
    Column("on_time_amount", MONEY, "their amount", "reporting currency"),
    Column("assumed", "INTEGER", "how many had an assumed due day"),
)
MONTH_SALES = Table(
    "month_sales",
    "cube: invoices and credit notes by month of issue",
    (Column("cell", "INTEGER", "`cells.cell`"), *_SOLD),
)
MONTH_PAYMENTS = Table(
    "month_payments",
    "cube: slices of invoices that a payment closed, by month of payment; those whose payment went "
    "back aside",
    (Column("cell", "INTEGER", "`cells.cell`, of the invoice"), *_PAID),
)
MARKET_SALES = Table(
    "market_sales",
    "cube: `month_sales` added up by market, customers aside",
    (
        Column("market", "INTEGER", "`markets.market`"),
        *_SOLD,
        Column("agreed_weight", MONEY, "billed amount where terms are agreed with the customer",
               "reporting currency"),
        Column("agreed_days", "DECIMAL(28,2)", "that amount x days agreed", "money x days"),
    ),
)  # fmt: skip
MARKET_PAYMENTS = Table(
    "market_payments",
    "cube: `month_payments` added up by market, customers aside",
    (Column("market", "INTEGER", "`markets.market`, of the invoice"), *_PAID),
)
FINDINGS = Table(
    "findings",
    "what a person should look at: one row each, with an amount",
    (
        Column("position", "INTEGER", "its place in the list, from 1"),
        Column("name", "VARCHAR", "short name of the check"),
        Column("template", "VARCHAR", "the sentence, with {places}: see data.core.texts.Text"),
        Column("places", "VARCHAR", "what stands in the places (JSON)"),
        Column("items", "BIGINT", "how many rows"),
        Column("amount", MONEY, "what is at stake; null: no amount", "reporting currency"),
        Column("sql", "VARCHAR", "the rows behind it"),
    ),
)
ABOUT = Table(
    "about",
    "one row about the state itself",
    (
        Column("schema_version", "INTEGER", "version of these tables"),
        Column("loaded_at", "TIMESTAMP", "when this state was made", "UTC"),
        Column("first_day", "DATE", "earliest document day"),
        Column("last_day", "DATE", "latest document day: where the as-of control starts"),
        Column("reporting_currency", "VARCHAR", "ISO 4217"),
        Column("default_terms_days", "INTEGER", "for invoices with neither due day nor terms"),
        Column("ages", "VARCHAR", "the bounds that month_items tells apart (data.core.buckets)"),
        Column("own_dimensions", "VARCHAR", "name that people gave -> own_1 to own_4 (JSON)"),
        Column("documents", "BIGINT", "how many documents"),
        Column("ledger_balance", MONEY, "sum of all documents = sum of all open items"),
        Column("report", "VARCHAR", "the load report that made it (JSON)"),
    ),
)

STAGED = (
    FILES, STAGED_CUSTOMERS, STAGED_DOCUMENTS, STAGED_MATCHES, STAGED_RATES, STAGED_SEEN, REJECTS,
)  # fmt: skip
CUBES = (
    CELLS, MARKETS, MONTH_ITEMS, MONTH_DEBTORS, MONTH_SALES, MONTH_PAYMENTS, MARKET_SALES,
    MARKET_PAYMENTS,
)  # fmt: skip
DERIVED = (
    CUSTOMERS, BELONGS, DOCUMENTS, INSTALMENTS, MATCHES, OPEN_ITEMS, RETURNED_INVOICES, *CUBES,
    FINDINGS, ABOUT,
)  # fmt: skip
TABLES = {t.name: t for t in (*STAGED, *DERIVED)}
SCHEMA_VERSION = 11
