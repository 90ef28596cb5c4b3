"""The words of the field as Tandem uses them, and the conventions every figure shares."""

from __future__ import annotations

from datetime import date

from data.core.policy.rules import DEFAULTS
from data.core.texts import N_

WORDS: tuple[tuple[str, str, str], ...] = (
    ("document", N_("Document"), N_(
        "One posting on a customer account: invoice, credit note, payment, write-off, opening "
        "balance or adjustment. Signed: + is what the customer owes more, − what it owes less.")),
    ("match", N_("Match"), N_(
        "An amount of a positive document settled by an amount of a negative one; also called "
        "lettering, allocation or clearing. The day on which a bookkeeper recorded it is kept, "
        "but is not when the customer paid.")),
    ("open-item", N_("Open item"), N_(
        "A part of a document that is opened once and closed once, with its own due day and "
        "amount. A match closes equal parts on both sides, on the later of the two documents' "
        "days; what is left stays open.")),
    ("as-of", N_("As of a day"), N_(
        "The state at the end of that day. Nothing dated later enters it, so a past day's "
        "balance stays the same forever.")),
    ("unapplied", N_("Unapplied"), N_(
        "Negative open items: payments and credit notes that nothing has been matched to yet.")),
    ("receivables-word", N_("Receivables"), N_(
        "The sum of all open items, unapplied ones included: it equals the ledger's balance.")),
    ("exposure-word", N_("Exposure, limit, headroom"), N_(
        "Receivables, and what is ordered but not yet invoiced where that is known; what may be "
        "outstanding; the difference.")),
    ("terms-word", N_("Terms agreed, invoiced, taken"), N_(
        "Days from issue to due as agreed with the customer; as printed on its invoices; and "
        "days from issue to payment, as the customer takes them.")),
    ("beyond", N_("Days to pay, days beyond terms"), N_(
        "From issue to payment; from due to payment. Early payment counts as negative days "
        "beyond terms.")),
    ("sector", N_("Sector"), N_(
        "What a customer does, as a code of the European classification NACE Rev. 2 or 2.1: at "
        "the level of section, division, group or class.")),
)  # fmt: skip
"""(anchor, word, meaning), both marked with N_."""

CONVENTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("Balances"), (
        N_("Every balance on any day, in any split, is the sum of the open items that are opened "
           "on or before that day and not closed by it."),
        N_("Amounts include VAT and stand in the reporting currency, at the rate of each "
           "document's own row or of the rates that were loaded."),
        N_("Groups of an additive figure add up to its total. A ratio of a total is computed from "
           "total numerators and denominators; it is never an average of ratios."),
        N_("What cannot be said is shown as a dash, never as zero."),
    )),
    (N_("Age buckets"), (
        N_("Days since the due day, at the as-of day: 0 or fewer is not due; day 30 is in 1–30, "
           "day 31 in 31–60, day 90 in 61–90."),
        N_("On the basis of the issue day, the same buckets count from the day of the invoice."),
        N_("Unapplied amounts have no age and stand in a bucket of their own. All buckets "
           "together are the receivables."),
    )),
    (N_("Windows"), (
        N_("A window of N months is N whole calendar months ending with the as-of day's month, "
           "that month counted up to the as-of day. Behaviour is measured over 12 months."),
        N_("A change to last month or last year compares with the same day then; the end of a "
           "month compares with the end of a month."),
    )),
    (N_("What people said"), (
        N_("As of a day, what was said here by its end and not taken back by then holds; as of the "
           "last day of the data, what was said by now."),
        N_("Limits and terms said here win over those of files, from their day until the last day "
           "they hold."),
        N_("Disputed amounts can be left out of every figure: what is owed is then what is owed "
           "and not disputed. Sales and payments stay as they are."),
    )),
    (N_("Assumptions, always counted"), (
        N_("An invoice without a due day gets the terms printed on it, else the terms agreed with "
           "the customer, else the default of the load; such due days are marked as assumed."),
        N_("Where the export does not say which payment settles which invoice, payments are "
           "matched by structured reference, by number, by part of a number, by exact amount, by "
           "sum, less a discount, then oldest first; each match keeps how it was made and how "
           "sure it is."),
        N_("Where the books hold the payments of a day themselves, a bank statement's lines of "
           "that day are evidence only, so that nothing counts twice."),
        N_("Where the source says paid but not when, the invoice is closed on its due day, or the "
           "last day of the file if that is earlier, and is left out of all payment speeds."),
    )),
)  # fmt: skip
"""Heading, sentences: what every figure has in common."""

ENOUGH = N_(
    "A group needs at least {count} invoices paid in full before it is ranked by payment speed,"
    " unless the policy says otherwise (enough_payments)."
)
ENOUGH_COUNT = DEFAULTS.enough_payments.at(date.max)

RELATIONS: tuple[tuple[str, str], ...] = (
    ("alive", N_("open items at the end of the as-of day: every balance is a sum over these")),
    ("balances", N_("the same, added up: with the bucket by due day, amount and number")),
    ("aged", N_("the same, by the day that aging counts from")),
    ("opening", N_("open items at the end of the day before the month of the as-of day")),
    ("opening_balances", N_("the same, added up")),
    ("debtors", N_("how many customers have open items at the end of the as-of day")),
    ("sales", N_("invoices and credit notes issued up to the as-of day")),
    ("monthly", N_("sales, added up by month")),
    ("year_before", N_("sales of the window a year earlier, added up by month")),
    ("settled", N_("parts of invoices that a payment closed in the window")),
    ("payments", N_("the same, added up by month")),
    ("cohort", N_("invoices issued in the window")),
    ("ended", N_("how many of them were paid, or left unpaid, on each day after issue")),
    ("slices", N_("parts of invoices that were open at some time in the window")),
    ("movements", N_("all documents dated up to the as-of day")),
    ("accounts", N_("customers with their limit and terms: those said here, else those of files")),
    ("limits", N_("customers with a limit, their own or one above them, and what is left of it")),
    ("owing", N_("alive; of customers chosen by a currency, what they owe in all currencies")),
    ("promises", N_("promises to pay that hold, and what became of them by the as-of day")),
    ("disputes", N_("disputes that are open on the as-of day")),
    ("disputed_items", N_("what is disputed of the open items, as of the day")),
    ("said_limits", N_("the limit in force of each customer that was said here")),
    ("said_terms", N_("the agreed terms in force of each customer that were said here")),
    ("days", N_("the as-of day, and the first days of its windows")),
)
"""The relations that the SQL of every metric reads, already filtered."""

UNITS = {
    "money": N_("amount"),
    "days": N_("days"),
    "share": N_("share"),
    "count": N_("number"),
    "text": N_("text"),
}
"""Unit of a metric's column -> its word."""
