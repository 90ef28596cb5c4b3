"""Companies of the reader's own in a list: they are no customers, and may have customers each."""

from decimal import Decimal

from etl.intake.mappings.writing import as_toml

D = Decimal
INVOICES = """Invoice number;Customer number;Customer;Invoice date;Due date;Amount
F1;C1;Acme;2026-01-05;2026-02-04;100.00
F2;C2;Bolt;2026-01-15;2026-02-14;200.00
"""


def test_the_company_that_all_payments_name_is_not_the_customer(balance):
    owed, report = balance(
        INVOICES,
        "Payment number;Company;Payment date;Amount;Invoice number\n"
        "P1;North Ltd;2026-02-03;100.00;F1\nP2;North Ltd;2026-02-12;50.00;F2\n",
    )
    assert report.ok, report.failures
    assert owed == {"C2": D(150)}


def test_the_company_that_all_invoices_name_is_not_the_customers_name(balance):
    owed, report = balance(
        "Invoice number;Company;Sold-to;Organisation;Invoice date;Amount\n"
        "F1;North Ltd;C1;Acme;2026-01-05;100.00\nF2;North Ltd;C2;Bolt;2026-01-06;50.00\n"
    )
    assert report.ok, report.failures
    assert owed == {"C1": D(100), "C2": D(50)}
    assert "Organisation" in report.files[0].settings["columns"]


def test_companies_may_have_customers_each(balance):
    text = (
        "Company;Invoice number;Customer number;Customer name;Invoice date;Due date;Amount\n"
        "NL01;F1;1001;Acme;2026-01-05;2026-02-04;1000.00\n"
        "BE01;F1;1001;Zeta;2026-01-07;2026-02-06;300.00\n"
    )
    _, report = balance(text)
    (question,) = report.failures[0].questions
    said = question.mapping({"": "own"})
    assert said["derived"] == {"customer_id": {"join": ["Company", "Customer number"], "by": "/"}}
    owed, report = balance(text, mapping=as_toml(said))
    assert report.ok, report.failures
    assert owed == {"NL01/1001": D(1000), "BE01/1001": D(300)}
