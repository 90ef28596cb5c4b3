"""What people say of sectors, laid over a state, is what deriving all of it anew would give."""

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.core.rights import Scope
from data.store.parquet import publish_parquet
from data.store.state import Store, published
from data.store.within import within
from data.workspace.memory import Memory
from data.workspace.subjects.market import Sector
from etl.ledger.over import laid as over
from etl.load.backup.restoring import restore
from etl.load.backup.writing import backup
from etl.load.removal import undo
from etl.load.run import load
from tests.depth import checked
from tests.laying import same, table

CUSTOMERS = """Customer number;Name;NACE;Country;Parent
C1;One;62.10;BE;
C2;Two;46.71;BE;C1
C3;Three;;NL;
C4;Four;62.10;NL;
C5;Five;horeca;FR;
"""
INVOICES = """Invoice number;Customer number;Invoice date;Due date;Amount;Currency;Rate;Salesperson
F1;C1;2025-11-03;2025-12-03;100.00;EUR;1;Ann
F2;C1;2025-12-03;2026-01-02;50.00;EUR;1;Bob
F3;C2;2025-12-05;2026-01-05;70.00;USD;0.9;Ann
F4;C3;2025-12-07;2026-01-07;80.00;EUR;1;Ann
F5;C4;2025-12-07;2026-01-07;80.00;EUR;1;Ann
F6;C5;2026-01-09;2026-02-09;60.00;EUR;1;
F7;C6;2026-01-09;2026-02-09;60.00;EUR;1;
F8;C3;2026-01-19;2026-02-19;-20.00;EUR;1;Ann
"""
PAYMENTS = """Payment number;Customer number;Payment date;Amount;Currency;Rate;Reference
P1;C1;2025-12-20;100.00;EUR;1;F1
P2;C2;2026-01-20;70.00;USD;0.8;F3
P3;C3;2026-01-21;30.00;EUR;1;F4
P4;C3;2026-01-25;-30.00;EUR;1;Refund F4 returned
"""
MORE = """Invoice number;Customer number;Invoice date;Due date;Amount;Currency;Rate;Salesperson
F9;C2;2026-02-03;2026-03-03;10.00;EUR;1;Ann
"""
CODES = ("62.10", "62.01", "46.71", "47.11", "F", "43")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    texts = {"customers": CUSTOMERS, "invoices": INVOICES, "payments": PAYMENTS, "more": MORE}
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def loaded(files, folder):
    store = Store(folder)
    assert load([files / f"{n}.csv" for n in ("customers", "invoices", "payments")], store).ok
    return store


def say(store, customer, code):
    memory = Memory(store.folder)
    if code:
        memory.say("Anna", customer, Sector(code))
    else:
        for line in memory.lines(customer):
            if line.holds:
                memory.take_back("Anna", line.id)
    memory.close()


@checked(12)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(("C1", "C2", "C3", "C4", "C5", "C6", "none")),
            st.sampled_from(("", *CODES)),
        ),
        min_size=2,
        max_size=4,
    )
)
def test_sectors_laid_over_a_state_are_those_of_one_derived_whole(files, tmp_path_factory, spoken):
    folder = tmp_path_factory.mktemp("stores")
    laid, whole = loaded(files, folder / "laid"), loaded(files, folder / "whole")
    for customer, code in spoken:
        say(laid, customer, code)
        load([], laid)
        say(whole, customer, code)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(over, "MOST", -1)
        load([], whole)
    assert whole.current().beneath is None
    if whole.current().number > 1:
        assert laid.current().beneath == laid.folder / "state-000001.duckdb"
        same(laid.current(), whole.current())
    for store in (laid, whole):
        assert load([files / "more.csv"], store).ok
        assert store.current().beneath is None, "a load makes a whole state"
    same(laid.current(), whole.current())


def test_a_state_that_lies_over_another_is_kept_read_and_undone_like_any(files, tmp_path):
    store = loaded(files, tmp_path / "store")
    first = store.current()
    load([files / "more.csv"], store)
    for code in ("47.11", "F", "43"):
        say(store, "C1", code)
        assert load([], store).published
    state = store.current()
    assert sorted(published(store.folder)) == [1, 2, 5]
    assert state.beneath == store.folder / "state-000002.duckdb"
    backup(store, tmp_path / "newest", newest=True)
    restore(tmp_path / "newest", Store(tmp_path / "again"))
    assert sorted(published(tmp_path / "again")) == [2, 5]
    same(Store(tmp_path / "again").current(), state)
    assert state.path.stat().st_size < first.path.stat().st_size / 3
    asked = "select distinct sector from {} where {} = 'C1'"
    part = within(state, Scope.of({"country": ("BE",)}))
    for reader in (state, part, Store(store.folder).recover()):
        for name, column in (("customers", "customer_id"), ("documents", "customer")):
            sql = asked.format(name, column)
            assert reader.engine.query(sql).to_pylist() == [{"sector": "43"}]
    assert first.engine.query(asked.format("customers", "customer_id")).to_pylist() == [
        {"sector": "62.10"}
    ]
    publish_parquet(state, tmp_path / "parquet")
    rows = pq.read_table(tmp_path / "parquet" / "state-000005" / "documents").to_pylist()
    assert {r["sector"] for r in rows if r["customer"] == "C1"} == {"43"}
    undo(store)
    assert store.current().beneath == store.folder / "state-000001.duckdb"
    assert table(store.current(), "customers") == table(state, "customers")
    (store.folder / "state-000001.duckdb").unlink()
    assert Store(store.folder).recover().number == 2, "the newest that has all it needs"


def test_a_kill_leaves_the_state_before(files, tmp_path, monkeypatch):
    store = loaded(files, tmp_path / "store")
    say(store, "C1", "47.11")

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("etl.ledger.over.laid._carry", killed)
        with pytest.raises(KeyboardInterrupt):
            load([], store)
    assert store.current().number == 1
    assert not [*store.folder.glob("draft-*")]
    assert load([], store).published
    assert store.current().beneath
