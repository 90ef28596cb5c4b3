"""What the rows of a table are, and what kind of document each is, where no column says it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

import duckdb

from data.core.reading import Choice, Question
from data.core.texts import N_, Text
from etl.intake.headers import Found, bare, is_credit_number, is_invoice_day, meanings
from etl.intake.tables import words
from etl.intake.tables.columns import Words, any_row
from etl.intake.tables.plan import PAYING, Plan
from etl.intake.tables.states import ask_words, state

_MOST_KINDS = 20
BEGINNING = 24
"""How many letters of a text say what its row is; what stands behind them may be of other rows."""
_CODE = 3
"""Words of so many letters may be codes of anything."""
_ASKED = N_("What kind of document do these words in {column} mean: {words}?")
_CHOICES = (
    Choice("invoice", N_("an invoice: the customer owes more")),
    Choice("credit_note", N_("a credit note: the customer owes less")),
    Choice("payment", N_("a payment received")),
    Choice("write_off", N_("a loss written off")),
    Choice("opening", N_("an opening balance")),
    Choice("adjustment", N_("an adjustment, with its own sign")),
    Choice("purchase", N_("a purchase: your own company owes it to a supplier")),
)
#: A number that says it is what was owed before.
OPENING = (
    r"(?i)^\W*(?:opening|starting|initial|begin|openings|anfangs|eroffnungs|eroeffnungs)[\s-]*"
    r"(?:balance|saldo|bestand|balans)\W*$|^\W*(?:balance|brought) (?:brought )?forward\W*$"
    r"|^\W*(?:solde|saldo) (?:initial|inicial|iniziale|precedent|anterieur|vorige periode)\W*$"
    r"|^\W*(?:a nouveaux?|report a nouveau|saldovortrag|vortrag|report)\W*$"
)
#: Codes of Sage 50, where a list has no others: `SA`, paid on account, is an entry elsewhere.
_SAGE = {"si": "invoice", "sc": "credit_note", "sr": "payment", "sa": "payment"}
_BY_SIGN = "case when v_amount < 0 then 'credit_note' else 'invoice' end"


def infer_rows(columns: dict[str, str], found: Found) -> str:
    """Return the kind of rows that these columns make."""
    has = columns.keys()
    owed = bool(has & {"amount", "debit", "credit", "open_amount"})
    owed = owed or (found.net and found.vat is not None)  # together they are the amount
    paid = found.pays or {"paid_amount", "paid_on"} <= has
    money = owed or paid
    customer = bool(has & {"customer_id", "customer_name"})
    numbered = found.payments or "credit_id" in has
    day = "paid_on" in has or (found.pays and "issued_on" in has)
    if numbered and day and money and not customer and not has & {"matched_on", "due_on"}:
        return "bank"  # payments that name their invoices, and so their customers
    received = customer and money and "paid_on" in has
    if ({"debit_id", "credit_id"} <= has and not received) or (
        {"document_id", "credit_id"} <= has and not customer and "due_on" not in has
    ):
        return "matches"
    if {"currency", "rate", "issued_on"} <= has and not (
        customer or money or has & {"document_id", "dc_flag", "due_on", "kind"}
    ):
        return "rates"
    if customer and not money:
        paid_what = "paid_amount" in has and "issued_on" in has
        if ("paid_on" in has or paid_what) and "due_on" not in has:
            return "payments"
        days = has & {"issued_on", "due_on", "paid_on"}
        return "invoices" if "document_id" in has and days else "customers"
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


#: What says more of a row than the name of its file.
_TELLING = frozenset((
    "kind", "state", "debit", "credit", "dc_flag", "journal", "open_amount", "paid_amount",
    "paid_on", "match_code", "matched_on",
))  # fmt: skip
_PAYING_TITLE = N_("The rows count as payments, as the name {title} says.")
_CREDIT_TITLE = N_("The rows count as credit notes, as the name {title} says.")


def settle_title(plan: Plan, found: Found, said: bool) -> None:
    """Take a list for what its sheet or file is called, where its columns do not say more.

    A list of payments or credit notes may have just the headers of a list of invoices. Where they
    are an invoice's own, such as a due day, the reader is asked whether it holds payments.

    said: whether the reader has said what the rows are.
    """
    if plan.rows_kind != "invoices" or plan.columns.keys() & _TELLING:
        return
    title, kind = _title(plan)
    if "document_id" in plan.columns and is_credit_number(plan.header("document_id")):
        plan.credited = True
    elif kind == "credit_note":
        plan.credited = True
        plan.notes.append(Text(_CREDIT_TITLE, {"title": title}))
    if kind != "payment" or said or "issued_on" not in plan.columns:
        return
    invoiced = plan.columns.keys() & {"due_on", "terms_days"} or found.vat is not None
    if invoiced or found.line_items or is_invoice_day(plan.header("issued_on")):
        plan.unsure = True
        return
    customer = plan.columns.keys() & {"customer_id", "customer_name"}
    plan.rows_kind = "payments" if customer else "bank"
    plan.notes.append(Text(_PAYING_TITLE, {"title": title}))


def _title(plan: Plan) -> tuple[str, str | None]:
    """Return the name that says what the rows are, the sheet's before the file's, and what."""
    sheet = plan.grid.settings.get("sheet", "")
    name = plan.grid.name.removesuffix(f" [{sheet}]").rsplit(".", 1)[0]
    for title in (sheet, name):
        if title and (kind := words.titled(title)) is not None:
            return title, kind
    return "", None


def is_another(rows_kind: str | None, columns: Collection[str], found: Found) -> bool:
    """Return whether a table is surely no list of payments or matches, where it is said to be one.

    A mapping that says so without naming a column means another file of the load.
    """
    if rows_kind not in (*PAYING, "matches"):
        return False
    has = dict.fromkeys(columns, "")
    invoices = {"document_id", "issued_on"} <= has.keys()
    invoices = invoices and bool(has.keys() & {"due_on", "open_amount"})
    return invoices or infer_rows(has, found) in ("customers", "rates")


#: Amounts of matches say it.
_MATCHED = re.compile(r"match|settle|alloc|appli|toegew|impute|lettr|ausgegl|zugeordn")


#: What only payments and lines of a bank have.
_OF_PAYMENTS = frozenset(("paid_on", "paid_amount", "counterparty", "iban", "counterparty_iban",
                          "credit_id"))  # fmt: skip


def is_unsure(columns: dict[str, str], found: Found, plan: Plan) -> bool:
    """Return whether the kind of rows could be another just as well.

    Rows are taken for payments because they have no number, and for no more; or for matches,
    because each names an invoice and a payment, as payments do that name what they pay.
    """
    rows_kind = plan.rows_kind
    if rows_kind == "matches":
        money = columns.keys() & {"amount", "paid_amount"}
        both = {"document_id", "credit_id", "issued_on"} <= columns.keys() and bool(money)
        return both and not any(_MATCHED.search(bare(plan.header(name))) for name in money)
    if rows_kind == "payments" and {"debit", "credit"} <= columns.keys():
        # a ledger of customers without numbers has both sides as well
        return not (found.payments or found.pays or columns.keys() & _OF_PAYMENTS)
    tells = found.payments or found.pays or columns.keys() & {
        *_OF_PAYMENTS, "kind", "dc_flag", "debit", "credit", "match_code", "reference",
    }  # fmt: skip
    return rows_kind == "payments" and not tells and "document_id" not in columns


def by_side(plan: Plan) -> bool:
    """Return whether the sides of a ledger, debit and credit, tell kinds apart."""
    return (
        plan.rows_kind == "invoices"
        and plan.columns.keys() >= {"debit", "credit"}
        and not plan.columns.keys() & {"amount", "kind"}
    )


def settle_journal(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Forget a column of journals that tells nothing; note how kinds are told where none says."""
    all_known = False
    if (cell := plan.columns.get("journal")) is not None:
        found = [words.journal(w) for w in Words.words(connection, plan.grid, cell)]
        all_known = bool(found) and None not in found
        if plan.rows_kind != "invoices" or "kind" in plan.columns or not any(found):
            del plan.columns["journal"]
        else:
            plan.notes.append(
                Text(
                    N_("Which rows are invoices and which payments is told by {column}."),
                    {"column": plan.header("journal")},
                )
            )
    if by_side(plan) and not all_known:
        plan.notes.append(
            Text(
                N_(
                    "What stands in {credit} counts as a payment, unless its number or text says "
                    "credit note; what stands in {debit} as an invoice, unless its text says "
                    "refund. A column with the kind of each document would say it surely."
                ),
                {"credit": plan.header("credit"), "debit": plan.header("debit")},
            )
        )


