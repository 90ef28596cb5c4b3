"""SAF-T files of billing and of accounting of one company: the same receivables count once."""

from decimal import Decimal

import pytest

from data.store.state import Store
from etl.load.run import load

D = Decimal
HEAD = """<AuditFile xmlns="urn:OECD:StandardAuditFile-Tax:PT_1.04_01"><Header>
<AuditFileVersion>1.04_01</AuditFileVersion><TaxRegistrationNumber>{number}</TaxRegistrationNumber>
<CompanyAddress><Country>PT</Country></CompanyAddress><FiscalYear>2026</FiscalYear>
<StartDate>{since}</StartDate><EndDate>{upto}</EndDate><CurrencyCode>EUR</CurrencyCode></Header>
<MasterFiles><GeneralLedgerAccounts><Account><AccountID>21110001</AccountID>
<AccountDescription>Clientes</AccountDescription>
<OpeningDebitBalance>{opening}</OpeningDebitBalance><OpeningCreditBalance>0</OpeningCreditBalance>
<GroupingCategory>GM</GroupingCategory></Account></GeneralLedgerAccounts>
<Customer><CustomerID>C001</CustomerID><AccountID>21110001</AccountID>
<CustomerTaxID>501234567</CustomerTaxID><CompanyName>Alfa Lda</CompanyName></Customer>
</MasterFiles>"""
INVOICE = """<Invoice><InvoiceNo>{number}</InvoiceNo>
<DocumentStatus><InvoiceStatus>N</InvoiceStatus></DocumentStatus><InvoiceDate>{day}</InvoiceDate><InvoiceType>{type}</InvoiceType>
<CustomerID>C001</CustomerID><Line><CreditAmount>{amount}</CreditAmount></Line>
<DocumentTotals><GrossTotal>{amount}</GrossTotal></DocumentTotals></Invoice>"""
PAYMENT = """<Payment><PaymentRefNo>{number}</PaymentRefNo><TransactionDate>{day}</TransactionDate>
<DocumentStatus><PaymentStatus>N</PaymentStatus></DocumentStatus><CustomerID>C001</CustomerID><Line>
<SourceDocumentID><OriginatingON>{pays}</OriginatingON></SourceDocumentID>
<CreditAmount>{amount}</CreditAmount></Line>
<DocumentTotals><GrossTotal>{amount}</GrossTotal></DocumentTotals></Payment>"""
POSTING = """<Transaction><TransactionID>{day} {n}</TransactionID><TransactionDate>{day}
</TransactionDate><Description>{text}</Description><CustomerID>C001</CustomerID><Lines>
<{mine}Line><AccountID>21110001</AccountID><{mine}Amount>{amount}</{mine}Amount></{mine}Line>
<{theirs}Line><AccountID>{account}</AccountID><{theirs}Amount>{amount}</{theirs}Amount>
</{theirs}Line></Lines></Transaction>"""
INVOICES = [("FT A/1", "2026-01-15", "1230.00"), ("FT A/2", "2026-02-03", "369.00")]
PAID = ("RC R/1", "2026-02-14", "1230.00")
Q1 = ("2026-01-01", "2026-03-31")


def billing(path, invoices=INVOICES, paid=PAID, of="FT A/1", number="500000000", period=Q1,
            type_="FT"):  # fmt: skip
    sold = "".join(INVOICE.format(number=n, day=d, amount=a, type=type_) for n, d, a in invoices)
    payments = ""
    if paid:
        ref, day, amount = paid
        payment = PAYMENT.format(number=ref, day=day, amount=amount, pays=of)
        payments = f"<Payments>{payment}</Payments>"
    head = HEAD.format(number=number, since=period[0], upto=period[1], opening="0")
    path.write_text(
        f"{head}<SourceDocuments><SalesInvoices>{sold}</SalesInvoices>{payments}"
        "</SourceDocuments></AuditFile>",
        encoding="utf-8",
    )
    return path


def accounting(path, invoices=INVOICES, paid=PAID, number="500000000", opening="0", period=Q1):
    posted = [
        POSTING.format(n=n, day=d, text=t, amount=a, mine="Debit", theirs="Credit", account="7111")
        for n, (t, d, a) in enumerate(invoices, 1)
    ]
    if paid:
        text, day, amount = paid
        posted.append(
            POSTING.format(n=99, day=day, text=text, amount=amount, mine="Credit", theirs="Debit",
                           account="1201")
        )  # fmt: skip
    head = HEAD.format(number=number, since=period[0], upto=period[1], opening=opening)
    path.write_text(
        f"{head}<GeneralLedgerEntries><Journal>{''.join(posted)}</Journal>"
        "</GeneralLedgerEntries></AuditFile>",
        encoding="utf-8",
    )
    return path


def asked(store, sql):
    state = store.current()
    assert state is not None
    return [tuple(row.values()) for row in state.engine.query(sql).to_pylist()]


SAID = "select document_id, kind, issued_on, amount, outcome from documents order by all"


def every_way(tmp_path, *paths):
    """Load the files at once and one after the other, forth and back: the same must come of it.

    Returns the store and the report of the load at once.
    """
    kept = {}
    for number, order in enumerate([[list(paths)], paths, paths[::-1]]):
        store = Store(tmp_path / f"store-{number}")
        for step in order:
            report = load(step if isinstance(step, list) else [step], store)
            assert report.published, report.failures
            assert all(c.ok for c in report.controls)
            for f in report.files:
                assert f.rows_read == f.rows_kept + f.rows_rejected + sum(f.left_out.values())
        found = (asked(store, SAID), {f.name: (str(f.text), f.amount) for f in report.findings})
        kept[number] = (store, report, found)
        if number:
            assert found == kept[0][2]
    return kept[0][:2]


