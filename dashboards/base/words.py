"""What readers call the codes of the tables: code -> word, marked with N_."""

from __future__ import annotations

from data.core.texts import N_

KINDS = {
    "invoice": N_("Invoice"),
    "credit_note": N_("Credit note"),
    "payment": N_("Payment"),
    "write_off": N_("Write-off"),
    "opening": N_("Opening balance"),
    "adjustment": N_("Adjustment"),
    "exchange": N_("Exchange difference"),
}
"""Kinds of documents."""

METHODS = {
    "confirmed": N_("Confirmed by a person"),
    "given": N_("Given by the export"),
    "state": N_("Paid state of the invoice row"),
    "structured": N_("By structured reference"),
    "reference": N_("By reference"),
    "partial": N_("By part of the number"),
    "amount": N_("By exact amount"),
    "sum": N_("By exact sum"),
    "discount": N_("Less discount or bank fee"),
    "oldest": N_("Oldest first (right once in three times)"),
    "returned": N_("Payment that went back"),
}
"""How a match was made."""

CLOSERS = {
    "payment": N_("paid"),
    "credit_note": N_("credited"),
    "write_off": N_("written off"),
    "adjustment": N_("adjusted"),
    "exchange": N_("exchange difference"),
    "opening": N_("carried forward"),
    "invoice": N_("set off"),
    "returned": N_("paid, but the payment went back"),
}
"""Kind of the document that closed a slice -> what happened, marked with N_."""

OUTCOMES = {
    "paid": N_("paid"),
    "credited": N_("credited"),
    "written_off": N_("written off"),
}
"""How an invoice closed."""

ASSUMPTIONS = {"terms": N_("from terms"), "default": N_("by default")}
"""Where an assumed due day comes from."""
