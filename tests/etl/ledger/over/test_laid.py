"""Decisions about matches laid over a state: only the customers they touch are derived anew."""

import shutil
from datetime import date
from decimal import Decimal

import pytest

from data.store.state import Store
from data.workspace.by_hand import decide
from data.workspace.decisions import CONFIRM, UNDO
from data.workspace.memory import Memory
from data.workspace.named import Identified
from data.workspace.subjects.market import Sector
from etl.ledger.over import laid as over
from etl.load.run import load
from tests.laying import same

D = Decimal
CUSTOMERS = """Customer number;Name;NACE;Country
A;Alpha;62.10;BE
B;Beta;46.71;NL
C;Gamma;46.71;NL
E;Epsilon;62.10;FR
"""
INVOICES = """Invoice number;Customer number;Invoice date;Due date;Amount;Currency;Rate
F1;A;2025-01-01;2025-01-31;100.00;EUR;1
F2;A;2025-01-05;2025-02-04;250.00;EUR;1
F3;B;2025-01-06;2025-02-05;80.00;USD;0.9
F4;B;2025-01-07;2025-02-06;70.00;USD;0.9
F5;C;2025-01-08;2025-02-07;500.00;EUR;1
F6;C;2025-01-09;2025-02-08;300.00;EUR;1
F7;E;2025-01-09;2025-02-08;300.00;EUR;1
"""
PAYMENTS = """Payment number;Customer number;Payment date;Amount;Currency;Rate;Reference
P1;A;2025-02-10;100.00;EUR;1;
P2;A;2025-02-12;80.00;EUR;1;
P3;B;2025-02-12;80.00;USD;0.8;F3
P4;C;2025-02-12;800.00;EUR;1;F5 F6
P5;C;2025-02-20;-500.00;EUR;1;chargeback F5
P6;E;2025-02-20;300.00;EUR;1;F7
"""
MORE = """Payment number;Customer number;Payment date;Amount;Currency;Rate;Reference
P7;A;2025-03-01;20.00;EUR;1;
"""


def named(number, customer, day, amount):
    kind = "invoice" if number.startswith("F") else "payment"
    return Identified("", number, customer, date.fromisoformat(day), D(amount), kind)


F1, P1 = named("F1", "A", "2025-01-01", "100.00"), named("P1", "A", "2025-02-10", "-100.00")
F2, P2 = named("F2", "A", "2025-01-05", "250.00"), named("P2", "A", "2025-02-12", "-80.00")
F4, P3 = named("F4", "B", "2025-01-07", "70.00"), named("P3", "B", "2025-02-12", "-80.00")
F6, P4 = named("F6", "C", "2025-01-09", "300.00"), named("P4", "C", "2025-02-12", "-800.00")
F9 = named("F9", "C", "2025-01-09", "300.00")
F7 = named("F7", "E", "2025-01-09", "300.00")


class Both:
    """Two stores that are told the same: over one it is laid, of the other all is made anew."""

    def __init__(self, folder, **more):
        self.files = folder / "files"
        self.files.mkdir()
        texts = {"customers": CUSTOMERS, "invoices": INVOICES, "payments": PAYMENTS, **more}
        for name, text in texts.items():
            (self.files / f"{name}.csv").write_text(text)
        self.laid, self.whole = Store(folder / "laid"), Store(folder / "whole")
        assert load([self.files], self.laid).ok
        shutil.copytree(self.laid.folder, self.whole.folder)

    def told(self, *said):
        """Say some things at once, and load; return the state that is laid over another."""
        for store in (self.laid, self.whole):
            memory = Memory(store.folder)
            for one in said:
                if isinstance(one, Sector):
                    memory.say("Anna", "A", one)
                elif one == "back":
                    held = [line for line in memory.lines() if line.holds and line.documents]
                    memory.take_back("Anna", held[-1].id)
                else:
                    decide(memory, "Anna", *one)
            memory.close()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(over, "MOST", -1)
            assert load([], self.whole).published
        assert load([], self.laid).published
        same(self.laid.current(), self.whole.current())
        return self.laid.current()


def changed(state):
    rows = state.engine.query("select customer from own_rows.changed_customers").to_pylist()
    return sorted(r["customer"] for r in rows)


def test_decisions_and_sectors_are_laid_over_each_other_for_those_they_touch(tmp_path):
    both = Both(tmp_path)
    first = both.laid.current()
    state = both.told((UNDO, F1, P1), (CONFIRM, F4, P3, D("60.00")), (CONFIRM, F9, P4))
    assert changed(state) == ["A", "B"], "two at once, and one about what is not there"
    assert state.beneath == first.path
    assert state.path.stat().st_size < first.path.stat().st_size / 2
    state = both.told(Sector("47.11"), (CONFIRM, F7, P4, D("40.00")))
    assert changed(state) == ["A", "B", "C", "E"], "a payment of another customer's invoice"
    state = both.told(Sector("43"), "back", (CONFIRM, F6, P4))
    assert changed(state) == ["A", "B", "C"], "what was taken back touches nobody any more"
    assert state.beneath == first.path, "however much is said, it lies over what was loaded"
    (both.files / "more.csv").write_text(MORE)
    for store in (both.laid, both.whole):
        assert load([both.files], store).ok
        assert store.current().beneath is None
    same(both.laid.current(), both.whole.current())
    assert both.told((UNDO, F2, P2)).beneath == both.laid.folder / "state-000005.duckdb"


def test_where_others_would_be_matched_otherwise_all_is_derived_anew(tmp_path):
    # the only match that names the two files: without it they say nothing of what is matched
    both = Both(tmp_path, matches="debit_id;credit_id;amount\nF1;P1;100.00\n")
    assert both.told((CONFIRM, F2, P1)).beneath is None
    matched = both.laid.current().engine.query("select distinct method from matches").to_pylist()
    assert {"method": "reference"} in matched
