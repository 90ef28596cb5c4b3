"""E-invoices of Poland, Italy and Sweden: what their parts mean, counted by hand."""

from datetime import date
from decimal import Decimal

import pytest

from data.store.state import Store
from etl.load.run import load
from tests import goldens
from tests.einvoices import SAMPLES, document, query
from tests.goldens import staged

D, Y = Decimal, date.fromisoformat
FA_3 = SAMPLES / "ksef" / "fa_3.xml"
PA = SAMPLES / "fatturapa" / "IT01234567890_00001.xml"
SVE = SAMPLES / "svefaktura" / "faktura.xml"


def changed(path, tmp_path, *pairs):
    return goldens.changed(path, tmp_path / "changed.xml", *pairs)


def test_ksef_counts_what_is_left_to_pay(tmp_path):
    found = document(FA_3)
    # 1,000.00 and 50.00 for pallets; 200.00 and 100.00 are paid
    assert (found["amount"], found["paid_amount"], found["paid_on"]) == (
        D("1050.00"), D("300.00"), Y("2026-03-01"))  # fmt: skip
    assert (found["customer_id"], found["terms_days"]) == ("K-104", 14)
    store = Store(tmp_path / "store")
    assert load([FA_3], store).ok
    assert query(store, "select ledger_balance from about") == [(D("750.00"),)]
    assert query(store, "select due_on from documents where kind = 'invoice'") == [
        (Y("2026-03-16"),)
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<DoZaplaty>1050.00</DoZaplaty>", "", {"amount": D("1000.00")}),
        ("<DoZaplaty>1050.00</DoZaplaty>", "<DoRozliczenia>40.00</DoRozliczenia>",
         {"amount": D("-40.00"), "kind": "credit_note"}),
        ("wystawienie faktury", "dostawa towaru", {"terms_days": None}),
        ("<TerminOpis>", "<Termin>2026-04-01</Termin><TerminOpis>", {"due_on": Y("2026-04-01")}),
        ("<ZnacznikZaplatyCzesciowej>1</ZnacznikZaplatyCzesciowej>",
         "<Zaplacono>1</Zaplacono><DataZaplaty>2026-03-02</DataZaplaty>",
         {"paid_amount": D("1050.00"), "paid_on": Y("2026-03-02")}),
    ],
)  # fmt: skip
def test_other_ways_of_ksef(tmp_path, old, new, expected):
    found = document(changed(FA_3, tmp_path, (old, new)))
    assert {name: found.get(name) for name in expected} == expected


def test_a_correction_lowers_the_invoice_that_it_names(tmp_path):
    corrected = changed(
        FA_3, tmp_path, ("FV/2026/03/11", "FV/2025/10/90"), ("EUR", "PLN"),
        ("<KodUE>BE</KodUE><NrVatUE>0811122215</NrVatUE>", "<NIP>1060000062</NIP>"),
        ("<NrKlienta>K-104</NrKlienta>", ""), ("2026-03-02<", "2025-10-30<"),
    )  # fmt: skip
    store = Store(tmp_path / "store")
    load([corrected, SAMPLES / "ksef" / "fa_2_korekta.xml"], store)
    assert query(
        store, "select method, amount_currency from matches where method = 'reference'"
    ) == [("reference", D("246.00"))]


def test_fatturapa_leaves_out_what_the_customer_keeps_back(tmp_path):
    store = Store(tmp_path / "store")
    assert load([PA], store).ok
    # 1,220.00 less 200.00 withheld; 122.00 less 22.00 paid to the state; 61.00 credited
    assert query(
        store, "select document_id, amount, due_on from documents order by document_id"
    ) == [
        ("12/2026", D("1020.00"), Y("2026-03-31")),
        ("13/2026", D("-61.00"), Y("2026-01-20")),
        ("14/2026", D("100.00"), Y("2026-03-07")),
    ]
    assert query(store, "select ledger_balance from about") == [(D("1059.00"),)]


def test_fatturapa_without_payments_asked_for(tmp_path):
    path = changed(PA, tmp_path, ("ImportoPagamento>", "Altro>"))
    connection, (reading,) = staged(path)
    assert connection.execute(
        "select document_id, amount from staged_documents order by line"
    ).fetchall() == [("12/2026", D("1020.00")), ("13/2026", D("-61.00")), ("14/2026", D("100.00"))]
    assert reading.left_out == {"invoices that a company writes to itself for its purchases": 1}


SIMPLE = """<p:FatturaElettronicaSemplificata versione="FSM10"
 xmlns:p="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.0">
<FatturaElettronicaHeader><CedentePrestatore><IdFiscaleIVA><IdPaese>IT</IdPaese>
<IdCodice>01234567890</IdCodice></IdFiscaleIVA><Denominazione>A</Denominazione></CedentePrestatore>
<CessionarioCommittente><IdentificativiFiscali><CodiceFiscale>XYZ</CodiceFiscale>
</IdentificativiFiscali><AltriDatiIdentificativi><Nome>B</Nome><Cognome>C</Cognome>
</AltriDatiIdentificativi></CessionarioCommittente></FatturaElettronicaHeader>
<FatturaElettronicaBody><DatiGenerali><DatiGeneraliDocumento><TipoDocumento>{code}</TipoDocumento>
<Divisa>EUR</Divisa><Data>2026-01-15</Data><Numero>7</Numero></DatiGeneraliDocumento></DatiGenerali>
<DatiBeniServizi><Importo>61.00</Importo></DatiBeniServizi>
<DatiBeniServizi><Importo>39.00</Importo></DatiBeniServizi></FatturaElettronicaBody>
</p:FatturaElettronicaSemplificata>"""


@pytest.mark.parametrize(("code", "amount"), [("TD07", "100.00"), ("TD08", "-100.00")])
def test_the_simplified_one(tmp_path, code, amount):
    path = tmp_path / "a.xml"
    path.write_text(SIMPLE.format(code=code), encoding="utf-8")
    found = document(path)
    assert (found["customer_id"], found["amount"]) == ("XYZ", D(amount))


def test_svefaktura_is_rounded_once(tmp_path):
    assert document(SVE)["amount"] == D("1249.00")
    enveloped = changed(
        SVE, tmp_path, ("<Invoice xmlns", ('<e:ObjectEnvelope xmlns:e="urn:sfti:documents:'
        'ObjectEnvelope:1:0"><Invoice xmlns')), ("</Invoice>", "</Invoice></e:ObjectEnvelope>"),
    )  # fmt: skip
    assert document(enveloped)["document_id"] == "2026-118"
    store = Store(tmp_path / "store")
    assert load([SVE.parent], store).ok
    assert query(store, "select ledger_balance from about") == [(D("999.00"),)]
    assert query(store, "select method from matches") == [("reference",)]
