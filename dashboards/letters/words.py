"""The words of a statement of account, in the languages that letters are written in."""

from __future__ import annotations

from collections.abc import Mapping

from data.core.buckets import NOT_DUE, UNAPPLIED, Buckets

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "statement": "Statement of account", "postings": "Postings", "open": "Open items",
        "aging": "By age", "customer": "Customer", "number": "Account number", "period": "Period",
        "to": "to", "balance": "Balance", "only": "Only", "currency": "Currency",
        "day": "Date", "what": "What", "document": "Document", "reference": "Reference",
        "due": "Due", "debit": "Debit", "credit": "Credit", "issued": "Issued",
        "late": "Days late", "left": "Open", "total": "Total",
        "opening": "Opening balance", "closing": "Closing balance",
        "favour": "in your favour", "and": "and", "nothing": "nothing",
        "disputed": "* In dispute, and not asked for here",
        "older": "Earlier", "this_month": "Due this month", "last_month": "Due last month",
        "months_ago": "Due {n} months ago", "days": "{a}–{b} days late", "over": "Over {a} days",
        "not_due": "Not due", "unapplied": "Not yet applied",
        "invoice": "Invoice", "credit_note": "Credit note", "payment": "Payment",
        "returned": "Payment returned or refunded", "write_off": "Written off",
        "kind_opening": "Balance carried forward", "adjustment": "Adjustment",
        "exchange": "Exchange difference",
    },
    "nl": {
        "statement": "Rekeningoverzicht", "postings": "Boekingen", "open": "Openstaande posten",
        "aging": "Naar ouderdom", "customer": "Klant", "number": "Klantnummer",
        "period": "Periode", "to": "tot en met", "balance": "Saldo", "only": "Alleen",
        "currency": "Munt",
        "day": "Datum", "what": "Soort", "document": "Document", "reference": "Referentie",
        "due": "Vervaldag", "debit": "Debet", "credit": "Credit", "issued": "Datum",
        "late": "Dagen te laat", "left": "Open", "total": "Totaal",
        "opening": "Beginsaldo", "closing": "Eindsaldo",
        "favour": "in uw voordeel", "and": "en", "nothing": "niets",
        "disputed": "* Betwist, en hier niet gevraagd",
        "older": "Vroeger", "this_month": "Vervallen deze maand",
        "last_month": "Vervallen vorige maand", "months_ago": "Vervallen {n} maanden geleden",
        "days": "{a}–{b} dagen te laat", "over": "Meer dan {a} dagen",
        "not_due": "Niet vervallen", "unapplied": "Nog niet toegewezen",
        "invoice": "Factuur", "credit_note": "Creditnota", "payment": "Betaling",
        "returned": "Teruggekeerde of terugbetaalde betaling", "write_off": "Afgeboekt",
        "kind_opening": "Overgedragen saldo", "adjustment": "Correctie",
        "exchange": "Koersverschil",
    },
    "fr": {
        "statement": "Extrait de compte", "postings": "Écritures", "open": "Postes ouverts",
        "aging": "Par ancienneté", "customer": "Client", "number": "Numéro de compte",
        "period": "Période", "to": "au", "balance": "Solde", "only": "Uniquement",
        "currency": "Devise",
        "day": "Date", "what": "Nature", "document": "Pièce", "reference": "Référence",
        "due": "Échéance", "debit": "Débit", "credit": "Crédit", "issued": "Date",
        "late": "Jours de retard", "left": "Ouvert", "total": "Total",
        "opening": "Solde initial", "closing": "Solde final",
        "favour": "en votre faveur", "and": "et", "nothing": "rien",
        "disputed": "* En litige, et non réclamé ici",
        "older": "Plus tôt", "this_month": "Échu ce mois-ci", "last_month": "Échu le mois dernier",
        "months_ago": "Échu il y a {n} mois", "days": "{a}–{b} jours de retard",
        "over": "Plus de {a} jours", "not_due": "Non échu", "unapplied": "Non encore imputé",
        "invoice": "Facture", "credit_note": "Avoir", "payment": "Paiement",
        "returned": "Paiement rejeté ou remboursé", "write_off": "Passage en perte",
        "kind_opening": "Solde reporté", "adjustment": "Régularisation",
        "exchange": "Différence de change",
    },
    "de": {
        "statement": "Kontoauszug", "postings": "Buchungen", "open": "Offene Posten",
        "aging": "Nach Alter", "customer": "Kunde", "number": "Kundennummer",
        "period": "Zeitraum", "to": "bis", "balance": "Saldo", "only": "Nur",
        "currency": "Währung",
        "day": "Datum", "what": "Art", "document": "Beleg", "reference": "Referenz",
        "due": "Fällig", "debit": "Soll", "credit": "Haben", "issued": "Datum",
        "late": "Tage überfällig", "left": "Offen", "total": "Summe",
        "opening": "Anfangssaldo", "closing": "Endsaldo",
        "favour": "zu Ihren Gunsten", "and": "und", "nothing": "nichts",
        "disputed": "* Strittig und hier nicht angefordert",
        "older": "Früher", "this_month": "Fällig in diesem Monat",
        "last_month": "Fällig im Vormonat", "months_ago": "Fällig vor {n} Monaten",
        "days": "{a}–{b} Tage überfällig", "over": "Über {a} Tage",
        "not_due": "Nicht fällig", "unapplied": "Noch nicht zugeordnet",
        "invoice": "Rechnung", "credit_note": "Gutschrift", "payment": "Zahlung",
        "returned": "Rücklastschrift oder Rückzahlung", "write_off": "Ausgebucht",
        "kind_opening": "Saldovortrag", "adjustment": "Korrektur",
        "exchange": "Kursdifferenz",
    },
}  # fmt: skip


def kind_of(kind: str, what: str, language: str) -> str:
    """Return what a document is called. what: it moved, of `metrics.review.movements`.

    >>> kind_of("payment", "returned", "en"), kind_of("opening", "adjusted", "de")
    ('Payment returned or refunded', 'Saldovortrag')
    """
    words = WORDS[language]
    if what == "returned":
        return words["returned"]
    return words["kind_opening" if kind == "opening" else kind]


def bucket_of(bucket: str, buckets: Buckets, language: str) -> str:
    """Return what a bucket of aging is called.

    >>> bucket_of("31-60", Buckets(), "de"), bucket_of("month_2", Buckets((), 3), "en")
    ('31–60 Tage überfällig', 'Due 2 months ago')
    """
    words = WORDS[language]
    if bucket in (NOT_DUE, UNAPPLIED, "older"):
        return words[bucket]
    if buckets.months:
        n = int(bucket.removeprefix("month_"))
        return (
            (words["this_month"], words["last_month"])[n]
            if n < 2
            else words["months_ago"].format(n=n)
        )
    if bucket.startswith("over_"):
        return words["over"].format(a=bucket.removeprefix("over_"))
    first, last = bucket.split("-")
    return words["days"].format(a=first, b=last)