def told_kind(plan: Plan, bind: dict[str, object]) -> str:
    """Return SQL for the kind of a row over its cells, and the values `v_...` read from them."""
    told = _by_side(plan, bind) if by_side(plan) else _BY_SIGN
    if plan.credited:
        return "'credit_note'"
    if plan.rows_kind == "invoices" and "document_id" in plan.columns:
        number = plan.columns["document_id"]
        if not (plan.signed or by_side(plan) or "journal" in plan.columns):
            told = _by_number(plan, number, bind)
        before = " or ".join(
            f"coalesce(regexp_matches(strip_accents({cell}), '{OPENING}'), false)"
            for cell in (number, *plan.labels[:1])
        )
        told = f"case when {before} then 'opening' else {told} end"
    if "credit_flag" in plan.columns:
        return f"case when v_credit_flag then 'credit_note' else {told} end"
    if "journal" not in plan.columns:
        return told
    return (
        f"case when v_journal = 'invoice' then {_BY_SIGN} "
        f"when v_journal is not null then v_journal else {told} end"
    )


def _by_number(plan: Plan, number: str, bind: dict[str, object]) -> str:
    """Return SQL for the kind of a row of a list that says it by number or text, or by its sign.

    A number that begins as those of credit notes do, among others that do not, is one of them; so
    is a text that begins with the word. A text says payment likewise, of a negative amount.
    """
    for name in ("number", "credit_note", "payment"):
        bind[f"says_{name}"] = words.texts()[name]
    text = _plain([f"left({cell}, {BEGINNING})" for cell in plan.labels])
    table = plan.grid.table
    others = (
        f"(select bool_or(not regexp_matches({_plain([number])}, $says_number)) from {table}"
        f" where {number} is not null)"
    )
    # what every row says tells no row from another
    paying = f"(select bool_or(not regexp_matches({text}, $says_payment)) from {table})"
    return f"""
        case when v_amount < 0 and regexp_matches({text}, $says_payment) and {paying}
                and not regexp_matches({text}, $says_credit_note) then 'payment'
            when v_amount < 0 then 'credit_note'
            when regexp_matches({_plain([number])}, $says_number) and {others} then 'credit_note'
            when regexp_matches({text}, $says_credit_note) then 'credit_note'
            else 'invoice' end"""


