"""Columns that nothing was read from: shown to be harmless, asked about, or named in a line.

A column of money, of days or of states that is not read can change every figure. So it is known by
its header to say nothing about what is owed, or its cells show it, or the reader is asked.
"""

from __future__ import annotations

import re

import duckdb

from data.core.reading import Choice, Question, Value
from data.core.texts import N_, NN_, Text
from data.store.schema import CUSTOMER_COLUMNS, DOCUMENT_COLUMNS
from etl.intake.headers import bare, dimension, meanings
from etl.intake.tables import words
from etl.intake.tables.columns import Code, Words, any_row
from etl.intake.tables.companies import COMPANIES, FEW, ask_company
from etl.intake.tables.evidence import (
    adds_up,
    is_of_customers,
    looks_like_days,
    looks_like_money,
    same_amounts,
)
from etl.intake.tables.kinds import BEGINNING
from etl.intake.tables.plan import PAYING, Plan
from etl.intake.tables.states import state
from etl.intake.tables.words import listed, plain

_MOST_LETTERS = 100
_LONGEST = 30
_DOCUMENT = frozenset(c.name for c in (*DOCUMENT_COLUMNS, *CUSTOMER_COLUMNS)) | {
    "debit", "credit", "dc_flag", "journal", "pays", "state", "paid_flag", "credit_flag",
}  # fmt: skip
_PAYMENT = _DOCUMENT - {"due_on", "open_amount", "paid_amount", "paid_on"}
#: Kind of rows -> what of them is staged.
_USED = {
    "invoices": _DOCUMENT,
    "payments": _PAYMENT,
    "bank": _PAYMENT,
    "matches": frozenset(("debit_id", "credit_id", "matched_on", "amount", "debit", "credit")),
    "customers": frozenset(c.name for c in CUSTOMER_COLUMNS),
    "rates": frozenset(("currency", "issued_on", "rate")),
}
#: What a payment may be known by, without a customer.
_NAMING = frozenset(("pays", "reference", "counterparty", "iban", "counterparty_iban",
                     "match_code"))  # fmt: skip
#: Words of headers whose amounts say nothing about what is owed: what the total is made of, and
#: what else is told of a customer.
_HARMLESS_MONEY = frozenset(
    listed("""
    net nett netto excl ex hors ht untaxed vat btw tva mwst ust tax taxes taxe iva imposta podatek
    gst unit qty pcs quantity aantal menge ilosc cantidad quantite stuks weight gewicht poids peso
    margin marge profit winst cost costs kost kosten cout couts price prijs prix preis precio
    prezzo revenue omzet umsatz commission provisie freight shipping transport verzendkosten rate
    koers taux kurs cours percent pct perc procent limit limiet plafond line regel ligne zeile
    hours uren heures stunden days dagen jours tage running cumul cumulative lopend volume budget
    score turnover ytd lcy local fee fees weights vatamount subtotal basis base taxable grondslag
    maatstaf""")
)
_HARMLESS_MONEY_PARTS = re.compile(
    r"exclu|exvat|exbtw|zonderbtw|horstaxe|horstva|untaxed|btw|mwst|steuer|prijs|preis|aantal|menge"
    r"|quantit|gewicht|einzel|stuk|kostprijs|percent|procent|creditlimit|limiet|chiffre|lastyear"
    r"|vorjahr|vorigjaar|anneepreced|lopendsaldo|runningbalance|cumul|hauswahrung|hauswaehrung"
)
_MATTERS = re.compile(
    r"paid|betaald|paye|bezahlt|received|ontvangen|recu|erhalten|regle|open|(?<!over)due"
)
#: Words of headers whose days say nothing about what is owed or paid.
_HARMLESS_DAYS = frozenset(
    listed("""
    created creation create modified modification updated update changed printed print exported
    export imported import sent send mailed emailed uploaded birth order ordered delivery
    delivered ship shipped shipping period start begin beginning from until end valid reminder
    reminded contact visit posting posted booking booked entry entered value service contract
    snapshot report status approved approval follow next tax since stand last aangemaakt gewijzigd
    afgedrukt verzonden verstuurd verzending bestel besteld bestelling levering geleverd periode
    begin einde tot van geldig herinnering aanmaning boek boeking boekingsdatum valuta ingevoerd
    goedgekeurd status creation creee cree modification modifie envoi envoye commande livraison
    livre periode debut fin valable relance comptable comptabilisation saisie prestation valeur
    statut erstellt angelegt geandert geaendert gedruckt versand versendet bestellung bestell
    lieferung liefer zeitraum beginn ende gultig gueltig mahnung mahn buchung gebucht erfasst
    leistung wertstellung freigabe""")
)
_HARMLESS_DAYS_PARTS = re.compile(
    r"created|modified|updated|bestel|lever|livraison|command|liefer|leistung|bestell|auftrag|druk"
    r"|erstell|wijzig|periode|verzend|versand|geboort|naissance|geburt|herinner|relance|mahn|boek"
    r"|buchung|compta|valuta|valeur|wertstell|invoer|saisie|erfass|export|printed|snapshot|discount"
    r"|korting|escompte|skonto"
)

