"""Words that exports use, and what they mean: kinds of documents, countries, sectors.

Each function takes one word as a file has it, in lower case, and returns its meaning, or None.
They are called once for each different word of a column, never for each row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from babel import Locale
from babel.core import get_global

from data.reference import nace

_KINDS = {
    "invoice": """
        invoice; customer invoice; sales invoice; tax invoice; inv; out_invoice; accrec; sale;
        factuur; verkoopfactuur; fac; fact; vf; facture; facture de vente; facture client; fc; fv;
        ft; rechnung; ausgangsrechnung; re; ra; rv; dr; rf; debit note; debit memo; debitnota;
        debetnota; note de debit; lastschrift; finance charge memo; reminder; interest invoice;
        invoice memo; 380; 384; 386; 326; faktura; fa; beginfactuur; verkoop; ordinary; standard;
        normal; regular; situation; facture de situation; facture standard; facture d'acompte;
        facture de solde; final invoice; deposit invoice; advance invoice; down payment invoice;
        voorschotfactuur; aanbetalingsfactuur; slotfactuur; abschlagsrechnung; anzahlungsrechnung;
        schlussrechnung; teilrechnung; standaard; normaal; gewoon;
        factura; factura de venta; factura emitida; fattura; fattura di vendita; fattura emessa;
        fatura; fatura recibo; faktura sprzedazy; faktura vat; faktura zaliczkowa""",
    "credit_note": """
        credit note; credit memo; sales credit memo; customer credit note; customer credit memo;
        credit; cn; cm; crn; crm; out_refund; accreccredit; creditnota; creditfactuur; cred;
        creditnote; credit nota; credit factuur; cnota; kn; avoir; note de credit; av; nc;
        avoir client; facture d'avoir; gutschrift; rechnungskorrektur; stornorechnung; gs; dg; rg;
        rk; 381; credit invoice; verkoopcreditnota; adjustment note; credit adjustment; return;
        sales return; facture avoir; facture de remplacement avoir; stornierung; gutschriftsanzeige;
        nota de credito; factura rectificativa; rectificativa; abono; nota di credito;
        nota di accredito; nota credito; korekta; faktura korygujaca; faktura korekta;
        korekta faktury""",
    "payment": """
        payment; customer payment; receipt; cash receipt; pmt; pay; cash; bank; deposit; refund;
        bank transfer; direct debit; betaling; ontvangst; bankontvangst; ontvangen betaling;
        terugbetaling; bet; overschrijving; domiciliering; incasso; kas; paiement; reglement;
        encaissement; virement; prelevement; cheque; remboursement; acompte; versement; rgt; reg;
        bq; zahlung; zahlungseingang; eingang; ueberweisung; uberweisung; rueckzahlung;
        ruckzahlung; bankeinzug; zahlungsausgang; dz; zp; zv; ze; arecpayment; aroverpayment;
        arprepayment; prepayment; overpayment; vooruitbetaling; on account; on-account; lettrage
        reglement; pago; cobro; recibo; transferencia; pagamento; incasso; bonifico; recebimento;
        wplata; zaplata; przelew; platnosc""",
    "write_off": """
        write-off; write off; writeoff; bad debt; bad debt write-off; small difference; afboeking;
        afschrijving; betalingsverschil; oninbaar; perte; perte sur creance; creance
        irrecouvrable; irrecouvrable; abandon de creance; ecart de reglement; ausbuchung;
        abschreibung; forderungsausfall; forderungsverlust; wo""",
    "opening": """
        opening; opening balance; opening entry; balance forward; brought forward; beginbalans;
        openingsbalans; beginsaldo; openingssaldo; a nouveau; a-nouveau; report a nouveau;
        reprise; an; ran; solde d'ouverture; eroeffnung; eroffnung; eroeffnungsbilanz;
        eroffnungsbilanz; saldovortrag; anfangsbestand; ob""",
    "adjustment": """
        adjustment; journal; journal entry; general journal; general; entry; correction;
        memoriaal; correctie; diverse; diversen; diverse posten; diverse verrichtingen; od;
        operation diverse; operations diverses; ecriture; regularisation; umbuchung; korrektur;
        buchung; ab; sa; memo; je; interest""",
    "exchange": """
        exchange; exchange difference; exchange gain; exchange loss; exchange gain/loss;
        currency difference; currency gain; currency loss; fx difference; fx gain/loss;
        realised gain/loss; realized gain/loss; koersverschil; koersverlies; koerswinst;
        wisselkoersverschil; difference de change; ecart de change; perte de change;
        gain de change; kursdifferenz; kursverlust; kursgewinn; wahrungsdifferenz;
        waehrungsdifferenz""",
}
#: Codes and names of journals, as patterns of the whole word in plain letters, for SQL too.
SALES_JOURNAL = (
    r"(ve|vt|vte|vten|ven|vk|vkb|vrk|vf|fac|fc).?\d*|v\d*|.*\bventes?\b.*|.*\bfactur.*"
    r"|.*\bverko(op|pen).*|.*\bsales\b.*|.*\bausgangsrechnung.*"
)
MONEY_JOURNAL = (
    r"(bq|bnq|bque|ba|bk|bnk|ca|cai|cb|csh|kas|fin|f)\d*|.*\bbanque\b.*|.*\bcaisse\b.*"
    r"|.*\btresorerie\b.*|.*\bbank.*|.*\bkas(boek|se)?\b.*|.*\bcash\b.*|.*\bfinancieel\b.*"
)
#: Journals of what the reader's own company bought, and kinds of documents that say so. Alone,
#: "purchase" may be what a customer bought.
_PURCHASES = re.compile(
    r"(?:ach|achats?|ink|inkoop|inkopen|aank|aankoop|aankopen|purchases?|einkauf)\d*"
    r"|.*\b(?:inkoop|inkopen|aankoop|aankopen|d'achats?|achats|purchases|einkauf|fournisseurs?"
    r"|leveranciers?|lieferanten?|suppliers?|vendors?)\b.*|.*\beingangsrechnung.*"
)
_BOUGHT = re.compile(
    r"(?:inkoop|aankoop)\s?(?:factuur|facturen|credit)|(?:purchase|vendor|supplier)s?'? ?(?:invoice"
    r"|bill|credit)|(?:facture|avoir|note de credit)s? (?:d'achat|d achat|fournisseur)"
    r"|(?:eingangs|lieferanten|einkaufs)(?:rechnung|gutschrift)|in_(?:invoice|refund)|accpay"
)
_REFUNDS = ("refund", "remboursement", "terugbetaling", "rueckzahlung", "ruckzahlung",
            "erstattung", "ruckerstattung", "rueckerstattung", "chargeback", "reversal", "reversed",
            "bounced", "impaye", "rejet", "storno", "rucklastschrift", "terug",
            "rueckscheck", "ruckscheck", "ruecklastschrift", "stornering", "teruggestort",
            "terugstorting", "devolucion", "reembolso", "rimborso", "storniert", "zwrot",
            "paid back", "repaid", "clawback")  # fmt: skip
# fmt: off
_YES = frozenset(["yes", "ja", "oui", "x", "1", "true", "waar", "vrai", "wahr", "y", "j", "o",
                  "betwist", "disputed", "litige", "1.0"])
_NO = frozenset(["no", "nee", "non", "nein", "0", "false", "onwaar", "faux", "falsch", "n", "-",
                 "0.0", "geen"])
# fmt: on
_CURRENCIES = {
    "€": "EUR",
    "$": "USD",
    "£": "GBP",
    "euro": "EUR",
    "euros": "EUR",
    "us$": "USD",
    "lcy": "",
}  # fmt: skip
_COUNTRY_EXTRA = {
    "uk": "GB", "great britain": "GB", "england": "GB", "engeland": "GB", "angleterre": "GB",
    "usa": "US", "u.s.a.": "US", "etats-unis d'amerique": "US", "holland": "NL", "hollande": "NL",
    "nederlanden": "NL", "the netherlands": "NL", "pays bas": "NL", "czech republic": "CZ",
    "tsjechische republiek": "CZ", "republique tcheque": "CZ", "b": "BE", "f": "FR", "d": "DE",
    "l": "LU", "groothertogdom luxemburg": "LU", "grand-duche de luxembourg": "LU", "el": "GR",
}  # fmt: skip


def plain(word: str) -> str:
    """Return a word in lower case, without accents and doubled spaces."""
    text = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    return " ".join("".join(c for c in text if not unicodedata.combining(c)).split())


def listed(text: str, separator: str | None = None) -> list[str]:
    """Return the words of a list that is written as a text, one space between their parts."""
    return [" ".join(word.split()) for word in text.split(separator)]


#: Words that mean money paid in advance in a ledger, and the invoice for it in a list of invoices.
_DEPOSITS = frozenset(
    listed(
        """acompte; deposit; prepayment; down payment; advance; anzahlung;
    abschlag; aanbetaling; voorschot; anticipo; acconto; adiantamento; zaliczka""",
        ";",
    )
)


def deposit(word: str) -> bool:
    """Return whether a word names a deposit, for which there are invoices too.

    >>> deposit("Acompte"), deposit("Avoir")
    (True, False)
    """
    return plain(word).strip(" .:") in _DEPOSITS


def refund(word: str) -> bool:
    """Return whether a kind of document is money paid back, or a payment that bounced.

    >>> refund("Refund"), refund("Rückzahlung"), refund("Payment")
    (True, True, False)
    """
    return kind(word) == "payment" and bool(re.search(texts()["refund"], plain(word)))


def back(word: str) -> bool:
    """Return whether a word of a kind says that something was paid or taken back, a payment or not.

    >>> back("Chargeback"), back("Storno"), back("Factuur")
    (True, True, False)
    """
    return bool(re.fullmatch(texts()["refund"], plain(word)))


@cache
def _kinds() -> dict[str, str]:
    return {plain(w): kind for kind, words in _KINDS.items() for w in words.split(";")}


def kind(word: str) -> str | None:
    """Return the kind of document that `word` means.

    >>> kind("Creditnota"), kind("RV"), kind("Règlements"), kind("bestelbon")
    ('credit_note', 'invoice', 'payment', None)
    """
    text = plain(word).strip(" .:")
    found = _kinds().get(text) or _kinds().get(text.replace("-", " ").replace("_", " "))
    if found is None and len(text) > 4:
        # plurals, and a code in front or behind: "RV - Invoice", "Facturen", "Avoir (AV)"
        stems = [text[:-1], text[:-2], *re.split(r"\s*[-:(/]\s*", text.rstrip(")"))]
        found = next((k for s in stems if len(s) > 1 and (k := _kinds().get(s))), None)
    return found


def purchase(word: str) -> bool:
    """Return whether a kind of document is one of a supplier's, owed by the reader's own company.

    >>> purchase("Inkoopfactuur"), purchase("Vendor bill"), purchase("Purchase")
    (True, True, False)
    """
    return _BOUGHT.match(plain(word)) is not None


def journal(word: str) -> str | None:
    """Return the kind of most documents in a journal, from its code or name.

    Of sales it is `invoice`, though credit notes stand there too.

    >>> journal("VE"), journal("VRK1"), journal("BQ2"), journal("Kasboek"), journal("AN")
    ('invoice', 'invoice', 'payment', 'payment', 'opening')
    >>> journal("VIR"), journal("KBC"), journal("Inkoop"), journal("Factures fournisseurs")
    (None, None, 'purchase', 'purchase')
    """
    text = plain(word).strip(" .:")
    if _PURCHASES.fullmatch(text):
        return "purchase"
    for form in dict.fromkeys((text, *re.split(r"[\s:(/-]+", text)[:1])):
        if re.fullmatch(SALES_JOURNAL, form):
            return "invoice"
        if re.fullmatch(MONEY_JOURNAL, form):
            return "payment"
    found = kind(text)
    return "invoice" if found == "credit_note" else found


def _in_text(words: Iterable[str]) -> str:
    return rf"(?:^|[^a-z])(?:{'|'.join(sorted(words))})(?:s|n|en)?(?:$|[^a-z])"


@cache
def texts() -> dict[str, str]:
    """Return patterns that find, in a text in plain lower case, whole words for what a row is.

    Short words, which mean other things in a text, do not count; `number` is for numbers of
    credit notes, and allows for the letters in front of them.
    """
    long = {
        kind: {w for w in (plain(w) for w in _KINDS[kind].split(";")) if len(w) > 6}
        for kind in ("credit_note", "payment")
    }
    credit = {*long["credit_note"], "avoir", "nc", "cn"}
    return {
        "credit_note": _in_text(credit),
        "number": _in_text({*credit, "av", "crn", "gs", "kn"}),
        "payment": _in_text(long["payment"]),
        "refund": _in_text(_REFUNDS),
    }


@cache
def credit_words() -> str:
    """Return the pattern of `texts` for credit notes without its codes, which may mean anything."""
    return _in_text({w for w in (plain(w) for w in _KINDS["credit_note"].split(";"))
                     if len(w) > 6} | {"avoir"})  # fmt: skip


#: Kind of document -> names of files and sheets that say it, parts of a pattern.
_TITLES = {
    "payment": """
        payments? receipts? remittances? betaling(?:en)? klant(?:en)?betalingen ontvangst(?:en)?
        paiements? reglements? encaissements? (?:kunden)?zahlung(?:en)?
        zahlungseing(?:ang|ange|aenge) pagos? cobros? pagament[io]s? incassi recebimentos? wplaty
        platnosci""",
    "credit_note": r"""
        credit.?(?:note?|nota|factuu?r|memo|invoice)(?:s|en)? avoirs? notes?.de.credit
        gutschrift(?:en)? rechnungskorrektur(?:en)? notas?.de.credito
        abonos? not[ae].di.credito faktury?.koryguj[a-z]+ korekty""",
}
#: Words of a title that make it say something else: money still to come, other rows too.
_UNTITLED = """
    invoices? inv facturen factuur factures? rechnung(?:en)? faktur[a-z]* fattur[ae] faturas?
    open[a-z]* ouvert[a-z]* offen[a-z]* outstanding unpaid due overdue te late achterst[a-z]*
    retards? impay[a-z]* fallig[a-z]* faellig[a-z]* terms? voorwaarden? conditions? delais?
    bedingung[a-z]* reminders? and und goods sales.receipts? suppliers? vendors? leveranciers?
    fournisseurs? lieferanten purchases?"""


def _says(patterns: str, text: str) -> bool:
    return re.search(rf"\b(?:{'|'.join(patterns.split())})\b", text) is not None


def titled(title: str) -> str | None:
    """Return the kind of document that the name of a file or sheet says its rows are.

    '' where it names another kind of rows too, or something else with that word.

    >>> titled("Betalingen 2026"), titled("creditnotas_maart"), titled("ReceiptsMay")
    ('payment', 'credit_note', 'payment')
    >>> titled("Blad1"), titled("Openstaande betalingen"), titled("facturen en betalingen")
    (None, '', '')
    """
    text = plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", title).replace("'", ""))
    text = " ".join(re.findall(r"[a-z]+", text))
    if _says(_UNTITLED, text):
        return ""
    said = [k for k, words in _TITLES.items() if _says(words, text)]
    return said[0] if len(said) == 1 else "" if said else None


def flag(word: str) -> bool | None:
    """Return whether a word says yes.

    >>> flag("Ja"), flag("x"), flag("non"), flag("soms")
    (True, True, False, None)
    """
    text = plain(word)
    return True if text in _YES else False if text in _NO else None


def sign(word: str) -> int | None:
    """Return 1 for a word that means debit, -1 for credit.

    >>> sign("S"), sign("Haben"), sign("C"), sign("debet"), sign("?")
    (1, -1, -1, 1, None)
    """
    text = plain(word).strip(" .")
    if text in ("d", "dr", "s", "debit", "debet", "soll", "deb", "40", "01", "+", "af", "debiteur"):
        return 1
    if text in ("c", "cr", "h", "k", "credit", "haben", "cred", "kredit", "50", "11", "15", "-",
                "bij", "crediteur"):  # fmt: skip
        return -1
    return None


def currency(word: str) -> str | None:
    """Return the ISO 4217 code; '' where the word means the books' own currency.

    >>> currency("usd"), currency("€"), currency("eur "), currency("12")
    ('USD', 'EUR', 'EUR', None)
    """
    text = plain(word)
    if text in _CURRENCIES:
        return _CURRENCIES[text]
    return text.upper() if re.fullmatch(r"[a-z]{3}", text) else None


@cache
def _countries() -> dict[str, str]:
    names = dict(_COUNTRY_EXTRA)
    for language in ("en", "nl", "fr", "de"):
        for code, name in Locale(language).territories.items():
            if re.fullmatch(r"[A-Z]{2}", code):
                names.setdefault(plain(name), code)
    return names


def country(word: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a country's name or code.

    >>> country("België"), country("FRA"), country("nl"), country("Allemagne"), country("Mars")
    ('BE', 'FR', 'NL', 'DE', None)
    """
    text = plain(word)
    if text in _countries():
        return _countries()[text]
    code = text.upper()
    if re.fullmatch(r"[A-Z]{2}", code):
        return code if code in Locale("en").territories else None
    if re.fullmatch(r"[A-Z]{3}", code):
        aliases = get_global("territory_aliases").get(code, [])
        return str(aliases[0]) if len(aliases) == 1 and aliases[0] != "XX" else None
    return None


@cache
def _sector_labels() -> dict[str, str]:
    return {
        plain(label): sector.code
        for revision in reversed(nace.FILES)
        for sector in nace.sectors(revision).values()
        for label in sector.labels.values()
    }


def sector(word: str) -> str | None:
    """Return the NACE code of a code as files write it, or of its label.

    >>> sector("4711"), sector("g47.11"), sector("46.73z"), sector("c"), sector("retail")
    ('47.11', '47.11', '46.73', 'C', None)
    """
    text = word.strip().upper()
    if re.fullmatch(r"\d\.?\d{2,4}", text) and text not in nace.sectors():
        # a spreadsheet drops the zero in front of 01.11
        padded = nace.normal(f"0{text}")
        if nace.level(padded):
            return padded
    code = nace.normal(text)
    if re.fullmatch(r"[A-V]|\d{2}(\.\d{1,2})?", code):
        return code
    found = re.match(r"([A-V]?\d{2}(?:\.?\d{1,2})?(?:\.\d)?)[\s:–-]+\D", text)  # 47.11 - Retail
    if found:
        return nace.normal(found[1])
    return _sector_labels().get(plain(word))
