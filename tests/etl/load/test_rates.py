"""Currencies without rates: the European Central Bank's serve, until a file gives others."""

from __future__ import annotations

from decimal import Decimal

import pytest

from data.reference.ecb import last_day
from data.store.state import Store
from etl.load.run import LoadOptions, load

D = Decimal
HEAD = "document_id;customer_id;issued_on;due_on;amount;currency\n"
EURO = LoadOptions(reporting_currency="EUR")


@pytest.fixture
def store(tmp_path):
    """Return an empty store."""
    return Store(tmp_path / "store")


def file(path, text):
    path.write_text(text)
    return path


def balance(store):
    state = store.current()
    assert state is not None
    return state.engine.query("select sum(amount) as a from open_items").to_pylist()[0]["a"]


def test_the_banks_rates_serve_and_are_said(tmp_path, store):
    later = f"{last_day().year + 1}-06-01"
    path = file(
        tmp_path / "a.csv",
        f"{HEAD}F1;A;2025-01-31;2025-02-28;10.00;EUR\nF2;A;2025-02-01;2025-02-28;100.00;USD\n"
        f"F3;A;{later};{later};100.00;USD\nF4;A;2025-01-31;2025-02-28;100.00;AED\n",
    )
    report = load([path], store, EURO)
    assert balance(store) == D("106.22")
    assert [(r.file, r.line, r.value) for r in report.rejects] == [
        ("a.csv", 4, "USD"),  # later than the package knows
        ("a.csv", 5, "AED"),
    ]
    (said,) = [f for f in report.files if f.format == "ecb"]
    assert "No file gives rates of USD: those of the European Central Bank are used" in str(
        said.notes[0]
    )
    assert str(last_day()) in str(said.notes[0])
    # what a file says takes their place, and the order of files is irrelevant
    rates = file(tmp_path / "rates.csv", "currency;day;rate\nUSD;2025-01-30;0.91\n")
    report = load([rates], store)
    assert balance(store) == D("192.00")
    assert not [f for f in report.files if f.format == "ecb" and f.status == "loaded"]
    other = Store(tmp_path / "other")
    load([rates, path], other, EURO)
    assert balance(other) == D("192.00")


def test_where_all_rates_are_there_nothing_is_added(tmp_path, store):
    rated = HEAD.replace("currency", "currency;rate")
    path = file(
        tmp_path / "a.csv",
        f"{rated}F1;A;2025-01-31;2025-02-28;10.00;EUR;1\nF2;A;2025-02-01;2025-02-28;9.00;USD;0.9\n",
    )
    report = load([path], store)
    assert [f.name for f in report.files] == ["a.csv"]
    assert balance(store) == D("18.10")
