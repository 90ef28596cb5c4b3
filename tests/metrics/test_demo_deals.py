"""The demo company's decisions: the same each time, by the rules of their day, and followed."""

from __future__ import annotations

import shutil

import pytest

from dashboards.base.view import Context
from dashboards.frame.deals import bill_of, cases_of, kept_of, outcomes_of
from data.store.state import Store
from data.workspace.memory import Memory
from data.workspace.policy import write_demo
from metrics.decide.deal.cases import SUBJECTS
from metrics.demo_deals import decide_demo


@pytest.fixture(scope="module")
def stores(demo_store, tmp_path_factory):
    found = []
    for name in ("one", "two"):
        folder = tmp_path_factory.mktemp("deals") / name
        shutil.copytree(demo_store.folder, folder, ignore=shutil.ignore_patterns("workspace*"))
        write_demo(folder)
        found.append(Store(folder))
        decide_demo(found[-1])
    return found


def test_they_are_the_same_each_time_and_said_once(stores):
    one, two = (
        [(x.id, x.at, x.who, x.customer, x.said, x.note) for x in Memory(store.folder).lines()]
        for store in stores
    )
    assert one == two
    assert len(one) > 10
    assert decide_demo(stores[0]) == 0


def test_each_rests_on_its_own_day_and_is_followed(stores):
    view = Context(stores[0]).view("")
    found = cases_of(view)
    assert {case.line.subject for case in found} <= {*SUBJECTS}
    for case in found:
        answer = kept_of(case).desk.answer
        assert answer.known.as_of == case.line.said_on
        if case.decision is not None:
            assert case.decision.said_on >= case.line.said_on
    assert {case.how for case in found} >= {"approved", "declined"}
    # what was approved is an invoice of the books: it was carried out, and some of it paid
    assert any(one.paid for one in outcomes_of(view).values())
    bills, _labels = bill_of(view, "all")
    assert bills[-1].held + bills[-1].passed == len(found)