_MONEY = N_(
    "Nothing was read from {column}, which holds amounts, as in {example}: do they change what is"
    " owed?"
)
_DAYS = N_(
    "Nothing was read from {column}, which holds days, as in {example}: is it the day of payment,"
    " or does it change nothing?"
)
_WORDS = N_(
    "Nothing was read from {column}, whose words look like states: {words}. Do they say which"
    " invoices are paid, cancelled or drafts?"
)
_TEXTS = NN_(
    "{count} row says credit note in {column}, {example}, over a positive amount: is it one?",
    "{count} rows say credit note in {column}, as in {example}, and have positive amounts: are "
    "they credit notes?",
)
_ROWS = N_(
    "Are the rows of {file} customers, or payments? Nothing was read from {columns}, which hold"
    " days and amounts."
)


def weigh_unread(
    connection: duckdb.DuckDBPyConnection, plan: Plan, harmless: frozenset[str]
) -> None:
    """Ask about columns that may move money and were not read; note the headers of the others.

    `harmless`: bare headers of which the reader has said that they change nothing.
    """
    used = {int(c[1:]) for n, c in plan.columns.items() if n in _USED[plan.rows_kind]}
    used |= {int(c[1:]) for c in (*plan.keep, *plan.leave_out, *plan.grid.read)}
    used |= {int(c[1:]) for c in (*plan.labels, plan.vat or "") if c}
    left = [
        (position, header)
        for position, header in enumerate(plan.grid.headers)
        if header and position not in used
    ]
    if plan.holds_documents:
        for position, header in left:
            if bare(header) not in harmless:
                _weigh(connection, plan, f"c{position}", header)
        if plan.by_headers and plan.rows_kind == "bank" and not plan.columns.keys() & _NAMING:
            _ask_naming(plan, [h for _, h in left if bare(h) not in harmless])
    elif plan.rows_kind == "matches" and "amount" not in plan.columns:
        for position, header in left:  # without it, each is taken for the whole of both
            known = bare(header) in harmless or _harmless_money(header)
            if not known and looks_like_money(connection, plan, f"c{position}", header):
                _ask(connection, plan, f"c{position}", header, _MONEY, ("amount",))
    elif plan.rows_kind == "customers" and plan.by_headers:
        _weigh_customers(connection, plan, [h for h in left if bare(h[1]) not in harmless])
    asked = {question.column for question in plan.questions}
    left = [(n, header) for n, header in left if header not in asked]
    if plan.by_headers:
        left = _take_dimensions(connection, plan, left)
    _note(plan, [header for _, header in left])


