"""What exports give and lack, in the same words for all packages."""

from __future__ import annotations

from data.core.texts import N_

INVOICES = N_("invoices and credit notes")
PAYMENTS = N_("payments as documents of their own")
NAMES = N_("customer names")
DUE = N_("due days")
OPEN = N_("what is still open")
PAID_DAY = N_("the day an invoice was paid")
SETTLES = N_("which payment settles which invoice")
CURRENCIES = N_("currencies")
RATES = N_("exchange rates")
SALESPEOPLE = N_("salespeople")
RATINGS = N_("credit ratings")
LIMITS = N_("credit limits")
INSURED = N_("insured limits")
ORDERS = N_("order numbers")

PAID_INVOICES = N_("invoices that are paid already")
CREDIT_NOTES = N_("credit notes")
NUMBERS = N_("customer numbers: the name serves as one")
DETAILS = N_("country, sector and credit limit of customers")
DECIDED = N_("the day of the decision: of two rows about one customer the later one counts")

DRAFTS = N_("drafts and cancelled documents")
PURCHASES = N_("what is bought and not sold")
OTHER_ACCOUNTS = N_("bookings on other accounts than those of customers")
