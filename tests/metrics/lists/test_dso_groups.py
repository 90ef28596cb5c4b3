from datetime import date

import pytest

from metrics.asking.ledger import Ledger
from metrics.catalogue import answer
from metrics.lists.dso_groups import dso_groups, first_sale
from tests.pages import LAST, small_company

YEAR_AGO = date(2025, 3, 31)
METHODS = (
    "period_end", "rolling_3m", "rolling_12m", "count_back", "best_possible_3m",
    "average_days_delinquent_3m", "receivables", "sales_3m", "count_back_at_least",
)  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    return small_company(tmp_path_factory.mktemp("company")).current().engine


def rows(engine, statement):
    return engine.query(statement.sql, statement.parameters).to_pylist()


def test_each_group_is_the_metric_on_both_days_beside_the_total(engine):
    ledger = Ledger(LAST)
    groups = {r["member"]: r for r in rows(engine, dso_groups(ledger, "customer", YEAR_AGO))}
    now = {r["customer"]: r for r in answer(engine, "dso", ledger, ("customer",)).to_pylist()}
    then = answer(engine, "dso", ledger.at(YEAR_AGO), ("customer",)).to_pylist()
    whole = answer(engine, "dso", ledger).to_pylist()[0]
    assert set(groups) == set(now) == {"C1", "C2", "C3", "C4", "C5"}
    for member, group in groups.items():
        assert {m: group[m] for m in METHODS} == {m: now[member][m] for m in METHODS}
        assert group["whole_rolling_12m"] == whole["rolling_12m"]
        assert group["members"] == 5
    for before in then:
        group = groups[before["customer"]]
        assert group["rolling_3m_before"] == before["rolling_3m"]
        assert group["change"] == group["rolling_3m"] - before["rolling_3m"]
    before = answer(engine, "dso", ledger.at(YEAR_AGO)).to_pylist()[0]
    assert groups["C1"]["whole_before"] == before["rolling_3m"]


def test_without_an_earlier_day_there_is_no_change_but_everything_else(engine):
    found = rows(engine, dso_groups(Ledger(LAST), "country", None))
    assert {r["member"] for r in found} == {"BE", "NL", "FR", ""}
    assert all(r["change"] is None and r["rolling_3m"] > 0 for r in found)


def test_filters_reach_the_groups_and_their_total(engine):
    ledger = Ledger(LAST, {"country": ("BE",)})
    found = rows(engine, dso_groups(ledger, "customer", YEAR_AGO))
    assert {r["member"] for r in found} == {"C1", "C4"}
    whole = answer(engine, "dso", ledger).to_pylist()[0]
    assert found[0]["whole_count_back"] == whole["count_back"]


def test_what_is_no_dimension_never_reaches_sql(engine):
    with pytest.raises(ValueError, match="no dimension"):
        dso_groups(Ledger(LAST), "1; drop table documents", None)


def test_the_first_sale_is_that_under_the_filters(engine):
    assert rows(engine, first_sale(Ledger(LAST)))[0]["first_sale"] == date(2024, 1, 5)
    third = Ledger(LAST, {"country": ("FR",)})
    assert rows(engine, first_sale(third))[0]["first_sale"] == date(2024, 1, 7)
    assert rows(engine, first_sale(Ledger(date(2020, 1, 1))))[0]["first_sale"] is None
