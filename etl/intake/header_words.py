"""The words of headers in English, Dutch, French and German, for etl/intake/headers.py.

Words stand between semicolons, without accents and punctuation.
"""

from __future__ import annotations

#: Amounts that say themselves that VAT is in them.
GROSS = """
    gross amount; amount gross; total gross; gross total; gross invoice amount; gross;
    total incl vat; total including vat; total inc vat; total incl tax; total incl; amount incl vat;
    amount including vat; amount inc vat; amount incl tax; amount incl; invoice amount incl vat;
    totaal incl btw; totaal inclusief btw; totaal incl; totaalbedrag incl btw; totaalbedrag
    inclusief btw; factuurbedrag incl btw; factuurbedrag inclusief btw; factuurtotaal incl btw;
    bedrag incl btw; bedrag inclusief btw; bedrag incl; incl btw; brutobedrag; bedrag bruto;
    bruto factuurbedrag; bruto; montant total ttc; total ttc; montant ttc; montant facture ttc;
    ttc; montant total tvac; total tvac; montant tvac; tvac; net a payer; gesamtbetrag brutto;
    rechnungsbetrag brutto; bruttorechnungsbetrag; bruttobetrag; betrag brutto; bruttosumme;
    gesamt brutto; gesamtbetrag inkl mwst; gesamt inkl mwst; betrag inkl mwst; betrag inkl ust;
    brutto"""

#: Amounts that say themselves that VAT is not in them.
NET = """
    net amount; amount net; total net; net total; net invoice amount; net value; net;
    amount excl vat; amount excluding vat; amount ex vat; amount excl tax; amount excl; total excl;
    total excl vat; total excluding vat; total ex vat; total excl tax; excl vat; untaxed amount;
    nettobedrag; netto bedrag; bedrag netto; netto factuurbedrag; totaal excl btw;
    totaal exclusief btw; totaal excl; totaalbedrag excl btw; factuurbedrag excl btw;
    factuurtotaal excl btw; bedrag excl btw; bedrag exclusief btw; bedrag excl; bedrag ex btw;
    excl btw; netto; montant ht; total ht; montant total ht; montant facture ht; ht; montant htva;
    total htva; htva; montant hors taxes; montant hors taxe; montant hors tva; hors taxes;
    montant net; nettobetrag; betrag netto; nettosumme; gesamt netto; rechnungsbetrag netto;
    nettorechnungsbetrag; gesamtbetrag netto; betrag exkl mwst; betrag ohne mwst;
    betrag zzgl mwst"""

#: Amounts that are the sum of others, where there are others.
TOTAL = """
    invoice total; total amount; total invoice amount; amount total; grand total; total;
    total signed; total in currency signed; totaalbedrag; totaal bedrag; totaal factuurbedrag;
    factuurtotaal; totaal; montant total; total facture; gesamtbetrag; gesamt"""

#: The amount of a payment; in a list of invoices, what was paid so far.
PAYMENT_AMOUNT = """
    payment amount; amount received; received amount; betaald bedrag; betaling bedrag;
    bedrag betaling; bedrag betaald; ontvangen bedrag; bedrag ontvangen; montant regle;
    montant encaisse; montant recu; montant du reglement; montant reglement; montant paiement;
    montant paye; zahlungsbetrag;
    receipt amount; amount collected; collected; ontvangst; encaissement"""

#: Alone they mean an amount of VAT, a VAT number or a rate: the cells tell which.
VAT_WORD = "vat; btw; tva; mwst; ust; mehrwertsteuer; umsatzsteuer; gst; tax"
VAT = f"""
    vat amount; amount vat; amount of vat; vat total; total vat; tax amount; total tax; tax total;
    sales tax; gst amount; btw bedrag; bedrag btw; totaal btw; btw totaal; montant tva; total tva;
    montant de la tva; mwst betrag; betrag mwst; ust betrag; steuerbetrag; {VAT_WORD}"""