def _take_dimensions(
    connection: duckdb.DuckDBPyConnection, plan: Plan, left: list[tuple[int, str]]
) -> list[tuple[int, str]]:
    """Read what figures are split by from columns that change nothing; return the others.

    The words of a column of terms are such a dimension besides.
    """
    rest = []
    for position, header in left:
        name = dimension(header)
        if name in _USED[plan.rows_kind] and name not in plan.columns:
            _take(connection, plan, name, f"c{position}")
        else:
            rest.append((position, header))
    terms = plan.columns.get("terms_days", "")
    words = rf"regexp_matches({terms}, '[[:alpha:]]{{3}}')"
    if (
        terms
        and plan.holds_documents
        and "payment_terms" not in plan.columns
        and any_row(connection, plan.grid, words)
    ):
        _take(connection, plan, "payment_terms", terms)
    return rest


def _take(connection: duckdb.DuckDBPyConnection, plan: Plan, name: str, cell: str) -> None:
    plan.columns[name] = cell
    plan.parsed[name] = Code().parse(connection, plan.grid, cell)


def _weigh_customers(
    connection: duckdb.DuckDBPyConnection, plan: Plan, left: list[tuple[int, str]]
) -> None:
    """Ask whether rows of days and amounts are customers, or payments under unknown headers."""
    days = [h for n, h in left
            if looks_like_days(connection, plan, f"c{n}") and not _harmless_days(h)]  # fmt: skip
    money = [h for n, h in left if not _harmless_money(h)
             and looks_like_money(connection, plan, f"c{n}", h)]  # fmt: skip
    if not days or not money:
        return
    read = {"issued_on": days[0], "amount": money[0]}
    harmless = dict.fromkeys((*days, *money), "harmless")
    choices = (
        Choice("customers", N_("customers"), {"unread": harmless}),
        Choice("payments", N_("payments received"),
               plan.answer(read, "payments")),
    )  # fmt: skip
    values = {"file": plan.grid.name, "columns": ", ".join((*days, *money))}
    plan.questions.append(Question("rows", Text(_ROWS, values), choices))


def _ask_naming(plan: Plan, left: list[str]) -> None:
    """Ask which column of payments names what they pay: they name no customer either."""
    asked = {question.column for question in plan.questions}
    texts = [h for h in left if h not in asked]
    if not texts:
        return
    choices = [Choice(h, h, plan.answer({"reference": h}, "bank")) for h in texts]
    choices.append(
        Choice("harmless", N_("none: they name nothing"),
               {"unread": dict.fromkeys(texts, "harmless")})
    )  # fmt: skip
    text = N_("The payments of {file} name no customer: which column names the invoice they pay?")
    plan.questions.append(Question("column", Text(text, {"file": plan.grid.name}), tuple(choices)))


def _weigh(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str, header: str) -> None:
    if looks_like_days(connection, plan, cell):
        known = _harmless_days(header)
        if not known or _goes_with_payments(connection, plan, cell):
            _ask(connection, plan, cell, header, _DAYS, ("paid_on", "due_on"))
    elif looks_like_money(connection, plan, cell, header):
        known = _harmless_money(header)
        known = known and not _MATTERS.search(bare(header))
        if plan.open_only and re.search(r"net|excl|^ht$|hors", bare(header)):
            known = False  # no total is read: what was invoiced would be what is open
        known = known or _is_known(plan, header) or _on_goods(plan, header)
        known = known or same_amounts(connection, plan, cell)
        known = known or is_of_customers(connection, plan, cell)
        if not known and not adds_up(connection, plan, cell):
            _ask(connection, plan, cell, header, _MONEY, ("open_amount", "paid_amount", "amount"))
    elif bare(header) in COMPANIES and "customer_id" in plan.columns:
        ask_company(connection, plan, cell, header)
    elif _says_credit(connection, plan, cell, header):
        pass
    elif plan.rows_kind == "invoices" and "state" not in plan.columns:
        found = Words.words(connection, plan.grid, cell)
        if 2 <= len(found) <= FEW and any(state(w) not in (None, "open") for w in found):
            _ask_state(connection, plan, cell, header, found)


