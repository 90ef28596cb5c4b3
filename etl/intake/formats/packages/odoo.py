"""Odoo 16 to 18: the export of account.move (invoices) and account.move.line (journal items).

With the labels of the screen or technical names, as CSV or XLSX. The signed amounts are those in
the company's own currency; without them, the amounts of the document and its currency count.
Drafts, cancelled documents and vendor bills are left out. An export without the amount due says
by its payment status whether an invoice is open: one that is paid in part then counts as open.

Journal items are read where the export shows the matching number: those of a customer with the
same one settle each other. Only lines on receivable accounts count where the account's type is
shown; otherwise export only those.

No real sample was at hand; written from the published description.
"""

from __future__ import annotations

from data.core.texts import N_
from etl.intake.formats.packages import phrases as p
from etl.intake.formats.preset import Chosen, Layout, Preset

_STATE = Chosen(
    ("draft", "cancel", "cancelled", "canceled", "concept", "geannuleerd", "brouillon", "annulé"),
    p.DRAFTS,
)
_BILLS = Chosen(
    ("in_invoice", "in_refund", "in_receipt", "vendor bill", "vendor credit note",
     "purchase receipt"),
    p.PURCHASES,
)  # fmt: skip
_COLUMNS = {
    "document_id": "Number | name",
    "customer_id": "Customer/Reference | partner_id/ref | Customer/ID | partner_id/id",
    "customer_name": "Invoice Partner Display Name | Customer | Customer/Display Name | Partner"
    " | invoice_partner_display_name | partner_id | partner_id/name",
    "vat_number": "Customer/Tax ID | partner_id/vat",
    "kind": "Type | move_type",
    "issued_on": "Invoice/Bill Date | Invoice Date | invoice_date",
    "due_on": "Due Date | invoice_date_due",
    "reference": "Payment Reference | payment_reference | Reference | ref",
    "salesperson": "Salesperson | invoice_user_id",
}
_LEFT_OUT = {"Status | state": _STATE, "Type | move_type": _BILLS}
_KINDS = {"out_receipt": "invoice", "sales receipt": "invoice", "entry": "adjustment",
          "journal entry": "adjustment"}  # fmt: skip
_OPEN = (
    "case when replace(lower({Payment Status | payment_state}), ' ', '_') in "
    "('paid', 'in_payment', 'reversed', 'betaald', 'payé') then '0' end"
)
_LABELS = ("Number", "Invoice Partner Display Name | Customer | Partner",
           "Invoice/Bill Date | Invoice Date")  # fmt: skip
_NAMES = ("name", "invoice_date", "invoice_partner_display_name | partner_id | partner_id/id")
_LINES = {
    "document_id": "Journal Entry | move_id | move_id/name | move_name",
    "customer_name": "Partner | partner_id",
    "issued_on": "Invoice/Bill Date | invoice_date | Date | date",
    "due_on": "Due Date | date_maturity",
    "debit": "Debit | debit",
    "credit": "Credit | credit",
    "match_code": "Matching # | Matching | Matching Number | matching_number",
    "reference": "Label | name",
}
_KIND = """
    case
        when lower({Type | move_id/move_type | move_type}) in ('customer invoice', 'out_invoice')
            then 'invoice'
        when lower({Type | move_id/move_type | move_type})
            in ('customer credit note', 'out_refund') then 'credit_note'
        when regexp_matches({Journal Entry | move_id | move_id/name | move_name},
            '^P?(BNK|BANK|CSH|CASH)') then 'payment'
        when regexp_matches({Journal Entry | move_id | move_id/name | move_name}, '^R[A-Z]+/')
            then 'credit_note'
        when regexp_matches({Journal Entry | move_id | move_id/name | move_name},
            '^(MISC|EXCH|OD)') then 'adjustment'
    end
"""


def _moves(names: tuple[str, ...], amount: str, due: str, currency: str = "") -> Layout:
    columns = {**_COLUMNS, "amount": amount, "open_amount": due}
    return Layout(
        marks=(*names, amount),
        columns=columns | ({"currency": currency} if currency else {}),
        kinds=_KINDS,
        leave_out=_LEFT_OUT,
        derived={"open_amount": _OPEN},
        local=not currency,
    )


SOURCE = Preset(
    name="odoo",
    label=N_("Odoo, invoices or journal items"),
    about=__doc__,
    gives=(p.INVOICES, p.NAMES, p.DUE, p.OPEN, p.SALESPEOPLE),
    lacks=(p.PAID_DAY, p.DETAILS, p.RATES),
    layouts=(
        _moves((*_LABELS, "Due Date"), "Total Signed", "Amount Due Signed"),
        _moves((*_NAMES, "invoice_date_due"), "amount_total_signed", "amount_residual_signed"),
        _moves(
            (*_LABELS, "Payment Status | Amount Due"),
            "Total in Currency Signed | Total",
            "Amount Due",
            "Currency",
        ),
        _moves(
            _NAMES,
            "amount_total_in_currency_signed | amount_total",
            "amount_residual",
            "currency_id",
        ),
        Layout(
            marks=(
                _LINES["document_id"],
                _LINES["customer_name"],
                _LINES["debit"],
                _LINES["credit"],
                _LINES["match_code"],
            ),
            columns=_LINES,
            keep={
                "Account/Type | Account Type | account_type | account_id/account_type": Chosen(
                    ("receivable", "asset_receivable"), p.OTHER_ACCOUNTS
                )
            },
            leave_out={"Status | parent_state": _STATE},
            derived={"kind": _KIND},
            local=True,
        ),
    ),
)
