"""What packages and people write: headers, kinds, states, yes and no, in several languages."""

from __future__ import annotations

from random import Random

#: Language -> our column -> headers, the plainest first.
HEADERS: dict[str, dict[str, str]] = {
    "en": {
        "number": "Invoice number; Invoice No.; Invoice #; Document No.; Doc. number; inv_no;"
        " InvoiceID; Bill No; Trans No; Voucher No.; Our invoice",
        "customer_no": "Customer number; Customer No.; Cust. no; Account code; A/C; Account Ref;"
        " cust_id; Debtor code; Client ID; Bill-to Customer No.; Sold-to;"
        " Customer ref",
        "customer": "Customer name; Customer; Name; Account name; Client; Debtor; Sold to name;"
        " customer_name; Company name; Organisation",
        "date": "Invoice date; Date; Document Date; Inv. date; Posting Date; Issued; Issue Date;"
        " Tax date; Bill date; invoice_date; Dated",
        "due": "Due date; Due; Net due date; Payment due; Pay by; due_date; Maturity; Due on",
        "amount": "Amount; Total; Invoice amount; Gross; Total incl. VAT; Invoice total; Amt;"
        " Original amount; Gross amount; amount_total; Value; Invoice value; Billed",
        "open": "Open amount; Outstanding; Balance; Amount due; Remaining; Open balance;"
        " Balance due; O/S; Unpaid; To pay; amount_residual; Still open",
        "paid": "Amount paid; Paid amount; Paid; Received; Settled; Payments; Paid to date;"
        " Amount received; Receipts",
        "paid_on": "Paid on; Payment date; Date paid; Clearing date; Settled on; Receipt date;"
        " Cleared; Closed on; Date of payment; Paid date",
        "paid_flag": "Paid; Paid?; Is paid; Settled; Fully paid; Cleared",
        "status": "Status; State; Payment status; Invoice status; Situation; Stage",
        "kind": "Type; Document type; Kind; Doc. type; Transaction type; Class; Trans type",
        "credit_flag": "Credit; Credit note; Is credit; Is credit note; CN",
        "debit": "Debit; Dr; Debits; Debit amount",
        "credit": "Credit; Cr; Credits; Credit amount",
        "dc": "D/C; Dr/Cr; DC; Sign; Debit/Credit",
        "reference": "Reference; Applies to; Invoice reference; Applied to; Ref; For invoice",
        "text": "Description; Text; Details; Narrative; Particulars; Memo",
        "pay_number": "Payment number; Receipt no; Payment ID; Receipt; Voucher; Transaction ID",
        "pay_date": "Payment date; Date; Received on; Receipt date; Date received; Value date;"
        " Paid on; Bank date",
        "pay_amount": "Amount; Amount received; Payment amount; Amount paid; Paid; Received;"
        " Receipt amount; Collected",
        "pay_invoice": "Invoice number; Invoice; Invoice No.; Applied to; Invoice reference;"
        " For invoice; Document; Matched to",
        "pay_kind": "Type; Kind; Payment type; Transaction type; Event",
        "company": "Company; Company code; Entity; Legal entity; Own company; Administration",
        "currency": "Currency; Cur; Curr.; CCY; Currency code",
        "instalment": "Instalment; Instalment no; Rate no; Term",
        "article": "Item; Product; Description; Item name",
        "quantity": "Quantity; Qty; Units",
        "line_amount": "Line amount; Line total; Item total; Net line",
    },
    "nl": {
        "number": "Factuurnummer; Factuurnr.; Factuur; Documentnummer; Boekstuk; Faktuurnr;"
        " Verkoopfactuurnr; Fact.nr; Bonnummer",
        "customer_no": "Klantnummer; Klantnr.; Debiteurnummer; Deb.nr.; Relatiecode; Klantcode;"
        " Debiteur; Rek.nr. klant; Relatie; Ref. klant",
        "customer": "Klantnaam; Naam; Klant; Naam debiteur; Debiteur; Bedrijfsnaam; Relatienaam;"
        " Afnemer",
        "date": "Factuurdatum; Datum; Boekdatum; Factuur datum; Documentdatum; Datum factuur;"
        " Fact.datum; Uitgereikt op",
        "due": "Vervaldatum; Vervaldag; Vervalt op; Betalen voor; Uiterste betaaldatum; Verval",
        "amount": "Bedrag; Factuurbedrag; Totaal incl. btw; Totaal; Bedrag incl.; Brutobedrag;"
        " Factuurtotaal; Oorspronkelijk bedrag; Waarde",
        "open": "Openstaand bedrag; Openstaand; Saldo; Restbedrag; Nog te betalen; Open; Restant;"
        " Te ontvangen",
        "paid": "Betaald bedrag; Betaald; Reeds betaald; Ontvangen; Voldaan; Reeds voldaan",
        "paid_on": "Betaald op; Betaaldatum; Datum betaling; Voldaan op; Ontvangstdatum;"
        " Datum voldaan; Afgeletterd op",
        "paid_flag": "Betaald; Voldaan; Betaald?; Is betaald",
        "status": "Status; Factuurstatus; Toestand; Betaalstatus; Stand",
        "kind": "Soort; Type; Documentsoort; Soort stuk; Boekingssoort",
        "credit_flag": "Credit; Creditnota; Is credit; Creditfactuur",
        "debit": "Debet; Bedrag debet",
        "credit": "Credit; Bedrag credit",
        "dc": "D/C; Debet/Credit; DC; Af/Bij",
        "reference": "Referentie; Toegepast op; Factuurreferentie; Kenmerk; Hoort bij",
        "text": "Omschrijving; Tekst; Toelichting",
        "pay_number": "Betalingsnummer; Betaalnr.; Boekingsnr; Ontvangstnr",
        "pay_date": "Betaaldatum; Datum; Ontvangen op; Datum betaling; Valutadatum",
        "pay_amount": "Bedrag; Ontvangen bedrag; Betaald bedrag; Betaling; Ontvangst",
        "pay_invoice": "Factuurnummer; Factuur; Factuurnr.; Afgeletterd met; Betreft factuur",
        "pay_kind": "Soort; Type; Soort betaling",
        "company": "Administratie; Bedrijf; Vennootschap; Entiteit",
        "currency": "Valuta; Munt; Val.",
        "instalment": "Termijn; Termijnnr.",
        "article": "Artikel; Product; Omschrijving",
        "quantity": "Aantal; Hoeveelheid",
        "line_amount": "Regelbedrag; Bedrag regel; Regeltotaal",
    },
    "fr": {
        "number": "N° de facture; N° facture; Facture; Numéro; N° pièce; Réf. facture; Num. fact.;"
        " Pièce",
        "customer_no": "N° client; Code client; Compte client; N° de client; Code tiers; Tiers;"
        " Réf. client",
        "customer": "Nom du client; Client; Nom; Raison sociale; Intitulé; Société cliente",
        "date": "Date de facture; Date; Date facture; Date d'émission; Date de pièce; Émise le;"
        " Date fact.",
        "due": "Date d'échéance; Échéance; À payer avant; Date échéance; Éch.; Exigible le",
        "amount": "Montant TTC; Montant; Total TTC; Montant facture; Total; Montant initial; TTC",
        "open": "Reste à payer; Solde; Solde dû; Montant restant; Restant dû; Impayé; Encours;"
        " Reste dû",
        "paid": "Montant payé; Payé; Déjà réglé; Réglé; Montant réglé; Encaissé; Acquitté",
        "paid_on": "Payé le; Date de paiement; Date de règlement; Réglé le; Encaissé le; Soldé le;"
        " Lettré le",
        "paid_flag": "Payée; Réglée; Payé; Soldée; Acquittée",
        "status": "Statut; État; Statut de paiement; Situation",
        "kind": "Type; Type de pièce; Nature; Type document; Genre",
        "credit_flag": "Avoir; Est un avoir; Crédit",
        "debit": "Débit; Montant débit",
        "credit": "Crédit; Montant crédit",
        "dc": "D/C; Sens; Débit/Crédit",
        "reference": "Référence; Facture lettrée; Réf.; Facture liée; Imputé sur",
        "text": "Libellé; Description; Désignation",
        "pay_number": "N° règlement; N° de paiement; N° d'encaissement",
        "pay_date": "Date de paiement; Date; Date de règlement; Encaissé le; Date de valeur",
        "pay_amount": "Montant; Montant réglé; Montant payé; Encaissement; Règlement",
        "pay_invoice": "N° de facture; Facture; N° facture; Facture réglée; Imputation",
        "pay_kind": "Type; Nature; Mouvement",
        "company": "Société; Entité; Dossier; Établissement",
        "currency": "Devise; Monnaie; Dev.",
        "instalment": "N° échéance; Tranche",
        "article": "Article; Produit; Désignation",
        "quantity": "Quantité; Qté",
        "line_amount": "Montant ligne; Total ligne",
    },
    "de": {
        "number": "Rechnungsnummer; Rechnungsnr.; Rechnung; Belegnr.; Beleg; Re.-Nr.; RgNr;"
        " Belegnummer; Faktura",
        "customer_no": "Kundennummer; Kundennr.; Debitor; Debitorennr.; Kd.-Nr.; KdNr; Konto;"
        " Personenkonto; Kunden-Ref.",
        "customer": "Kundenname; Kunde; Name; Firma; Debitorname; Kurzname",
        "date": "Rechnungsdatum; Datum; Belegdatum; Re.-Datum; Ausgestellt am; Rg.-Datum",
        "due": "Fälligkeitsdatum; Fällig am; Zahlbar bis; Fälligkeit; Fällig; Netto-Fälligkeit",
        "amount": "Betrag; Rechnungsbetrag; Bruttobetrag; Brutto; Gesamtbetrag; Gesamt; Summe;"
        " Rechnungssumme; Endbetrag",
        "open": "Offener Betrag; Offen; Restbetrag; Saldo; Noch offen; Offener Posten; Rest;"
        " Zu zahlen",
        "paid": "Gezahlter Betrag; Bezahlt; Gezahlt; Zahlungen; Bereits bezahlt; Zahlbetrag",
        "paid_on": "Bezahlt am; Zahlungsdatum; Zahldatum; Ausgleichsdatum; Ausgeglichen am;"
        " Beglichen am",
        "paid_flag": "Bezahlt; Beglichen; Bezahlt?; Ausgeglichen",
        "status": "Status; Zustand; Zahlungsstatus; Rechnungsstatus",
        "kind": "Belegart; Art; Typ; Belegtyp; Vorgang",
        "credit_flag": "Gutschrift; Ist Gutschrift",
        "debit": "Soll; Sollbetrag; Umsatz Soll",
        "credit": "Haben; Habenbetrag; Umsatz Haben",
        "dc": "S/H; Soll/Haben; SH; Soll/Haben-Kennzeichen",
        "reference": "Referenz; Rechnungsbezug; Bezug; Ausgleich zu",
        "text": "Buchungstext; Text; Beschreibung",
        "pay_number": "Zahlungsnummer; Zahlungsnr.; Eingangsnr.",
        "pay_date": "Zahlungsdatum; Datum; Eingang am; Wertstellung; Zahlungseingang",
        "pay_amount": "Betrag; Zahlungsbetrag; Gezahlt; Eingang",
        "pay_invoice": "Rechnungsnummer; Rechnung; Rechnungsnr.; Zu Rechnung; Ausgleich",
        "pay_kind": "Art; Typ; Vorgang",
        "company": "Mandant; Firma; Buchungskreis; Gesellschaft",
        "currency": "Währung; Whg.; WKZ",
        "instalment": "Rate; Teilzahlung Nr.",
        "article": "Artikel; Produkt; Bezeichnung",
        "quantity": "Menge; Anzahl",
        "line_amount": "Positionsbetrag; Zeilenbetrag",
    },
}
#: Language -> kind of a row -> words, the plainest first.
KINDS: dict[str, dict[str, str]] = {
    "en": {"invoice": "Invoice; INV; Sales invoice", "credit": "Credit note; CN; Credit memo",
           "payment": "Payment; Receipt; PMT", "refund": "Refund; Chargeback; Reversal"},
    "nl": {"invoice": "Factuur; Verkoopfactuur; F", "credit": "Creditnota; Creditfactuur; CN",
           "payment": "Betaling; Ontvangst", "refund": "Terugbetaling; Storno; Stornering"},
    "fr": {"invoice": "Facture; FA; Facture client", "credit": "Avoir; Note de crédit; AV",
           "payment": "Règlement; Paiement; Encaissement",
           "refund": "Remboursement; Rejet; Impayé"},
    "de": {"invoice": "Rechnung; RE; Ausgangsrechnung",
           "credit": "Gutschrift; GS; Rechnungskorrektur",
           "payment": "Zahlung; Zahlungseingang; ZA",
           "refund": "Rückzahlung; Rücklastschrift; Storno"},
}  # fmt: skip
#: Language -> state of an invoice -> words that mean nothing else.
STATES: dict[str, dict[str, str]] = {
    "en": {"open": "Open; Unpaid; Sent; Outstanding; Awaiting payment; Overdue",
           "paid": "Paid; Closed; Settled; Paid in full; Cleared",
           "part": "Partially paid; Part paid; Partial", "written_off": "Written off; Bad debt",
           "void": "Void; Cancelled; Voided", "draft": "Draft; Proforma; Quote"},
    "nl": {"open": "Open; Openstaand; Verzonden; Onbetaald; Te betalen",
           "paid": "Betaald; Voldaan; Afgesloten; Afgehandeld",
           "part": "Deels betaald; Gedeeltelijk betaald", "written_off": "Afgeboekt; Oninbaar",
           "void": "Geannuleerd; Nietig", "draft": "Concept; Offerte; Klad"},
    "fr": {"open": "Ouverte; Impayée; Envoyée; À payer; Échue",
           "paid": "Payée; Réglée; Soldée; Acquittée",
           "part": "Partiellement payée; Réglée en partie",
           "written_off": "Passée en perte; Irrécouvrable", "void": "Annulée",
           "draft": "Brouillon; Devis"},
    "de": {"open": "Offen; Unbezahlt; Versendet; Überfällig",
           "paid": "Bezahlt; Beglichen; Ausgeglichen; Erledigt",
           "part": "Teilweise bezahlt; Teilbezahlt", "written_off": "Ausgebucht; Abgeschrieben",
           "void": "Storniert; Ungültig", "draft": "Entwurf; Angebot"},
    "es": {"open": "Pendiente; Abierta; Impagada; Enviada", "paid": "Pagada; Cobrada; Liquidada",
           "part": "Parcialmente pagada", "written_off": "Incobrable; Dada de baja",
           "void": "Anulada", "draft": "Borrador"},
    "it": {"open": "Aperta; Da pagare; Non pagata; Inviata", "paid": "Pagata; Saldata; Incassata",
           "part": "Parzialmente pagata", "written_off": "Stralciata; Inesigibile",
           "void": "Annullata", "draft": "Bozza"},
    "pt": {"open": "Em aberto; Por pagar; Pendente", "paid": "Paga; Liquidada; Recebida",
           "part": "Parcialmente paga", "written_off": "Incobrável", "void": "Anulada; Cancelada",
           "draft": "Rascunho"},
    "pl": {"open": "Nieopłacona; Otwarta; Do zapłaty", "paid": "Opłacona; Zapłacona; Rozliczona",
           "part": "Częściowo opłacona", "written_off": "Spisana; Umorzona", "void": "Anulowana",
           "draft": "Szkic; Robocza"},
}  # fmt: skip
#: What nobody can know the meaning of.
UNKNOWN_STATES = "Phase 3; XR7; Blauw; Zeta"
YES_NO = {
    "yes": "Yes; No", "y": "Y; N", "true": "True; False", "one": "1; 0", "x": "X; ",
    "ja": "Ja; Nee", "oui": "Oui; Non", "jawohl": "J; N", "vrai": "VRAI; FAUX",
}  # fmt: skip
#: Words of totals and balances at the foot or among the rows.
TOTALS = {"en": "Total", "nl": "Totaal", "fr": "Total", "de": "Summe"}
SUBTOTALS = {"en": "Subtotal", "nl": "Subtotaal", "fr": "Sous-total", "de": "Zwischensumme"}
BALANCES = {
    "en": ("Opening balance", "Closing balance"), "nl": ("Beginsaldo", "Eindsaldo"),
    "fr": ("Solde initial", "Solde final"), "de": ("Anfangssaldo", "Endsaldo"),
}  # fmt: skip


def listed(text: str) -> list[str]:
    """Return the words between semicolons."""
    return [word.strip() for word in text.split(";")]


def word(text: str, random: Random | None) -> str:
    """Return the plainest of the words, or another at random."""
    first, *others = listed(text)
    return random.choice(others) if random is not None and others else first
