"""What the Imports page calls kinds of rows, columns, formats and states."""

from __future__ import annotations

from dashboards.base.i18n import _
from data.core import dimensions
from data.core.dimensions import DIMENSIONS
from data.core.importing import OWN
from data.core.texts import N_

ROWS = {
    "ledger": N_("Ledger"),
    "invoices": N_("Invoices"),
    "payments": N_("Payments"),
    "bank": N_("Bank statement"),
    "matches": N_("Matches"),
    "customers": N_("Customers"),
    "rates": N_("Exchange rates"),
}
MAPPED_ROWS = ("invoices", "payments", "bank", "matches", "customers", "rates")
"""Kinds of rows that a mapping by hand can name."""

FORMATS = {
    "fec": N_("French FEC"),
    "afas": N_("AFAS"),
    "business_central": N_("Business Central"),
    "camt": N_("Bank statement CAMT"),
    "cfonb": N_("Bank statement CFONB 120"),
    "cii": N_("E-invoice (CII)"),
    "coda": N_("Bank statement CODA"),
    "credit_insurance": N_("Credit insurance"),
    "datev": N_("DATEV"),
    "e_boekhouden": N_("e-Boekhouden.nl"),
    "exact_online": N_("Exact Online"),
    "facturx": N_("E-invoice in a PDF (Factur-X)"),
    "highradius": N_("HighRadius"),
    "jpk_fa": N_("Polish JPK_FA"),
    "mt940": N_("Bank statement MT940"),
    "netsuite": N_("NetSuite"),
    "octopus": N_("Octopus"),
    "odoo": N_("Odoo"),
    "quickbooks": N_("QuickBooks"),
    "saft": N_("SAF-T"),
    "sage_100": N_("Sage 100"),
    "sage_bob50": N_("Sage BOB 50"),
    "sap_fbl5n": N_("SAP FBL5N"),
    "sap_s4": N_("SAP S/4HANA"),
    "trade_report": N_("Credit report"),
    "twinfield": N_("Twinfield"),
    "ubl": N_("E-invoice (UBL)"),
    "winbooks": N_("WinBooks"),
    "xaf": N_("Dutch audit file (XAF)"),
    "xero": N_("Xero"),
    "xero_aged": N_("Xero, aged receivables"),
    "yuki": N_("Yuki"),
    "zoho_books": N_("Zoho Books"),
    "table": N_("Table"),
}


def _given(*of: str) -> dict[str, str]:
    names = dimensions.names(*of, given=True)
    return {name: DIMENSIONS[name].label for name in names if name not in dimensions.OWN}


DOCUMENT = {
    "document_id": N_("Document number"),
    "kind": N_("Kind of document"),
    "issued_on": N_("Day of the document"),
    "due_on": N_("Due day"),
    "amount": N_("Amount"),
    "debit": N_("Debit"),
    "credit": N_("Credit"),
    "dc_flag": N_("Debit or credit"),
    "journal": N_("Journal"),
    "open_amount": N_("Open amount"),
    "paid_amount": N_("Paid amount"),
    "paid_on": N_("Paid on"),
    "written_off": N_("Written off"),
    "currency": N_("Currency"),
    "rate": N_("Exchange rate"),
    "terms_days": N_("Terms, days"),
    "reference": N_("Reference or text"),
    "po_number": N_("Order number"),
    "ordered_on": N_("Ordered on"),
    "delivered_on": N_("Delivered on"),
    "disputed": N_("Disputed"),
    "cost": N_("Cost"),
    **_given("document"),
    "match_code": N_("Matching code"),
    "matched_on": N_("Matched on"),
    "instalment": N_("Instalment"),
    "debit_id": N_("Number of the invoice"),
    "credit_id": N_("Number of the payment or credit note"),
}
CUSTOMER = {
    "customer_id": N_("Customer number"),
    "customer_name": N_("Customer name"),
    "vat_number": N_("VAT number"),
    **_given("customer", "either"),
    "sector": N_("Sector (NACE)"),
    "parent_id": N_("Parent customer"),
    "credit_limit": N_("Credit limit"),
    "insured_limit": N_("Insured limit"),
    "agreed_terms_days": N_("Agreed terms, days"),
    "iban": N_("Bank account"),
    "counterparty": N_("Who paid"),
    "counterparty_iban": N_("Paid from account"),
    "rating": N_("Rating"),
}
COLUMNS = {**DOCUMENT, **CUSTOMER}
"""Our column -> what a reader calls it."""


def column(ours: str) -> str:
    """Return what one of our columns, or a dimension of the reader's own, is called."""
    return ours.removeprefix(OWN) if ours.startswith(OWN) else _(COLUMNS.get(ours, ours))


OFFERED = {
    "invoices": (*DOCUMENT, *CUSTOMER),
    "payments": (*DOCUMENT, *CUSTOMER),
    "matches": ("debit_id", "credit_id", "matched_on", "amount"),
    "customers": (*CUSTOMER, "terms_days"),
    "rates": ("currency", "issued_on", "rate"),
}
"""Kind of rows -> our columns that it can have."""

WISHED = {
    "invoices": ("due_on", "customer_name", "country", "sector", "salesperson"),
    "payments": ("document_id", "reference"),
    "customers": ("customer_name", "country", "sector", "credit_limit", "agreed_terms_days"),
}
"""Kind of rows -> columns worth having, named where they are missing."""

ASSUMED = ("structured", "reference", "partial", "amount", "sum", "discount", "oldest")
"""Methods that are assumptions of ours."""

STATUS = {
    "loaded": N_("loaded"),
    "known": N_("already loaded, nothing changed"),
    "superseded": N_("not kept: a newer export of the same period is loaded"),
}
DATE_ORDERS = {
    "dmy": N_("Day first"),
    "mdy": N_("Month first"),
    "ymd": N_("Year first"),
}
DECIMALS = {",": N_("Decimal comma"), ".": N_("Decimal point")}
