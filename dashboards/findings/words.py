"""What each check of the load is called, why it matters, what to do, and how its rows are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboards.base.grid import CARD, Column
from dashboards.base.words import KINDS
from dashboards.frame.row_columns import ROW_COLUMNS
from data.core.texts import N_

GROUPS = {
    "money": N_("Money to look at"),
    "habits": N_("What delays payment"),
    "customers": N_("What is missing about customers"),
    "reading": N_("How the files were read"),
}
"""What a finding is about, in the order of the page; only the amounts of `money` are added up."""


@dataclass(frozen=True)
class Words:
    """A check in words. group: a key of GROUPS. columns: what its rows show, by name.

    lacks: what the data do not have where the check is not possible. whole: its rows are no
    documents or customers, so that filters do not narrow them. sort: order of its rows. brief: its
    sentence says no more than title and count.
    """

    title: str
    group: str
    why: str
    do: str
    columns: tuple[str, ...]
    lacks: str = ""
    whole: bool = False
    sort: str = "amount desc"
    brief: bool = False


_DOCUMENT = ("document_id", "customer_name", "amount", "issued_on", "due_on")
_BEHIND = ("reference", "salesperson", "customer", "file", "line")
_OTHER = ("other_id", "other_on")
_CUSTOMER = (
    "customer_name", "amount", "sector", "country", "salesperson", "credit_limit",
    "agreed_terms_days", "customer",
)  # fmt: skip

WORDS: dict[str, Words] = {
    "unapplied": Words(
        N_("Unapplied payments and credit notes"),
        "money",
        N_("Customers are reminded of invoices that they have paid, and aging shows too much."),
        N_("Match each to its invoice, or pay it back; begin with the oldest."),
        ("document_id", "customer_name", "amount", "age", "days", "kind", "issued_on", *_BEHIND),
        sort="amount",
        brief=True,
    ),
    "unapplied_old": Words(
        N_("Unapplied for more than 90 days"),
        "money",
        N_("After so long nobody remembers what was paid, and the customer may ask for it back."),
        N_("Ask the customer what it was for, with the payment's own text."),
        ("document_id", "customer_name", "amount", "days", "kind", "issued_on", *_BEHIND),
        sort="amount",
    ),
    "wrong_customer": Words(
        N_("Payments perhaps booked on the wrong customer"),
        "money",
        N_("One customer is chased for what it paid, another seems to have credit."),
        N_("Look at the bank statement; where number or name fits, move the payment."),
        ("document_id", "customer_name", "amount", "evidence", "other_name", *_OTHER,
         "issued_on", "payer", "reference", "salesperson", "customer", "other_customer", "file",
         "line"),
    ),
    "duplicate_payments": Words(
        N_("Payments made twice"),
        "money",
        N_("The customer will ask for it back, or take it off the next invoice unannounced."),
        N_("Ask the customer: pay back, or set off against an open invoice."),
        ("document_id", "customer_name", "amount", *_OTHER, "issued_on", *_BEHIND),
        lacks=N_("no payments"),
    ),
    "duplicate_invoices": Words(
        N_("Invoices made twice"),
        "money",
        N_("The customer pays neither while it finds out which is right, or pays twice."),
        N_("Compare the two, and credit the one that should not be."),
        ("document_id", "customer_name", "amount", "evidence", *_OTHER, "issued_on", "po_number",
         *_BEHIND),
        lacks=N_("no invoices"),
    ),
    "late_discounts": Words(
        N_("Discounts for early payment, taken late"),
        "money",
        N_("A discount that is given for paying late is a price cut."),
        N_("Ask for the rest, or agree discount days with the customer; credit no more of it."),
        ("document_id", "customer_name", "amount", "share", "days", "paid", "paid_on",
         "issued_on", "due_on", "still_open", *_BEHIND),
        lacks=N_("no payments"),
    ),
    "duplicate_numbers": Words(
        N_("The same invoice number twice for one customer"),
        "habits",
        N_("A payment that names the number can settle either."),
        N_("Find out whether a file was loaded twice under two names, or numbers begin anew."),
        (*_DOCUMENT, *_BEHIND),
        lacks=N_("no invoices"),
    ),
    "no_order_number": Words(
        N_("Invoices without the customer's order number"),
        "habits",
        N_("Customers with an approval by order put such invoices aside."),
        N_("Ask the salesperson for the number before the invoice leaves; send it on for the open"
           " ones."),
        (*_DOCUMENT, "closed_on", *_BEHIND),
        lacks=N_("no order numbers"),
    ),
    "invoiced_late": Words(
        N_("Invoices sent long after delivery"),
        "habits",
        N_("Each day between delivery and invoice is a day of credit that nobody agreed."),
        N_("Invoice on the day of delivery; ask where the delay arises, by salesperson."),
        ("document_id", "customer_name", "amount", "days", "delivered_on", "issued_on", *_BEHIND),
        lacks=N_("no days of delivery"),
    ),
    "credited_by_salesperson": Words(
        N_("Credit notes by salesperson"),
        "habits",
        N_("Each credit note is a dispute that delayed its invoice before it was settled."),
        N_("Look at the reasons with the salesperson: price, quantity, or what was promised."),
        ("salesperson", "amount", "share", "credit_notes", "invoices", "invoiced"),
        lacks=N_("no salespeople"),
        whole=True,
    ),
    "credited_by_reason": Words(
        N_("Reasons of credit notes"),
        "habits",
        N_("What is credited most often can be prevented at its source."),
        N_("Take the first reason to those who can end it."),
        ("reason", "amount", "share", "credit_notes"),
        lacks=N_("no credit notes"),
        whole=True,
    ),
    "due_before_issue": Words(
        N_("Invoices due before their issue"),
        "habits",
        N_("They are overdue on their first day, and no customer accepts that."),
        N_("Correct the due day where the invoice was made."),
        (*_DOCUMENT, *_BEHIND),
        lacks=N_("no invoices"),
    ),
    "same_company": Words(
        N_("One company under several customer numbers"),
        "customers",
        N_("Each number has a limit of its own, and nobody sees what they owe together."),
        N_("Join them under one parent, and set one limit for all."),
        ("customer_name", "amount", "same_as", "evidence", "vat_number", "iban", "country",
         "salesperson", "credit_limit", "customer"),
    ),
    "no_limit": Words(
        N_("Customers without a credit limit"),
        "customers",
        N_("Nothing stops a delivery to them."),
        N_("Set a limit, beginning with those who owe most."),
        _CUSTOMER,
        brief=True,
    ),
    "no_terms": Words(
        N_("Customers without agreed terms"),
        "customers",
        N_("What is late cannot be said against an agreement."),
        N_("Agree terms in writing, and enter them."),
        _CUSTOMER,
        brief=True,
    ),
    "no_sector": Words(
        N_("Customers without a sector"),
        "customers",
        N_("They are missing from every comparison of sectors."),
        N_("Enter the NACE code; the company register has it."),
        _CUSTOMER,
        brief=True,
    ),
    "no_master": Words(
        N_("Customers on no customer list"),
        "customers",
        N_("Nothing but their number is known."),
        N_("Load the customer list that has them."),
        _CUSTOMER,
        brief=True,
    ),
    "report_of_nobody": Words(
        N_("Credit reports about nobody we know"),
        "customers",
        N_("Their scores and limits reach no customer."),
        N_("Give the customer its VAT number, or the report our customer number."),
        ("customer_name", "vat_number", "rating", "insured_limit", "credit_limit", "country",
         "file", "line"),
    ),
    "no_customer": Words(
        N_("Documents that name no customer"),
        "reading",
        N_("Nobody is reminded of them."),
        N_("Find the customer by file and line."),
        ("document_id", "amount", "kind", "issued_on", "reference", "file", "line"),
        brief=True,
    ),
    "future_dated": Words(
        N_("Documents dated after their load"),
        "reading",
        N_("They move the last day of the data, and with it every as-of figure."),
        N_("Correct the day in the books, and load again."),
        (*_DOCUMENT, *_BEHIND),
        brief=True,
    ),
    "rejected_rows": Words(
        N_("Rows refused"),
        "reading",
        N_("They are missing from every figure."),
        N_("Mend them by file and line, and load the file again."),
        ("file", "line", "column_name", "value", "reason", "remedy"),
        whole=True,
    ),
    "due_from_default": Words(
        N_("Due days by default"),
        "reading",
        N_("Aging and lateness of these rest on an assumption."),
        N_("Export the due day or the terms with the invoices."),
        (*_DOCUMENT, *_BEHIND),
    ),
    "due_from_terms": Words(
        N_("Due days from terms"),
        "reading",
        N_("They are right where the invoices keep to the terms."),
        N_("Export the due day with the invoices where it differs."),
        (*_DOCUMENT, *_BEHIND),
    ),
    "paid_day_assumed": Words(
        N_("Days of payment that are not known"),
        "reading",
        N_("Payment speed leaves these invoices out."),
        N_("Load the payments, or export the day of payment."),
        (*_DOCUMENT, *_BEHIND),
    ),
    "across_customers": Words(
        N_("Matches across customers"),
        "reading",
        N_("An adjustment on each side keeps both balances true."),
        N_("Nothing, where the two belong together; else correct the match."),
        (*_DOCUMENT, "kind", *_BEHIND),
        brief=True,
    ),
    "state_beyond_amount": Words(
        N_("Open for more than the amount"),
        "reading",
        N_("Nothing of them counts as paid."),
        N_("Look at the rows in the export."),
        ("document_id", "customer_name", "amount", "issued_on", "due_on", "reference", "customer",
         "file", "line"),
    ),
    "several_sellers": Words(
        N_("E-invoices of several sellers"),
        "reading",
        N_("Invoices that others sent to you are no receivables."),
        N_("Load only the invoices that you sent."),
        ("seller", "seller_name", "amount"),
    ),
    "matched_by_rule": Words(
        N_("Payments matched by rule"),
        "reading",
        N_("Which invoice a payment settles is inferred: balances are right, days late may not"
           " be."),
        N_("Export the matches (lettering, clearing) with the payments."),
        ("amount", "method"),
        whole=True,
    ),
    "match_unknown": Words(
        N_("Matches of unknown documents"),
        "reading",
        N_("What they settle stays open."),
        N_("Load the files that have these documents."),
        ("debit_id", "credit_id", "amount", "file", "line"),
        whole=True,
    ),
    "match_cut": Words(
        N_("Matches beyond their documents"),
        "reading",
        N_("Only what is left of a document can be settled."),
        N_("Look at the rows in the export."),
        ("debit_id", "credit_id", "amount", "file", "line"),
        whole=True,
    ),
    "state_left_aside": Words(
        N_("Paid according to the invoice row, with payments loaded too"),
        "reading",
        N_("Both would count the same money twice: the payments count."),
        N_("Check the difference, and leave one of the two out of the export."),
        ("document_id", "customer_name", "amount", "issued_on", "due_on", "reference", "customer",
         "file", "line"),
    ),
    "sheets_alike": Words(
        N_("The same documents in two sheets of a workbook"),
        "reading",
        N_("Where one sheet repeats the other, its documents count twice."),
        N_("Hide the sheet that repeats the other, or say in a mapping file which one to read"
           " (sheet), and load it into a new folder (--store)."),
        (*_DOCUMENT, *_BEHIND),
    ),
    "bank_booked": Words(
        N_("Lines of bank statements that the books hold too"),
        "reading",
        N_("Both would count the same money twice: the books count."),
        N_("Nothing, unless the books lack some of them."),
        ("document_id", "counterparty", "amount", "issued_on", "reference", "file", "line"),
    ),
    "bank_outgoing": Words(
        N_("Outgoing lines of bank statements"),
        "reading",
        N_("They go to no customer that is known, so they are no receivables."),
        N_("Look whether a refund to a customer is among them."),
        ("document_id", "counterparty", "amount", "issued_on", "reference", "file", "line"),
    ),
    "ledger_aside": Words(
        N_("Ledger lines that the sales documents hold too"),
        "reading",
        N_("Both would count the same receivables twice: the sales invoices and payments count."),
        N_("Compare the balance with that of the ledger; load one of the two kinds of files only"
           " where it should be the other."),
        ("document_id", "amount", "issued_on", "kind", "reference", "file", "line"),
    ),
    "sales_aside": Words(
        N_("Sales documents that the ledger holds too"),
        "reading",
        N_("Both would count the same receivables twice: the ledger counts."),
        N_("Nothing, if the ledger is complete; otherwise load its next export."),
        ("document_id", "amount", "issued_on", "kind", "reference", "file", "line"),
    ),
    "carried_difference": Words(
        N_("Carried forward differs from the year before"),
        "reading",
        N_("Receivables of two years do not join."),
        N_("Load the final export of the year before."),
        ("document_id", "customer_name", "amount", "issued_on", "customer", "file", "line"),
    ),
    "currency_assumed": Words(
        N_("Currency assumed"),
        "reading",
        N_("No file names a currency."),
        N_("Name it when loading, where it is another."),
        ("file", "rows_read"),
        whole=True,
    ),
}  # fmt: skip
"""Check -> its words; the names are those of etl/findings."""

AGES = {
    "0-30": N_("up to 30 days"),
    "31-60": N_("31 to 60 days"),
    "61-90": N_("61 to 90 days"),
    "over_90": N_("over 90 days"),
}
EVIDENCE = {
    "number": N_("the number fits"),
    "name": N_("the name fits"),
    "amount": N_("the amount only"),
    "order": N_("the order or reference"),
    "vat": N_("VAT number"),
    "iban": N_("bank account"),
}

#: Columns that only rows of findings have: name -> (label, unit, width)
_COLUMNS = {
    "age": (N_("Age"), "text", 120),
    "days": (N_("Days"), "count", 84),
    "evidence": (N_("What speaks for it"), "text", 160),
    "other_name": (N_("Other customer"), "text", 170),
    "counterparty": (N_("Who paid"), "text", 190),
    "rating": (N_("Rating"), "text", 96),
    "insured_limit": (N_("Insured limit"), "money", 130),
    "seller": (N_("Number of the seller"), "text", 170),
    "seller_name": (N_("Seller"), "text", 170),
    "other_id": (N_("Other document"), "text", 130),
    "other_on": (N_("Of the day"), "day", 116),
    "other_customer": (N_("Its number"), "text", 110),
    "payer": (N_("Payer"), "text", 160),
    "po_number": (N_("Order number"), "text", 130),
    "paid": (N_("Paid"), "money", 116),
    "paid_on": (N_("Paid on"), "day", 116),
    "still_open": (N_("Still open"), "text", 96),
    "delivered_on": (N_("Delivered"), "day", 116),
    "share": (N_("Share of invoiced"), "share", 110),
    "credit_notes": (N_("Credit notes"), "count", 96),
    "invoices": (N_("Invoices"), "count", 96),
    "invoiced": (N_("Invoiced"), "money", 130),
    "reason": (N_("Reason"), "text", 240),
    "same_as": (N_("Together with"), "text", 120),
    "vat_number": (N_("VAT number"), "text", 150),
    "iban": (N_("Bank account"), "text", 190),
    "credit_limit": (N_("Limit"), "money", 120),
    "agreed_terms_days": (N_("Agreed terms, days"), "count", 104),
    "column_name": (N_("Column"), "text", 130),
    "value": (N_("Value"), "text", 150),
    "remedy": (N_("What to do"), "text", 300),
    "debit_id": (N_("Invoice"), "text", 140),
    "credit_id": (N_("Settled by"), "text", 140),
    "rows_read": (N_("Rows"), "count", 100),
}
_WIDTHS = {"document_id": 126, "customer_name": 190, "amount": 138, "kind": 106, "sector": 170}
_WORDS_OF: dict[str, Mapping[str, str]] = {"age": AGES, "evidence": EVIDENCE, "kind": KINDS}
_RENDERERS = {
    "customer_name": "CustomerLink",
    "other_name": "CustomerLink",
    "document_id": "DocumentLink",
    "other_id": "DocumentLink",
}
#: What a phone shows of each row, besides the first column.
_ON_CARDS = frozenset(
    ("customer_name", "amount", "evidence", "days", "age", "other_id", "issued_on", "share",
     "same_as", "credit_limit", "credit_notes", "other_name")
)  # fmt: skip


def columns_of(names: tuple[str, ...], share: str = "") -> tuple[Column, ...]:
    """Return the columns of a finding's rows. `share`: label of the column of that name."""
    return tuple(_column(name, share, n > 0) for n, name in enumerate(names))


def _column(name: str, share: str, fact: bool) -> Column:
    if name in _COLUMNS:
        label, unit, width = _COLUMNS[name]
        dimension = ""
    else:
        label, unit, width, dimension = ROW_COLUMNS[name]
    options: dict[str, object] = {}
    if name in _RENDERERS:
        options["cellRenderer"] = _RENDERERS[name]
    if fact and name in _ON_CARDS:
        options |= CARD
    return Column(
        name,
        share if name == "share" and share else label,
        unit,
        _WIDTHS.get(name, width),
        dimension,
        total="sum(amount)" if name == "amount" else "",
        words=_WORDS_OF.get(name, {}),
        options=options,
    )