def balance(store):
    return asked(store, "select ledger_balance from about")[0][0]


def numbers(store):
    return {n for (n,) in asked(store, "select document_id from documents")}


def findings(report):
    return {f.name: (f.items, f.amount) for f in report.findings if f.name.endswith("_aside")}


def test_the_sales_documents_are_the_base_where_both_tell_of_payments(tmp_path):
    store, report = every_way(
        tmp_path, billing(tmp_path / "billing.xml"), accounting(tmp_path / "books.xml")
    )
    assert balance(store) == D("369.00")
    assert numbers(store) == {"FT A/1", "FT A/2", "RC R/1"}
    assert findings(report) == {"ledger_aside": (3, D("369.00"))}
    notes = {f.name: [str(n) for n in f.notes] for f in report.files}
    assert any(
        "from 2026-01-01 to 2026-02-28 are loaded too (billing.xml) and count" in note
        for note in notes["books.xml"]
    )
    assert not any("loaded too" in note for note in notes["billing.xml"])
    assert "match_unknown" not in {f.name for f in report.findings}
    (rows,) = [f for f in report.findings if f.name == "ledger_aside"]
    sql = "select sql from findings where name = 'ledger_aside'"
    state = store.current()
    assert state is not None
    assert state.engine.query(asked(store, sql)[0][0]).num_rows == rows.items


@pytest.mark.parametrize("type_", ["FT", "FR"])
def test_the_ledger_is_the_base_where_it_alone_tells_of_payments(tmp_path, type_):
    """Receipts that invoices are of themselves do not tell what was paid of the others."""
    bought = [("FR B/1", "2026-01-20", "50.00")] if type_ == "FR" else []
    sold = billing(tmp_path / "billing.xml", INVOICES + bought, None, type_=type_)
    books = accounting(tmp_path / "books.xml")
    store, report = every_way(tmp_path, sold, books)
    assert balance(store) == D("369.00")
    assert all(n.startswith("2026-") for n in numbers(store))
    assert list(findings(report)) == ["sales_aside"]
    assert "match_unknown" not in {f.name for f in report.findings}
    notes = {f.name: [str(n) for n in f.notes] for f in report.files}
    assert any("(books.xml) and counts" in note for note in notes["billing.xml"])


def test_the_kind_that_reaches_over_more_months_is_the_base(tmp_path):
    """A year of accounting and one month of billing: the month adds nothing."""
    year = [(f"FT A/{m}", f"2026-{m:02}-10", "100.00") for m in range(1, 13)]
    books = accounting(tmp_path / "books.xml", year, ("RC", "2026-06-20", "100.00"),
                       period=("2026-01-01", "2026-12-31"))  # fmt: skip
    june = billing(tmp_path / "june.xml", year[5:6], ("RC R/1", "2026-06-20", "100.00"), "FT A/6")
    store, report = every_way(tmp_path, books, june)
    assert balance(store) == D("1100.00")
    assert len(asked(store, "select * from documents")) == 13
    assert findings(report) == {"sales_aside": (2, D("0.00"))}


def test_months_that_the_base_does_not_reach_keep_their_documents(tmp_path):
    """Billing from January to March with payments, accounting to February: March is billed only.

    The other way round, billing without payments: January and February are the ledger's.
    """
    march = [*INVOICES, ("FT A/3", "2026-03-05", "10.00")]
    for name, paid in (("with", PAID), ("without", None)):
        folder = tmp_path / name
        folder.mkdir()
        sold = billing(folder / "billing.xml", march, paid)
        store, report = every_way(folder, sold, accounting(folder / "books.xml"))
        assert balance(store) == D("379.00")
        assert "FT A/3" in numbers(store)
        assert ("FT A/1" in numbers(store)) == bool(paid)
        assert list(findings(report)) == ["ledger_aside" if paid else "sales_aside"]


def test_monthly_billing_beside_a_quarter_of_accounting(tmp_path):
    first = billing(tmp_path / "jan.xml", INVOICES[:1], None)
    second = billing(tmp_path / "feb.xml", INVOICES[1:], PAID)
    store, report = every_way(tmp_path, first, second, accounting(tmp_path / "books.xml"))
    assert balance(store) == D("369.00")
    assert findings(report) == {"ledger_aside": (3, D("369.00"))}


def test_the_opening_balance_of_the_ledger_counts_beside_the_sales_documents(tmp_path):
    sold = billing(tmp_path / "billing.xml")
    books = accounting(tmp_path / "books.xml", opening="500.00")
    store, report = every_way(tmp_path, sold, books)
    assert balance(store) == D("869.00")
    assert findings(report) == {"ledger_aside": (3, D("369.00"))}
    assert any("but for the opening balances" in str(n) for f in report.files for n in f.notes)


def test_it_does_not_count_where_the_sales_documents_begin_earlier(tmp_path):
    """What the ledger opens with in February is what January's invoice left."""
    sold = billing(tmp_path / "billing.xml")
    books = accounting(tmp_path / "books.xml", INVOICES[1:], PAID, opening="1230.00",
                       period=("2026-02-01", "2026-02-28"))  # fmt: skip
    store, _ = every_way(tmp_path, sold, books)
    assert balance(store) == D("369.00")


def test_other_companies_and_other_years_are_left_alone(tmp_path):
    sold = billing(tmp_path / "billing.xml")
    other = accounting(tmp_path / "other.xml", number="500000999")
    before = [(n, d.replace("2026", "2025"), a) for n, d, a in (*INVOICES, PAID)]
    earlier = accounting(tmp_path / "earlier.xml", before[:2], before[2],
                         period=("2025-01-01", "2025-03-31"))  # fmt: skip
    store, report = every_way(tmp_path, sold, other, earlier)
    assert balance(store) == 3 * D("369.00")
    assert findings(report) == {}