#: A column of these says which document a payment is for.
PAID_DOCUMENT = """
        invoice reference; factuurreferentie; invoice allocated; applies to; for invoice;
        matched to; toegepast op; hoort bij; betreft factuur; afgeletterd met; facture reglee;
        facture liee; impute sur; imputation; zu rechnung; rechnungsbezug; ausgleich zu; bezug
"""
#: A reference that is the customers' own, or their number in the books: the cells tell which.
CUSTOMER_REF = """customer ref; customer reference; cust ref; client ref; client reference;
    klantreferentie; klant referentie; klantref; ref klant; referentie klant; debiteurreferentie;
    ref client; reference client; reference du client; ref du client; kundenreferenz; kunden ref;
    kundenref; ref kunde; referenz kunde; kd ref"""

#: The customer: its number, or its name where another column is the number.
CALLED = """customer; client; klant; debiteur; relatie; kunde; debitor; tiers; partner; debtor;
    afnemer"""

#: Our column -> their headers, in order of preference.
SYNONYMS: dict[str, str] = {
    "document_id": """
        document id; invoice number; invoice no; invoice nr; invoice num; invoice #; inv no;
        inv number; factuurnummer; factuurnr; factuur nr; factuur nummer; factuur no;
        numero de facture; numero facture; no facture; no de facture; n facture; n de facture;
        num facture; ref facture; reference facture; rechnungsnummer; rechnungsnr; rechnung nr;
        re nr; document number; document no; document nr; document num; documentno; doc no;
        doc number; doc id; documentnummer; documentnr; document code; docnumber; boekstuknummer;
        boekstuknr; boekstuk; stuknummer; stuknr; numero de piece; numero piece; no piece;
        n piece; num piece; piece; piece ref; belegnummer; belegnr; beleg nr; beleg;
        belegfeld 1; fin trs line invnumber; mut factuur; tran id; transaction number; num;
        number; nummer; name/number; invoice id; invoice; factuur nummer; facture; rechnung;
        voucher; accounting document; fin trs head number; entry number; credit note number;
        creditnotanummer; numero avoir; no avoir; n avoir; num avoir;
        avoir no; creditnota nr; credit note no; gutschrift nr; gutschriftsnr; gutschriftsnummer;
        billing document; numero; n; nr; no; doc; inv; bill; fact; stuk;
        bill no; trans no; voucher no; our invoice; factuur; faktuurnr; verkoopfactuurnr; fact
        nr; bonnummer; num fact; rgnr; rg nr; faktura; document; dokument""",
    "customer_id": f"""
        customer id; customer number; customer no; customer nr; customer code; customer num;
        cust number; cust no; cust id; custno; client id; client number; client code; client no;
        account number; contact account number; account code; klantnummer; klantnr; klant nr;
        klant nummer; klant id; klantcode; klant code; debiteurnummer; debiteurnr; debiteur nr;
        deb nr; debiteurennummer; debiteurennr; debiteurcode; relatienummer; relatienr;
        relatiecode; rel code; numero client; numero de client; no client; n client;
        n de client; num client; code client; id client; compte client; compte auxiliaire;
        code tiers; compte tiers; party id; account id;
        no tiers; auxiliaire; code auxiliaire; compte aux; no auxiliaire;
        kundennummer; kundennr; kunden nr; kunde nr;
        debitorennummer; debitorennr; debitoren nr; debitor nr; debitornr; debitorenkonto; debitor;
        fin trs line dim2; partner id id; partner id; contact id; bill to customer no;
        sell to customer no; sold to party; sold to; payer; entity id; account ref; debtor code;
        debtor number; debtor no; rek nr klant; kd nr; kdnr; personenkonto; kundenkonto; a/c;
        {CALLED}; account rp; entity; account""",
    "customer_name": """
        party name; party;
        customer name; customername; customer name1/2; customer name 1; name customer;
        client name; contact name; account name; klantnaam; naam klant; naam debiteur;
        debiteurnaam; debiteur naam; relatienaam; naam relatie; rel bedrijf; bedrijfsnaam;
        nom client; nom du client; nom tiers; raison sociale; intitule tiers; intitule client;
        intitule; intitule du client; intitule du tiers;
        denomination; kundenname; name kunde; debitorenname; debitorname; name des kunden;
        firmenname; firma; fin trs line dim2name; invoice partner display name; partner name;
        contact; naam; nom; name; name 1; company name; company;
        debtor name; sold to name; organisation; organization; naam afnemer; societe cliente;
        kurzname; nom d affichage du partenaire; bill to; bill to name; billed to; facture a;
        rechnungsempfanger; rechnungsempfaenger""",
    "kind": """
        kind; document type; doc type; doctype; type; invoice type; transaction type; tran type;
        move type; documentsoort; document soort; soort; soort document; boekingssoort; type piece;
        type de piece; type document; type de document; nature; nature piece; belegart; belegtyp;
        art; dokumenttyp; dokumentart; invoice class; class; accounting document type;
        trans type; soort stuk; genre; vorgang; typ""",
    "state": """
        status; state; invoice status; document status; payment status; invoice state; inv status;
        status invoice; docstatus; status name; factuurstatus; betaalstatus; betalingsstatus; staat;
        statut; statut facture; statut de paiement; statut paiement; etat; etat facture;
        etat de la facture; etat de paiement; etat du paiement; zahlungsstatus; rechnungsstatus;
        zustand; belegstatus; status der rechnung; bezahlstatus; estado; estado de la factura;
        estado de pago; estado factura; stato; stato fattura; stato pagamento; situacao; stan;
        status faktury; status platnosci; situation; stage; toestand""",
    "issued_on": """
        issued on; invoice date; invoicedate; invoice/bill date; inv date; factuurdatum;
        datum factuur; factuur datum; date de facture; date facture; date de facturation;
        date facturation; rechnungsdatum; rechnungs datum; document date; doc date;
        document create date 1; documentdatum; date du document; date document; date de piece;
        date piece; belegdatum; beleg datum; stukdatum; issue date; date of issue; uitgiftedatum;
        date d emission; date emission; ausstellungsdatum; bill date; billing date; date doc;
        document create date; baseline create date; tran date; transaction date; invoice creation
        date; mut datum; fin trs head date; boekdatum; boekingsdatum; posting date; pstng date;
        date comptable; date d ecriture; date ecriture; buchungsdatum; buchungs datum; entry date;
        valutadatum; value date; date valeur; date de valeur; wertstellung; day; dag;
        jour; tag; datum; date;
        dated; issued; tax date; fact datum; uitgereikt op; emise le; date fact; re datum; rg
        datum; ausgestellt am""",
    "due_on": """
        due on; due date; duedate; net due date; net due dt; invoice date due; due in date;
        date due; vervaldatum; verval datum; vervaldag; vervalt; vervalt op; uiterste
        betaaldatum; te betalen voor; date d echeance; date echeance; echeance; date dû;
        faelligkeitsdatum; falligkeitsdatum; faelligkeit; falligkeit; fallig am; faellig am;
        nettofalligkeit; nettofaelligkeit; zahlbar bis; netto falligkeit; fin trs line datedue;
        maturity date; payment due date; due; due by;
        pay by; payment due; maturity; betalen voor; verval; a payer avant; ech; exigible le;
        fallig; faellig""",
    "amount": f"""
        {GROSS}; invoice amount; document amount; factuurbedrag; rechnungsbetrag; montant facture;
        montant de la facture; {TOTAL}; amount; original amount; amount original; amount in doc
        curr; amount in document currency; amount in transaction currency; bedrag;
        oorspronkelijk bedrag; bedrag valuta; montant; montant initial; betrag; ursprungsbetrag;
        betrag in belegwahrung; betrag in belegwaehrung; umsatz; fin trs line valuesigned;
        foreign amount; amount fc; curr amount; transaction amount; settled amount;
        matched amount; allocated amount; amount matched; amount allocated; amount applied;
        applied amount; amount settled; toegewezen bedrag; bedrag toegewezen; afgeletterd bedrag;
        bedrag afgeletterd; montant lettre; montant impute; montant rapproche; zugeordneter betrag;
        ausgeglichener betrag; amount local currency; invoiced amount; amount invoiced;
        gefactureerd bedrag;
        billed; invoice value; rechnungssumme; endbetrag; amt; value; waarde; summe""",
    "amount in local currency": """
        amount in local currency; amt in loc cur; amount in lc; amount lcy; original amt lcy;
        amount dc; amount in company code currency; local amount; amount total signed;
        betrag in hauswahrung; betrag in hauswaehrung; betrag hauswahrung; bedrag in
        administratie valuta; fin trs line basevaluesigned; total signe;
        montant devise locale; montant en
        devise interne; amount eur; bedrag in eigen valuta""",
    "open_amount": """
        open amount; open balance; amount due; balance due; balance; outstanding amount;
        outstanding; remaining amount; amount remaining; amount residual; residual amount;
        total open amount; invoice amount due; open value; openstaand bedrag; openstaand;
        nog te betalen; restbedrag; open; open bedrag; outstanding balance; rest; remaining;
        unpaid amount; amount open; amount outstanding; open balance amount;
        openstaand saldo; saldo; montant restant; montant restant du;
        reste a payer; restant du; reste du; solde; solde du; montant ouvert; montant du;
        offener betrag; offen; offene posten; restbetrag; fin trs line openvaluesigned;
        noch offen; open bedrag; bedrag open; betrag offen; offen betrag; montant solde;
        still open; o/s; to pay; unpaid; encours; restant; te ontvangen; nog open; impaye;
        reste ouvert; offener posten; zu zahlen; te betalen""",
    "open_amount in local currency": """
        remaining amt lcy; remaining amount lcy; amount residual signed; amount due signed;
        fin trs line openbasevaluesigned; montant du signe""",
    "paid_amount": f"""
        paid amount; amount paid; invoice amount paid; {PAYMENT_AMOUNT}; montant deja paye;
        gezahlter betrag; reeds betaald; reeds voldaan; deja paye; deja regle; bereits bezahlt;
        paid; voldaan; betaald; paye; regle; acompte; bezahlt; gezahlt;
        received; paid to date; received to date; receipts; ontvangen; encaisse; acquitte;
        zahlungen; zahlbetrag; settled; payments; bezahlt betrag; bezahlter betrag;
        betrag bezahlt""",
    "discount": """
        discount taken; discount allowed; discount granted; cash discount; cash discount amount;
        payment discount; payment discount amount; early payment discount; settlement discount;
        discount amount; discount; korting genomen; genomen korting; betalingskorting;
        korting contant; contantkorting; financiele korting; korting bedrag; korting;
        escompte accorde; escompte deduit; escompte; montant escompte; skonto; skonto betrag;
        skontobetrag; gewahrter skonto; abgezogenes skonto; descuento por pronto pago; descuento;
        sconto cassa; sconto""",
    "paid_on": """
        paid on; fully paid on; fully paid on date; date paid; paid date; payment date;
        pmnt date; clearing date; clearing; clear date; settled date; settlement date;
        closed at date; last payment date; receipt date; date received; betaaldatum;
        betaald op; datum betaling;
        datum betaald; betalingsdatum; ontvangstdatum; ontvangen op; date de paiement;
        date paiement; date de reglement; date reglement; date regl; date rglt; paye le;
        regle le; date d encaissement; date encaissement; zahlungsdatum; zahldatum; bezahlt am;
        zahlungseingang; zahlung am; ausgleichsdatum; ausgleich am;
        bank date; settled on; paid at; settled at; date settled; cleared on;
        closed on; received on; date of payment; voldaan op;
        datum
        voldaan; encaisse le; solde le; ausgeglichen am; beglichen am; eingang am""",
    "currency": """
        currency; currency code; invoice currency; invoice currency code; document currency;
        transaction currency; doc currency; curr; currency id; curr code; munt; muntsoort;
        munteenheid; valutacode; devise; code devise; monnaie; wahrung; waehrung; wahrungscode;
        waehrungscode; belegwahrung; wkz umsatz; fin trs head curcode; iso code; idevise;
        valuta code; valuta;
        cur; ccy; whg; wkz""",
    "currency in local currency": """
        local currency; l curr; lcurr; hauswahrung; hauswaehrung; company code currency;
        devise locale; devise interne""",
    "rate": """
        rate; exchange rate; currency rate; fx rate; koers; wisselkoers; valutakoers; cours;
        taux de change; taux; cours de change; kurs; wechselkurs; umrechnungskurs; curate;
        currate""",
    "reference": f"""
        reference; your ref; your reference; ref; payment reference;
        external document no; external document number; assignment; referentie; uw referentie;
        uw kenmerk; kenmerk; betalingskenmerk; mededeling; betaalreferentie;
        gestructureerde mededeling; communication; communication structuree; votre reference;
        libelle; libelle ecriture; referenz; ihre referenz; ihr zeichen;
        verwendungszweck; buchungstext; memo; description; omschrijving; omschrijving factuur;
        text; message; your ref no; belegfeld 2; {PAID_DOCUMENT}; particulars; narration;
        narrative; details; tekst; toelichting; beschreibung;
        {CUSTOMER_REF}""",
    "po_number": """
        po number; po no; po #; p o; p o #; purchase order; purchase order number;
        purchaseorder; customer po; po num; bestelnummer; bestelbon; bestelbonnummer; inkooporder;
        inkoopordernummer; ordernummer klant; bon de commande; numero de commande; n commande;
        no commande; numero commande; bestellnummer; kundenbestellnummer; bestell nr""",
    "terms_days": """
        terms days; payment terms; payment terms days; payment terms in days; credit days; net days;
        days net; terms in days; betaaltermijn dagen; betaaltermijn in dagen;
        betalingstermijn dagen;
        kredietdagen; delai de paiement jours; delai jours; jours de credit; zahlungsziel tage;
        zahlungsziel in tagen; nettotage; zahlungsfrist tage;
        terms; term of payment; terms of payment; payment term;
        payment condition; payment condition description; payment terms code; cust payment terms;
        betalingstermijn; betaaltermijn; betaaltermijnen; betalingsvoorwaarden; betaalconditie;
        betalingsconditie; betaalvoorwaarde; betalingsvoorwaarde; delai de paiement; delai;
        conditions de paiement; condition de paiement; conditions de reglement; mode echeance;
        zahlungsbedingungen; zahlungsbedingung; zahlungsziel; zahlungsfrist; pay t; payt""",
    "ordered_on": """
        ordered on; order date; orderdatum; besteldatum; bestellingsdatum; date de commande;
        date commande; bestelldatum; auftragsdatum""",
    "delivered_on": """
        delivered on; delivery date; leverdatum; leveringsdatum; date de livraison; date
        livraison; lieferdatum; ship date; shipping date; verzenddatum""",
    "salesperson": """
        salesperson; sales person; salesperson code; sales rep; salesrep; sales representative;
        account manager; accountmanager; vertegenwoordiger; verkoper; commercial; representant;
        vendeur; vertreter; verkaufer; verkaeufer; aussendienst; rep; invoice user id; user id""",
    "disputed": """
        disputed; disputed item; dispute; in dispute; betwist; betwisting; geschil; litige;
        en litige; conteste; strittig; streitig; reklamation; klacht""",
    "country": """
        country; country code; countrycode; billing country; bill to country; country region
        code; po country; land; landcode; land code; landencode; pays; code pays;
        landerkennzeichen; laenderkennzeichen; landercode; laendercode; country id; cntry""",
    "sector": """
        sector; nace; nace code; nace 2025; sic; sic code; uk sic; us sic; naics; naics code;
        nacecode; nacebel; nacebel code; sector code; industry code;
        industry; sbi; sbi code; sbi2008; bedrijfstak; branche; branchecode; sector nace;
        secteur nace;
        secteur; code nace; code naf; naf; ape; code ape; secteur d activite; wz code; wz2008;
        wirtschaftszweig; activity code; sectorcode""",
    "segment": """
        segment; customer segment; customer group; klantgroep; klantengroep; klantsegment;
        customer category; category; categorie; groupe client; groupe de clients;
        categorie client; famille client; kundengruppe; kundensegment; kundenklasse;
        customer class; customer posting group; customer type; classification; classificatie""",
    "parent_id": """
        parent id; parent; parent customer; parent company; parent account; parent number;
        moederbedrijf; moedermaatschappij; hoofddebiteur; hoofdklant; concern; societe mere;
        maison mere; compte groupe; code groupe; muttergesellschaft; konzern; head office;
        customer parent; parent code; group head""",
    "credit_limit": """
        credit limit; creditlimit; kredietlimiet; kredietlimit; limiet; limite de credit;
        plafond; plafond de credit; plafond credit; encours autorise; encours maximum;
        encours max; kreditlimit; kreditlinie; credit limit lcy""",
    "insured_limit": """
        insured limit; insured amount; credit insurance limit; insurance limit; insured;
        verzekerde limiet; verzekerd bedrag; kredietverzekering; limite assuree;
        montant assure; encours assure; garantie; assurance credit; versicherte limite;
        versicherungssumme; versichertes limit""",
    "agreed_terms_days": """
        agreed terms days; agreed terms; agreed payment terms; contractual terms; contract terms;
        standard terms; overeengekomen termijn; afgesproken termijn; afgesproken betaaltermijn;
        overeengekomen betaaltermijn; contractuele termijn; delai convenu; delai contractuel;
        conditions convenues; vereinbartes zahlungsziel; vereinbarte frist""",
    "iban": """
        iban; iban nr; iban number; iban nummer; bankrekening; rekeningnummer;
        compte bancaire""",
    "counterparty": "counterparty; counterparty name; naam tegenpartij; nom contrepartie",
    "counterparty_iban": """
        counterparty account; counterparty iban; rekening tegenpartij; tegenrekening;
        compte contrepartie; iban tegenpartij""",
    "rating": """
        rating; credit rating; credit score; score; risk class; risico; risicoklasse;
        kredietscore; note; cotation; notation; bonitat; bonitaet; bonitatsindex; risk category;
        kredietrating""",
    "vat_number": """
        vat number; vat no; vat registration no; vat reg no; vat id; tax id; tax number;
        btw nummer; btw nr; ondernemingsnummer; kvk; kvk nummer; company number;
        numero tva; no tva; n tva; tva intracommunautaire; numero de tva; siren; siret;
        numero d entreprise; ust id; ust idnr; ust id nr; umsatzsteuer id; ustid; vat; btw; tva""",
    "cost": """
        cost; cost amount; cost of sales; cost of goods sold; cogs; kostprijs; kosten;
        inkoopwaarde; cout; cout de revient; prix de revient; kosten wareneinsatz; wareneinsatz;
        einstandswert""",
    "debit": """
        debit; debet; soll; debit amount; bedrag debet; montant debit; sollbetrag;
        debits; dr; umsatz soll; betrag soll""",
    "credit": """
        credit; haben; credit amount; bedrag credit; montant credit; habenbetrag; avoirs;
        credits; cr; umsatz haben; betrag haben""",
    "dc_flag": """
        dc flag; d c; dc; debit credit; debit/credit ind; debit/credit indicator; debet credit;
        debit/credit; soll haben; soll/haben kennzeichen; soll haben kennzeichen; s h; sens;
        d k; sh kennzeichen; dc indicator; debet/credit; af bij; credit/debit;
        dr/cr; dr cr; cr/dr; cr dr; sign""",
    "journal": """
        journal; code journal; journal code; journalcode; journal name; libelle journal; jnl;
        journal type; type journal; dagboek; dagboekcode; dagboek code; code dagboek; dagboeknr;
        dagboeknummer; dagboek nummer; dagboek omschrijving; dagboeknaam; day book; journaal;
        code jrnl; jrnl""",
    "match_code": """
        match code; matching; matchcode; match no; matchno; clearing document; clrng doc;
        clearing accounting document; lettrage; lettre; code lettrage; ecriture let;
        afletter code; afletteren; afpuntcode; afpuntnummer; fin trs line matchnumber;
        ausgleichsbeleg; ausgleich; matching number; reconciliation number""",
    "matched_on": """
        matched on; date let; date lettrage; date de lettrage; match date; matching date;
        fin trs line matchdate; afletterdatum; afpuntdatum; reconciled on; allocation date;
        application date; zuordnungsdatum; zugeordnet am""",
    "instalment": """
        instalment; installment; instalment no; installment no; termijn; termijnnummer; termijnnr;
        numero d echeance; no echeance; rate nr; ratennummer; teilbetrag nr;
        rate no; tranche; teilzahlung nr; n echeance""",
    "debit_id": """
        debit id; matched invoice; invoice matched; applied to invoice; debit document;
        debit number; toegepast op factuur; facture lettree; applied to; debetstuk""",
    "credit_id": """
        credit id; payment number; payment no; payment id; receipt doc no; receipt number;
        receipt no; betalingsnummer; betaalnummer; betaalnr; numero de paiement; numero paiement;
        numero reglement; numero de reglement; zahlungsnummer; zahlungsnr; credit document;
        creditstuk;
        ontvangstnr; n reglement; n de paiement; n d encaissement""",
}  # fmt: skip