def _by_side(plan: Plan, bind: dict[str, object]) -> str:
    """Return SQL for the kind of a row of a ledger, whose credit side holds payments mostly.

    A payment may name the credit note that it takes off. What is negative in debit is a credit
    note, as in any list of invoices.
    """
    for name, pattern in words.texts().items():
        bind[f"says_{name}"] = pattern
    number = _plain([c for n, c in plan.columns.items() if n == "document_id"])
    text = _plain(plan.labels)
    return f"""
        case
            when abs(coalesce(v_credit, 0)) > abs(coalesce(v_debit, 0)) then case
                when regexp_matches({number}, $says_number)
                    or regexp_matches({text}, $says_credit_note)
                    and not regexp_matches({text}, $says_payment) then 'credit_note'
                else 'payment' end
            when regexp_matches({text}, $says_refund) then 'payment'
            else {_BY_SIGN}
        end"""


def _plain(cells: list[str] | tuple[str, ...]) -> str:
    return f"lower(strip_accents(concat_ws(' ', '', {', '.join(cells)})))" if cells else "''"


def settle_kinds(connection: duckdb.DuckDBPyConnection, plan: Plan, given: dict[str, str]) -> None:
    """Ask for words of a column of kinds that are not known; forget one that says something else.

    `given`: plain word -> kind. What has many different words is no column of kinds.
    """
    cell = plan.columns["kind"]
    found = Words.words(connection, plan.grid, cell)
    if plan.columns.keys() & {"due_on", "paid_flag", "state"}:
        # beside a due day or a state it is the invoice for a deposit, not the money
        given |= {words.plain(w): "invoice" for w in found if words.deposit(w)}
    codes = {words.plain(w) for w in found}
    if codes <= _SAGE.keys() and codes != {"sa"}:
        given |= {code: kind for code, kind in _SAGE.items() if code not in given}
    given |= {
        words.plain(w): told
        for w in found
        if words.plain(w) not in given
        and not words.kind(w)
        and (told := state(w)) in ("draft", "void")
    }
    given |= {words.plain(w): "purchase" for w in found
              if words.plain(w) not in given and words.purchase(w)}  # fmt: skip
    beside = [w for w in found if (given.get(words.plain(w)) or words.kind(w)) == "payment"]
    back = tuple(
        w for w in found
        if not (given.get(words.plain(w)) or words.kind(w)) and words.back(w)
        and (plan.rows_kind in PAYING or (beside and _owes_more(connection, plan, w, beside)))
    )  # fmt: skip
    given |= {words.plain(w): "payment" for w in back}
    plan.refunds = back
    unknown = [w for w in found if not (given.get(words.plain(w)) or words.kind(w))]
    if not unknown:
        return
    if len(unknown) == len(found) and (len(found) > _MOST_KINDS or not plan.holds_documents):
        plan.notes.append(
            Text(
                N_("The column {column} was not used: no word in it is a kind of document."),
                {"column": plan.header("kind")},
            )
        )
        del plan.columns["kind"]
        return
    ask_words(
        connection, plan,
        Question("kinds", Text(_ASKED), _CHOICES, plan.header("kind"), table="kinds"),
        cell, unknown[:_MOST_KINDS],
    )  # fmt: skip


