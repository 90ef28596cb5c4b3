"""Columns that say what became of a document: its state in a word, or yes and no.

A state decides money: what is void or a draft is no document at all, what is paid is closed though
nobody says on which day, what is written off is closed without money. Words that nobody knows are
asked about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

import duckdb

from data.core.reading import Choice, Question, Value
from data.core.texts import N_, NN_, Text
from etl.intake.headers import bare
from etl.intake.tables import words
from etl.intake.tables.columns import Words, any_row
from etl.intake.tables.evidence import looks_like_days, looks_like_money
from etl.intake.tables.plan import PAYING, Plan

#: State -> what it is called, in English, Dutch, French, German, Spanish, Italian, Portuguese and
#: Polish; without accents.
_STATES = {
    "open": """
        open; unpaid; outstanding; sent; approved; authorised; authorized; posted; issued; due;
        overdue; past due; not paid; awaiting payment; payment due; submitted; booked; final;
        finalised; finalized; validated; invoiced; billed; emailed; mailed; viewed; printed;
        confirmed; active; late; reminded; reminder; reminder sent; in collection; collection;
        disputed; in dispute; return; unpaid and discounted; overdue and discounted; to pay;
        openstaand; verzonden; verstuurd; onbetaald; niet betaald; vervallen; achterstallig;
        te betalen; geboekt; definitief; goedgekeurd; nog te betalen; aangemaand; herinnerd;
        herinnering; aanmaning; in incasso; betwist; verwerkt; gefactureerd; gemaild; te laat;
        ouvert; ouverte; impaye; impayee; envoye; envoyee; valide; validee; en retard; echu; echue;
        non paye; non payee; non regle; non reglee; a payer; a regler; emis; emise; comptabilise;
        comptabilisee; en cours; en attente de paiement; relance; relancee; en litige; litige;
        contentieux; transmise; transmis; facture; facturee;
        offen; unbezahlt; nicht bezahlt; uberfallig; ueberfaellig; versendet; gesendet; gebucht;
        verbucht; fallig; faellig; gemahnt; mahnung; gestellt; freigegeben; strittig; inkasso;
        zahlung ausstehend; ausstehend; festgeschrieben; fakturiert;
        pendiente; pendiente de pago; abierto; abierta; vencido; vencida; emitido; emitida;
        no pagado; no pagada; enviado; enviada; impagado; impagada; por cobrar; contabilizada;
        aperto; aperta; da pagare; scaduto; scaduta; non pagato; non pagata; emesso; emessa;
        inviato; inviata; insoluto; insoluta; da incassare; contabilizzata;
        em aberto; aberto; aberta; pendente; por pagar; por liquidar; a receber; vencido; nao pago;
        nao paga; enviado; em atraso; por regularizar;
        otwarta; otwarte; nieoplacona; nieoplacone; niezaplacona; niezaplacone; do zaplaty;
        przeterminowana; przeterminowane; wystawiona; wystawione; wyslana; wyslane; zatwierdzona;
        nierozliczona; nierozliczone""",
    "paid": """
        paid; fully paid; paid in full; settled; closed; cleared; completed; complete; collected;
        reconciled; received; in payment; in betaling; en paiement; en cours de paiement;
        paid late; done; payment received;
        betaald; voldaan; afgehandeld; gesloten; afgeletterd; volledig betaald; afgesloten;
        afgepunt; ontvangen; vereffend; voldaan per bank; afgerond;
        paye; payee; regle; reglee; solde; soldee; acquitte; acquittee; encaisse; encaissee;
        cloture; cloturee; lettre; lettree; totalement reglee; entierement payee; ferme; fermee;
        bezahlt; beglichen; ausgeglichen; abgeschlossen; erledigt; geschlossen; vollstandig bezahlt;
        vollstaendig bezahlt; gezahlt; eingegangen;
        pagado; pagada; cobrado; cobrada; cerrado; cerrada; liquidado; liquidada; saldado; saldada;
        pagato; pagata; saldato; saldata; chiuso; chiusa; incassato; incassata; liquidata;
        pago; paga; recebido; recebida; fechado; fechada; regularizado; regularizada;
        zaplacona; zaplacone; oplacona; oplacone; rozliczona; rozliczone; zamknieta; zamkniete;
        uregulowana; uregulowane""",
    "part_paid": """
        partly paid; partially paid; part paid; partial; partial payment; part payment; partpaid;
        partly paid and discounted; in part;
        deels betaald; gedeeltelijk betaald; deels voldaan; gedeeltelijk voldaan; deelbetaling;
        partiellement paye; partiellement payee; partiellement regle; partiellement reglee;
        paye partiellement; payee partiellement; reglement partiel; reglee partiellement; partiel;
        partielle; partiellement soldee; commence; commencee;
        teilweise bezahlt; teilbezahlt; teilzahlung; teilweise beglichen; angezahlt;
        parcialmente pagado; parcialmente pagada; pago parcial; pagada parcialmente; parcial;
        parzialmente pagato; parzialmente pagata; pagata in parte; acconto pagato; parziale;
        parcialmente pago; parcialmente paga; parcialmente liquidada;
        czesciowo zaplacona; czesciowo oplacona; czesciowo rozliczona; czesciowo zaplacone""",
    "written_off": """
        written off; write off; write-off; writeoff; bad debt; uncollectible; uncollectable;
        irrecoverable; charged off;
        afgeboekt; afgeschreven; oninbaar; dubieus afgeboekt;
        passe en perte; passee en perte; perte; perte sur creance; irrecouvrable; creance perdue;
        admis en non valeur; abandonne; abandonnee;
        abgeschrieben; ausgebucht; uneinbringlich; forderungsausfall;
        incobrable; fallido; dado de baja; castigado;
        inesigibile; stralciato; stralciata; irrecuperabile; perdita su crediti;
        incobravel; anulado por incobravel; perdido;
        umorzona; spisana; spisane; niesciagalna; nieściągalna""",
    "void": """
        void; voided; cancelled; canceled; annulled; deleted; removed; rejected; withdrawn; invalid;
        geannuleerd; verwijderd; ingetrokken; afgekeurd; geweigerd; ongeldig; nietig;
        annule; annulee; supprime; supprimee; rejete; rejetee; retiree; refusee; refuse;
        storniert; annulliert; geloscht; geloescht; verworfen; abgelehnt; ungultig; ungueltig;
        anulado; anulada; cancelado; cancelada; eliminado; eliminada; rechazada; rechazado;
        annullato; annullata; stornato; stornata; cancellato; cancellata; eliminato; eliminata;
        rifiutata; scartata;
        anulada; rejeitada; eliminada; apagada;
        anulowana; anulowane; usunieta; usuniete; odrzucona; wycofana""",
    "draft": """
        draft; quote; quotation; proforma; pro forma; pro-forma; estimate; offer; order;
        sales order; pending approval; awaiting approval; in preparation; unsent; not sent; saved;
        to be sent; planned; scheduled; open order; purchase order; delivery note; packing slip;
        bestelling; order; pakbon; leverbon; bon de commande; commande; bon de livraison;
        bestellung; auftrag; auftragsbestatigung; auftragsbestaetigung; lieferschein; pedido;
        albaran; ordine; ddt; encomenda; guia de remessa; zamowienie;
        concept; klad; offerte; ontwerp; in voorbereiding; niet verzonden; te verzenden; gepland;
        ter goedkeuring; proformafactuur;
        brouillon; devis; projet; en preparation; non envoyee; a envoyer; provisoire; a valider;
        facture proforma; en attente de validation;
        entwurf; angebot; vorlage; in vorbereitung; nicht versendet; proformarechnung; vorlaufig;
        vorlaeufig;
        borrador; presupuesto; oferta; sin enviar; factura proforma;
        bozza; preventivo; in preparazione; fattura proforma; offerta;
        rascunho; orcamento; proposta; por emitir;
        szkic; robocza; roboczy; oferta; wersja robocza; proforma; pro forma faktura""",
}
#: What stands behind a state: an amount, a day, a number of days, a remark.
_BEHIND = r"[(\d:,;]|\b(?:by|on|since|sinds|depuis|seit|am|op|le)\b"
#: ERPNext's own: what a document's number of a state means.
_DOCSTATUS = {"0": "draft", "1": "open", "2": "void"}

#: Lists of payments of both sides: what comes in, and what goes out to suppliers.
_DIRECTIONS = {
    **dict.fromkeys(words.listed("""receive; received; incoming; in; receipt; inbound; ontvangst;
        ontvangen; inkomend; recu; encaissement; entrant; eingang; einnahme; customer; debit""",
        ";"), "open"),
    **dict.fromkeys(words.listed("""pay; paid; outgoing; out; outbound; payment made; uitgaand;
        betaald aan leverancier; emis; decaissement; sortant; ausgang; ausgabe; supplier; vendor;
        internal transfer; transfer""", ";"), "out"),
}  # fmt: skip
_PAID = frozenset(
    bare(word)
    for word in words.listed(
        """
    paid; is paid; paid?; fully paid; invoice paid; paid yes/no; settled; closed; cleared;
    betaald; is betaald; voldaan; betaald ja/nee; factuur betaald; afgehandeld; paye; payee;
    facture payee; regle; reglee; facture reglee; solde; soldee; est payee; bezahlt; ist bezahlt;
    beglichen; rechnung bezahlt; ausgeglichen; bezahlt ja/nein; pagado; pagada; cobrada; pagato;
    pagata; paga; pago; zaplacona; zaplacono; oplacona""",
        ";",
    )
)
_CREDITS = frozenset(
    bare(word)
    for word in words.listed(
        """
    credit; credit note; is credit; is credit note; is return; is return (credit note); return;
    credit memo; is credit memo; creditnota; is creditnota; creditfactuur; is creditfactuur;
    avoir; est un avoir; est avoir; note de credit; gutschrift; ist gutschrift; storno; nota de
    credito; abono; es abono; nota di credito; korekta; czy korekta""",
        ";",
    )
)

CHOICES = (
    Choice("open", N_("open: it is still owed")),
    Choice("paid", N_("paid: the day is not known")),
    Choice("written_off", N_("written off")),
    Choice("void", N_("cancelled or deleted: no document")),
    Choice("draft", N_("a draft, quote or order: no document yet")),
)
_ASKED = N_(
    "What do these words in {column} mean for the invoices that have them: {words}? Paid, cancelled"
    " and draft ones would count as owed otherwise."
)
_PART = NN_(
    "{count} row is {word} by {column}, and no column says how much is paid: is all of it open?",
    "{count} rows are {word} by {column}, and no column says how much is open or paid: which one "
    "does, or do they count as open in full?",
)
_ASKED_PAYMENTS = N_(
    "What do these words in {column} mean for the payments that have them: {words}? What did not"
    " come pays nothing."
)
_CAME = (
    Choice("paid", N_("received: the money came")),
    Choice("void", N_("it did not come, or was taken back")),
    Choice("draft", N_("not yet: it is on its way")),
)
PAID_OUT = N_("money paid out")
_MOST_WAYS = 6
SKIPPED = {
    "void": N_("cancelled or deleted"),
    "draft": N_("drafts, quotes and orders"),
    "purchase": N_("purchases, owed to suppliers"),
}
SKIPPED_PAYMENTS = {
    "void": N_("payments that failed or were cancelled"),
    "draft": N_("payments that have not come yet"),
}


@cache
def _known() -> dict[str, str]:
    return {
        words.plain(w).replace("-", " "): state
        for state, listed in _STATES.items()
        for w in listed.split(";")
    }


def state(word: str) -> str | None:
    """Return the state of an invoice that a word means.

    >>> [state(w) for w in ("Paid", "Deels betaald", "Annulée", "Entwurf", "Zapłacona", "Bolt")]
    ['paid', 'part_paid', 'void', 'draft', 'paid', None]
    >>> [state(w) for w in ("Overdue by 12 days", "Paid (late)", "AUTHORISED", "Partially-Paid")]
    ['open', 'paid', 'open', 'part_paid']
    """
    text = re.sub(r"[\s_/-]+", " ", words.plain(word).replace("ł", "l")).strip(" .:!")
    found = _known().get(text)
    if found is None:
        short = re.split(_BEHIND, text)[0].strip()
        found = _known().get(short) if short else None
    return found


def settle_flags(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Take columns of yes and no for what they are: paid or not, credit note or not.

    Their headers name amounts as often: `Paid`, `Credit`. The cells tell.
    """
    if plan.rows_kind != "invoices":
        return
    used = {c: n for n, c in plan.columns.items()}
    for position, header in enumerate(plan.grid.headers):
        cell, name = f"c{position}", bare(header)
        if name not in _PAID and name not in _CREDITS:
            continue
        if used.get(cell) not in (None, "paid_amount", "credit", "state", "kind"):
            continue
        if not is_flag(connection, plan, cell):
            _settle_paid(connection, plan, cell, name)
            continue
        if used.get(cell) in ("paid_amount", "credit", "kind"):
            del plan.columns[used[cell]]
        if name in _CREDITS and "kind" not in plan.columns:
            plan.columns["credit_flag"] = cell
        elif name in _PAID and "state" not in plan.columns:
            plan.columns["paid_flag"] = cell