def _says_credit(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str, header: str) -> bool:
    """Take a column for a text of the rows where it says credit note and no more; else ask.

    Of rows with positive amounts: what is negative is one without a word.
    """
    told = {"kind", "credit_flag", "journal", "debit", "credit", "dc_flag"} & plan.columns.keys()
    amount = plan.parsed.get("amount")
    if told or amount is None or plan.rows_kind != "invoices" or plan.credited:
        return False
    credit = words.credit_words()
    bind = {"credit": credit, "whole": f"[^a-z]*{credit}[^a-z]*", **amount.parameters}
    alone, begins, rows, text = connection.execute(
        "select count(*) filter (regexp_full_match(said, $whole)),"
        " count(*) filter (regexp_matches(said, $credit)), count(*),"
        " any_value(text) filter (regexp_matches(said, $credit)) from (select"
        f" {cell} as text, lower(strip_accents(left({cell}, {BEGINNING}))) as said,"
        f" {amount.value} as amount from {plan.grid.table} {amount.join} where broken is null)"
        " where amount > 0",
        bind,
    ).fetchone() or (0, 0, 0, None)
    if not begins or begins == rows:
        return False
    if alone:
        plan.labels = (*plan.labels, cell)
        return True
    choices = (
        Choice("reference", N_("yes: those rows are credit notes"),
               plan.answer({"reference": header})),
        Choice("harmless", _NOTHING, {"unread": {header: "harmless"}}),
    )  # fmt: skip
    values = {"column": header, "example": text, "count": begins}
    plan.questions.append(Question("column", Text(_TEXTS, values), choices, header))
    return True


def _goes_with_payments(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str) -> bool:
    """Return whether a column has a day just where something was paid, and the day is not read."""
    paid = plan.parsed.get("paid_amount")
    if paid is None or "paid_on" in plan.columns:
        return False
    found = connection.execute(
        f"select bool_and((v <> 0) = filled), bool_or(filled), bool_and(filled) from (select"
        f" coalesce({paid.value}, 0) as v, {cell} is not null as filled"
        f" from {plan.grid.table} where broken is null)",
        dict(paid.parameters),
    ).fetchone()
    return found is not None and bool(found[0]) and bool(found[1]) and not found[2]


def _is_known(plan: Plan, header: str) -> bool:
    """Return whether a header names amounts of ours that this list has no use for.

    Beside VAT, what is called an amount is the net one where the total is read; beside what was
    received, it is the invoice's; beside what is open, what was paid is no part of it.
    """
    ours = meanings(header)
    if "amount" in ours and "amount" in plan.columns:
        return plan.vat is not None or plan.rows_kind in PAYING
    return bool(ours & {"paid_amount", "open_amount"}) and (
        plan.open_only or plan.rows_kind in PAYING
    )


def _on_goods(plan: Plan, header: str) -> bool:
    """Return whether amounts are a discount that the invoice is without, or may be paid without.

    A list of invoices that tells of no payment knows no discount that was taken.
    """
    told = {"debit", "credit", "dc_flag", "kind", "journal", "paid_amount", "paid_on"}
    return (
        plan.rows_kind == "invoices"
        and "discount" in meanings(header)
        and not told & plan.columns.keys()
    )


def _harmless_days(header: str) -> bool:
    return _is_harmless(header, _HARMLESS_DAYS, _HARMLESS_DAYS_PARTS)


def _harmless_money(header: str) -> bool:
    """Return whether a header is known to name amounts that change nothing.

    >>> [_harmless_money(h) for h in ("Net amount", "BTW-bedrag", "unitPrice", "Collection",
    ...     "Support")]
    [True, True, True, False, False]
    """
    return _is_harmless(header, _HARMLESS_MONEY, _HARMLESS_MONEY_PARTS)


