"""What people decide of matches, laid over a state, is what deriving all of it anew would give."""

import shutil
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.store.state import Store
from data.workspace.by_hand import decide
from data.workspace.decisions import CONFIRM, UNDO
from data.workspace.memory import Memory
from data.workspace.named import Identified
from data.workspace.subjects.market import Sector
from etl.ledger.over import laid as over
from etl.load.run import load
from tests.depth import checked
from tests.laying import same
from tests.ledgers import publish
from tests.random_ledgers import worlds

_NAMED = """
    select ledger, document_id, customer, issued_on, amount_currency as amount, kind,
        row_number() over (partition by ledger, document_id, customer, issued_on,
            amount_currency, kind order by document_key) as nth
    from documents where file_id is not null order by document_key
"""


def whole(store):
    """Load, and derive all anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(over, "MOST", -1)
        report = load([], store)
    assert not report.published or store.current().beneath is None
    return report


def documents(store):
    found = store.current().engine.query(_NAMED).to_pylist()
    return [Identified(**row) for row in found]


def say(store, spoken):
    memory = Memory(store.folder)
    for what, one, other, amount in spoken:
        if what == "back":
            held = [line for line in memory.lines() if line.holds]
            if held:
                memory.take_back("Anna", held[one % len(held)].id)
        elif what == "sector":
            memory.say("Anna", f"C{one % 3 + 1}", Sector(("62.10", "47.11")[other % 2]))
        else:
            found = documents(store)
            debits = [d for d in found if d.amount > 0]
            credits_ = [d for d in found if d.amount < 0]
            if debits and credits_:
                debit, credit = debits[one % len(debits)], credits_[other % len(credits_)]
                if other % 5:  # most decisions keep within a customer
                    own = [c for c in credits_ if c.customer == debit.customer
                           and c.ledger == debit.ledger] or [credit]  # fmt: skip
                    credit = own[other % len(own)]
                given_ = amount if what == CONFIRM else None
                decide(memory, "Anna", what, debit, credit, given_)
    memory.close()


_SPOKEN = st.tuples(
    st.sampled_from((CONFIRM, CONFIRM, CONFIRM, UNDO, UNDO, "back", "sector")),
    st.integers(0, 99),
    st.integers(0, 99),
    st.sampled_from((None, None, Decimal("10.00"), Decimal("123.45"))),
)


@st.composite
def _told(draw):
    """Return a ledger whose payments name documents, or do not."""
    world = draw(worlds(16))
    names = [d["document_id"] for d in world.documents if d["amount"] > 0]
    rows = []
    for said in world.documents:
        row = said
        if said["kind"] == "payment" and said["amount"] < 0 and names and draw(st.booleans()):
            row = {**row, "reference": "paid " + draw(st.sampled_from(names))}
        rows.append(row)
    matches = world.matches if draw(st.booleans()) else ()
    return replace(world, documents=tuple(rows), matches=matches)


@checked(12)
@given(
    world=_told(),
    batches=st.lists(st.lists(_SPOKEN, min_size=1, max_size=3), min_size=1, max_size=3),
    assume=st.sampled_from((True, True, False)),
)
def test_decisions_laid_over_a_state_are_those_of_one_derived_whole(
    tmp_path_factory, world, batches, assume
):
    folder = tmp_path_factory.mktemp("stores")
    store = publish(folder / "laid", world.documents, world.matches, world.customers, assume=assume)
    say(store, [("sector", 0, 0, None)])
    whole(store)
    shutil.copytree(store.folder, folder / "whole")
    other = Store(folder / "whole")
    for spoken in batches:
        for each in (store, other):
            say(each, spoken)
            (load([], each) if each is store else whole(each))
    same(store.current(), other.current())