def _settle_paid(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str, name: str) -> None:
    """Take a column called by a word for paid for the day of payment, where its cells are days.

    Where one is yes or no, and none is an amount, it says in words what is paid.
    """
    amount = r"[^\dA-Za-z]*(?i:eur|euro)?\s*\d[\d.,''\s]*(?:E0)?[^\dA-Za-z]*(?i:eur|euro)?\W*"
    if (
        name in _PAID
        and plan.columns.get("paid_amount") == cell
        and "state" not in plan.columns
        and not any_row(connection, plan.grid, f"regexp_full_match({cell}, '{amount}')")
        and any(words.flag(w) is not None or state(w)
                for w in Words.words(connection, plan.grid, cell)[:_MOST_WAYS])
    ):  # fmt: skip
        plan.columns["state"] = plan.columns.pop("paid_amount")
    if name in _PAID and "paid_on" not in plan.columns and looks_like_days(connection, plan, cell):
        plan.columns = {n: c for n, c in plan.columns.items() if c != cell}
        plan.columns["paid_on"] = cell


def settle_direction(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Leave out what a list of payments of both sides says was paid to others.

    It is told by a column that holds nothing but words of the two ways.
    """
    if plan.rows_kind not in PAYING or "state" in plan.columns:
        return
    used = set(plan.columns.values())
    for position in range(len(plan.grid.headers)):
        cell = f"c{position}"
        found = [] if cell in used else Words.words(connection, plan.grid, cell)
        ways = {_DIRECTIONS.get(words.plain(w)) for w in found[:_MOST_WAYS]}
        if 1 < len(found) < _MOST_WAYS and ways == {"open", "out"}:
            out = tuple(w for w in found if _DIRECTIONS[words.plain(w)] == "out")
            plan.leave_out[cell] = out
            plan.reasons[cell] = PAID_OUT


def is_flag(connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str) -> bool:
    """Return whether a column holds yes and no and nothing else; nothing but zeros is money."""
    found = {words.plain(w) for w in Words.words(connection, plan.grid, cell)[:20]}
    found = {w.removesuffix("e0").removesuffix(".0") for w in found}
    said = {words.flag(w) for w in found}
    return bool(found) and None not in said and not found <= {"0", "-"}


def settle_states(connection: duckdb.DuckDBPyConnection, plan: Plan, given: dict[str, str]) -> None:
    """Read the column of states; ask for words that are not known. `given`: plain word -> state."""
    cell = plan.columns.get("state")
    if cell is None:
        return
    if plan.rows_kind not in ("invoices", *PAYING):
        del plan.columns["state"]
        return
    docstatus = bare(plan.header("state")) == "docstatus"

    def meaning(word: str) -> str | None:
        if docstatus:
            return _DOCSTATUS.get(word.removesuffix("E0").removesuffix(".0"))
        told = given.get(words.plain(word)) or state(word)
        if told is None and bare(plan.header("state")) in _PAID:
            yes = words.flag(words.plain(word))
            told = None if yes is None else "paid" if yes else "open"
        return told

    found = Words.words(connection, plan.grid, cell)
    paying = plan.rows_kind in PAYING
    told = _of_payments(meaning) if paying else meaning
    unknown = [w for w in found if told(w) is None]
    if unknown:
        text, choices = (_ASKED_PAYMENTS, _CAME) if paying else (_ASKED, CHOICES)
        ask_words(
            connection, plan,
            Question("states", Text(text), choices, plan.header("state"), table="states"),
            cell, unknown,
        )  # fmt: skip
    plan.parsed["state"] = Words("state", told, strict=False).parse(connection, plan.grid, cell)
    part = [w for w in found if told(w) == "part_paid"]
    if part and not plan.columns.keys() & {"open_amount", "paid_amount"}:
        _ask_part(connection, plan, cell, part)


#: States of a payment that did not come, besides those of what is void.
_FAILED = frozenset(
    words.listed("""failed; failure; declined; bounced; expired; returned; error; mislukt;
        verlopen; gestorneerd; teruggeboekt; fout; echoue; echec; expire; retourne; erreur;
        fehlgeschlagen; abgelaufen; fehler; zuruckgebucht; rucklastschrift""", ";")
)  # fmt: skip


def _of_payments(meaning: Callable[[str], str | None]) -> Callable[[str], str | None]:
    """Return what a state means for a payment: money that did not come is no document."""

    def told(word: str) -> str | None:
        found = meaning(word)
        if words.plain(word) in _FAILED:
            return "void"
        return "paid" if found in ("paid", "part_paid") else found if found != "open" else None

    return told


def _ask_part(
    connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str, part: list[str]
) -> None:
    """Ask how much is open of invoices that are paid in part."""
    values = _values(connection, plan, cell, part)
    header = plan.header("state")
    count = sum(v.rows for v in values)
    others = [
        Choice(f"{ours}:{h}", label, plan.answer({ours: h}))
        for h in _amounts(connection, plan)
        for ours, label in (
            ("open_amount", N_("another column says what is still open")),
            ("paid_amount", N_("another column says what is paid")),
        )
    ]
    plan.questions.append(
        Question(
            "states",
            Text(_PART, {"count": count, "word": part[0], "column": header}),
            (
                Choice("open", N_("open: it is still owed"),
                       {"states": dict.fromkeys(part, "open")}),
                *others,
            ),
            header,
            tuple(values),
        )
    )  # fmt: skip


def _amounts(connection: duckdb.DuckDBPyConnection, plan: Plan) -> list[str]:
    used = set(plan.columns.values())
    return [
        header
        for position, header in enumerate(plan.grid.headers)
        if header and f"c{position}" not in used
        and looks_like_money(connection, plan, f"c{position}", header)
    ]  # fmt: skip


_LOST = {"state": "coalesce(v_state = 'written_off', false)",
         "written_off": "coalesce(v_written_off, false)"}  # fmt: skip
_PAID_BY = {"state": "coalesce(v_state = 'paid', false)",
            "paid_flag": "coalesce(v_paid_flag, false)"}  # fmt: skip


def by_state(plan: Plan, values: Mapping[str, str]) -> dict[str, str]:
    """Return SQL for what the state of a row says of its money: our column -> over `v_...`.

    What columns of amounts and days say goes first, unless it is that nothing was paid of what is
    called paid. What is paid on a day that nobody says is open for nothing. So is what is written
    off: paid is what a column says was paid, or what is lacking to the open amount given up.
    """
    said = {"state", "paid_flag", "written_off"} & values.keys()
    if plan.rows_kind != "invoices" or not said:
        return {}
    lost = f"({' or '.join(v for n, v in _LOST.items() if n in said) or 'false'})"
    closed = f"({' or '.join([lost, *(v for n, v in _PAID_BY.items() if n in said)])})"
    own = {n: f"v_{n}" for n in ("open_amount", "paid_amount", "paid_on") if n in values}
    told = {"written_off": f"nullif({lost}, false)"} if said & _LOST.keys() else {}
    if "paid_amount" in own and "open_amount" not in own:
        # beside a word that says paid, nothing paid is no amount: a deposit that nobody made
        none = f"({closed} and coalesce(v_paid_amount = 0, false) and not {lost})"
        own["paid_amount"] = f"(case when not {none} then v_paid_amount end)"
        told["paid_amount"] = own["paid_amount"]
    if "open_amount" not in own:
        silent = " and ".join([closed, *(f"{v} is null" for v in own.values())])
        told["open_amount"] = f"case when {lost} or {silent} then 0::decimal(18,2) end"
    elif told:
        told["open_amount"] = f"case when {lost} then 0 else v_open_amount end"
    if "written_off" in told and "paid_amount" not in own:
        kept = "v_amount - nullif(v_open_amount, 0)" if "open_amount" in own else "null"
        told["paid_amount"] = f"case when {lost} then coalesce({kept}, 0)::decimal(18,2) end"
    return told


def ask_words(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    question: Question,
    cell: str,
    unknown: list[str],
) -> None:
    """Add a question about words of a column, with how many rows have each and their amounts."""
    values = _values(connection, plan, cell, unknown)
    listed = ", ".join(f"{v.text} ({v.rows})" for v in values[:8])
    said = Text(question.text.template, {"column": question.column, "words": listed})
    plan.questions.append(
        Question(question.about, said, question.choices, question.column, tuple(values),
                 question.table)
    )  # fmt: skip


def _values(
    connection: duckdb.DuckDBPyConnection, plan: Plan, cell: str, which: list[str]
) -> list[Value]:
    amount = plan.parsed.get("amount")
    summed = f"sum({amount.value})" if amount and not amount.join else "null"
    binding = dict(amount.parameters) if amount else {}
    found = connection.execute(
        f"select {cell}, count(*), {summed} from {plan.grid.table} "
        f"where list_contains($which, {cell}) group by 1 order by 2 desc, 1",
        {"which": which, **binding},
    ).fetchall()
    return [Value(str(text), int(count), total) for text, count, total in found]