#: Dimension -> headers of columns that say it. They only split figures: a column is taken for one
#: where nothing else is read from it, and nothing stands open about it.
DIMENSIONS: dict[str, str] = {
    "company": """
        company; company code; company name; our company; own company; entity; legal entity;
        administration; administratie; bedrijf; vennootschap; firma; dossier; societe; code societe;
        mandant; buchungskreis; gesellschaft; bukrs; subsidiary; empresa; azienda;
        business entity; eigen bedrijf; notre societe; unser unternehmen""",
    "branch": """
        branch; branch code; branch name; business unit; division; etablissement; cost center;
        cost centre; cost center code; cost centre code; department; profit center; profit centre;
        vestiging; filiaal; filiaalnummer; kostenplaats; kostenplaatscode; kostenplaats code;
        afdeling; agence; code agence; succursale; centre de cout; centre de couts; centre de frais;
        section analytique; axe analytique; kostenstelle; kostenstellen; kost1; kostenstelle 1;
        kst; niederlassung; filiale; zweigstelle; geschaftsbereich; geschaeftsbereich; abteilung;
        profitcenter; gsber; business area""",
    "project": """
        project; project code; project number; project no; project id; project name; job; job no;
        job number; projectcode; projectnummer; projectnr; werf; werfnummer; projet; code projet;
        numero de projet; numero projet; no projet; affaire; code affaire; chantier; projekt;
        projektnummer; projektnr; projektcode; bauvorhaben; kost2; kostentrager; kostentraeger""",
    "territory": """
        territory; sales territory; sales region; sales area; region; regio; verkoopgebied;
        rayon; verkoopregio; gebied; territoire; secteur commercial; zone; zone commerciale;
        region commerciale; vertriebsgebiet; verkaufsgebiet; gebiet; verkaufsregion""",
    "account": """
        receivables account; receivable account; debit to; debtors account; control account;
        reconciliation account; gl account; g/l account; ledger account; debiteurenrekening;
        grootboekrekening; grootboekrekening debiteuren; collectief; compte general; comptenum;
        compte collectif; sammelkonto; abstimmkonto; forderungskonto; sachkonto; hkont""",
    "payment_terms": """
        payment terms template; payment term template; terms template; payment terms name;
        payment terms description; naam betalingstermijn; omschrijving betalingsconditie;
        libelle conditions de paiement; libelle condition de paiement; modele d echeance;
        modele de conditions de paiement; bezeichnung zahlungsbedingung; zahlungsbedingung text;
        zahlungsbedingungstext""",
}  # fmt: skip

#: Headers that show a row to be one line of an invoice, with the invoice's total repeated.
LINE_ITEM = """quantity; qty; unit amount; unit price; item name; item price; item total;
    line amount; inventory item code; item; product; aantal; prijs per stuk; artikel;
    artikelnummer; quantite; prix unitaire; designation; menge; einzelpreis; invoice line;
    invoice lines; product name; line no; line number; regelnummer"""

#: Headers of a list of payments: a day or an amount that only a payment has.
PAYMENT = f"""payment date; date paid; receipt date; date received; betaaldatum; datum betaling;
    betalingsdatum; ontvangstdatum; date de paiement; date paiement; date de reglement;
    date reglement; date d encaissement; date encaissement; zahlungsdatum; zahldatum;
    zahlungseingang; {PAYMENT_AMOUNT}; payment number; payment no; payment id; receipt doc no;
    receipt number; receipt no; betalingsnummer; betaalnummer; numero de paiement; numero paiement;
    numero reglement; numero de reglement; zahlungsnummer; paid on; paid date; betaald op;
    received on; encaisse le; eingang am"""