def _owes_more(
    connection: duckdb.DuckDBPyConnection, plan: Plan, word: str, payments: list[str]
) -> bool:
    """Return whether the rows of a ledger with this word of a kind say that the customer owes more.

    They stand in debit, or have the other sign than payments do. What takes an invoice back is
    called so too, but owes less.
    """
    cell = plan.columns["kind"]
    if {"debit", "credit"} <= plan.columns.keys():
        debit, credit = (plan.parsed[n].value for n in ("debit", "credit"))
        return not any_row(
            connection, plan.grid,
            f"{cell} = $word and broken is null"
            f" and coalesce({debit}, 0) - coalesce({credit}, 0) <= 0", {"word": word},
        )  # fmt: skip
    amount = plan.parsed.get("amount")
    if amount is None:
        return False
    mark = plan.columns.get("dc_flag", "''")
    found = connection.execute(
        f"select distinct {cell} = $word, {mark}, sign({amount.value}) from {plan.grid.table}"
        f" where broken is null and ({cell} = $word or list_contains($payments, {cell}))",
        {"word": word, "payments": payments, **amount.parameters},
    ).fetchall()
    signs = {
        own: {(words.sign(str(m or "")) or 1) * int(s or 0) for mine, m, s in found if mine == own}
        for own in (True, False)
    }
    if mark != "''" and any(words.sign(str(m or "")) is None for _, m, _ in found):
        return False
    return len(signs[True]) == 1 and len(signs[False]) == 1 and signs[True] != signs[False]


def find_kinds(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Take a column for that of kinds whose words are, whatever it is called.

    All are kinds: invoices beside credit notes or payments, or payments beside what was paid back.
    """
    if not plan.holds_documents or plan.columns.keys() & {"kind", "credit_flag"}:
        return
    used = set(plan.columns.values())
    for place, header in enumerate(plan.grid.headers):
        cell = f"c{place}"
        if cell in used or meanings(header):
            continue
        found = Words.words(connection, plan.grid, cell)
        if not 1 < len(found) <= _MOST_KINDS or max(map(len, found)) <= _CODE:
            continue
        said = {words.kind(w) or ("payment" if words.back(w) else None) for w in found}
        paid_back = said == {"payment"} and any(words.refund(w) or words.back(w) for w in found)
        if paid_back if plan.rows_kind in PAYING else (
            None not in said and "invoice" in said and said & {"credit_note", "payment"}
        ):  # fmt: skip
            plan.columns["kind"] = cell
            return


def settle_refunds(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Keep the cells of the column of kinds that name money paid back to a customer."""
    if plan.holds_documents and (cell := plan.columns.get("kind")) is not None:
        found = Words.words(connection, plan.grid, cell)
        plan.refunds += tuple(word for word in found if words.refund(word))


_PAYMENTS = Choice("payments", N_("payments received"), {"source": {"rows": "payments"}})
_INVOICES = Choice("invoices", N_("invoices: each row is one, called by its line"),
                   {"source": {"rows": "invoices"}})  # fmt: skip
_AS_CALLED = N_("Are the rows of {file} payments, as its name says, or invoices?")
_OF_THESE = Choice("invoices", N_("invoices"), {"source": {"rows": "invoices"}})
_NAMING = Choice("bank", N_("payments received, each with the invoice that it pays"),
                {"source": {"rows": "bank"}})  # fmt: skip
_MATCHES = Choice("matches", N_("matches: which of the payments in another file paid what"),
                 {"source": {"rows": "matches"}})  # fmt: skip


def ask_rows(plan: Plan) -> None:
    """Ask what rows are that have a day and an amount, and could be either of two kinds."""
    if not plan.unsure:
        return
    if plan.rows_kind == "invoices":
        paying = _PAYMENTS if "customer_id" in plan.columns else _NAMING
        # what has a due day is said to be payments by its columns only
        said = plan.answer({"issued_on": plan.header("issued_on")}, paying.value)
        if "due_on" in plan.columns:
            said["unread"] = {plan.header("due_on"): "harmless"}
        paying = replace(paying, tables=said)
        text, choices = _AS_CALLED, (paying, _OF_THESE)
    elif plan.rows_kind == "matches":
        text, choices = N_("Are the rows of {file} payments, or do they match payments of another"
                           " file with invoices? No column says."), (_NAMING, _MATCHES)  # fmt: skip
    else:
        text = N_("Are the rows of {file} payments, or invoices without numbers? No column says.")
        choices = (_PAYMENTS, _INVOICES)
    plan.questions.append(Question("rows", Text(text, {"file": plan.grid.name}), choices))
