"""The books' own currency is found from rates, also where a mapping leaves its rows out."""

from data.store.state import Store
from etl.load.run import LoadOptions, load

ROWS = """number,customer,date,due,total,currency,rate,type
B1,S1,2025-01-15,2025-02-14,50.00,CAD,1,ACCPAY
I1,C1,2025-01-15,2025-02-14,80.00,USD,0.8,ACCREC
I2,C1,2025-01-20,2025-02-19,10.00,GBP,0.5,ACCREC
"""
MAPPING = """
[source]
rows = "invoices"
{more}
[columns]
document_id = "number"
customer_id = "customer"
issued_on = "date"
due_on = "due"
amount = "total"
currency = "currency"
rate = "rate"
[keep]
type = ["ACCREC"]
"""


def loaded(tmp_path, rows=ROWS, more="rate_inverse = true", **options):
    (tmp_path / "invoices.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "map.toml").write_text(MAPPING.format(more=more), encoding="utf-8")
    store = Store(tmp_path / "store")
    report = load(
        [tmp_path / "invoices.csv"],
        store,
        LoadOptions(mapping=(tmp_path / "map.toml",), **options),
    )
    return report, store


def balance(store):
    table = store.current().engine.query(
        "select reporting_currency as currency, ledger_balance as balance from about"
    )
    return table.to_pylist()[0]


def test_rows_that_are_left_out_tell_the_books_own_currency(tmp_path):
    report, store = loaded(tmp_path)
    assert report.ok
    found = balance(store)
    assert found["currency"] == "CAD"
    assert str(found["balance"]) == "120.00"  # 80 / 0.8 + 10 / 0.5


def test_rates_multiply_unless_the_mapping_says_otherwise(tmp_path):
    _, store = loaded(tmp_path, more="")
    assert str(balance(store)["balance"]) == "69.00"  # 80 x 0.8 + 10 x 0.5


def test_without_a_base_it_asks(tmp_path):
    report, store = loaded(tmp_path, rows=ROWS.replace(",1,ACCPAY", ",0.9,ACCPAY"))
    assert not report.ok
    assert store.current() is None
    assert "--currency" in str(report.failures[0].remedy)


def test_the_option_speaks_first(tmp_path):
    _, store = loaded(tmp_path, reporting_currency="USD")
    found = balance(store)
    assert (found["currency"], str(found["balance"])) == ("USD", "100.00")  # 80 + 10 / 0.5