def _is_harmless(header: str, known: frozenset[str], parts: re.Pattern[str]) -> bool:
    """Return whether a header has one of the words that are known, or of the parts of words."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    found = set(re.findall(r"[a-z]+", plain(split)))
    return bool(found & known or parts.search(bare(header)))


def _example(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str) -> str:
    found = connection.execute(
        f"select {plan.grid.shown(cell)} from {plan.grid.table} where {cell} is not null"
        f" and broken is null order by length({cell}) desc, line limit 1"
    ).fetchone()
    return str(found[0]) if found else ""


_MEANS = {
    "paid_on": N_("the day of payment"),
    "due_on": N_("the due day"),
    "open_amount": N_("what is still open"),
    "paid_amount": N_("what is paid"),
    "amount": N_("the amount of the document"),
}
_NOTHING = N_("something else: it changes nothing")


def _ask(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    cell: str,
    header: str,
    template: str,
    ours: tuple[str, ...],
) -> None:
    choices = [
        Choice(name, _MEANS[name], {**plan.answer({name: header}), **_instead(plan, name)})
        for name in ours
        if name not in plan.columns or name == "amount"
    ]
    choices.append(Choice("harmless", _NOTHING, {"unread": {header: "harmless"}}))
    values = {"column": header, "example": _example(connection, plan, cell)}
    plan.questions.append(Question("column", Text(template, values), tuple(choices), header))


def _ask_state(
    connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str, header: str, found: list[str]
) -> None:
    counts = connection.execute(
        f"select {cell}, count(*) from {plan.grid.table} where {cell} is not null"
        " group by 1 order by 2 desc, 1"
    ).fetchall()
    values = {"column": header, "words": ", ".join(found[:6])}
    choices = (
        Choice("state", N_("yes: they are its states"),
               plan.answer({"state": header})),
        Choice("harmless", _NOTHING, {"unread": {header: "harmless"}}),
    )  # fmt: skip
    plan.questions.append(
        Question("column", Text(_WORDS, values), choices, header,
                 tuple(Value(str(w), int(n)) for w, n in counts))
    )  # fmt: skip


#: Headers of companies of the reader's own.
def _instead(plan: Plan, name: str) -> dict[str, dict[str, object]]:
    """Return what a mapping says of the column that another one takes the place of."""
    return {"unread": {plan.header(name): "harmless"}} if name in plan.columns else {}


def _note(plan: Plan, headers: list[str]) -> None:
    """Note the headers of columns that were not used, the first of them where they are many.

    What another note speaks of is said already.
    """
    said = {value for note in plan.notes for value in note.values.values()}
    names = [
        header if len(header) <= _LONGEST else f"{header[: _LONGEST - 1]}…"
        for header in headers
        if header not in said
    ]
    shown: list[str] = []
    while len(shown) < len(names) and len(", ".join(names[: len(shown) + 1])) <= _MOST_LETTERS:
        shown = names[: len(shown) + 1]
    values: dict[str, object] = {"columns": ", ".join(shown)}
    if len(shown) < len(names):
        values["count"] = len(names) - len(shown)
        plan.notes.append(Text(N_("Columns not used: {columns}, and {count} more."), values))
    elif names:
        plan.notes.append(Text(N_("Columns not used: {columns}."), values))


def ask_amount(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Ask which of the columns that hold amounts is the amount, where no header says it."""
    used = set(plan.columns.values())
    found = [
        h
        for n, h in enumerate(plan.grid.headers)
        if h and f"c{n}" not in used and looks_like_money(connection, plan, f"c{n}", h)
    ]
    if not found:
        return
    text = N_("Which column of {file} is the amount of the {rows}? None of its headers says so.")
    choices = [Choice(h, h, plan.answer({"amount": h}, plan.rows_kind)) for h in found]
    vat = next((h for n, h in enumerate(plan.grid.headers) if f"c{n}" == plan.vat), None)
    if vat in found and "document_id" in plan.columns:
        # what is owed is the net amount and its VAT: alone, neither is
        named = {"document_id": plan.header("document_id")}
        choices = [
            Choice(f"{h} + {vat}", f"{h} + {vat}",
                   {**plan.answer(named, plan.rows_kind), "derived": {"amount": {"sum": [h, vat]}},
                    "unread": {h: "harmless", vat: "harmless"}})
            for h in found if h != vat
        ] + [c for c in choices if c.value != vat]  # fmt: skip
    values = {"file": plan.grid.name, "rows": plan.rows_kind}
    plan.questions.append(Question("column", Text(text, values), tuple(choices)))
