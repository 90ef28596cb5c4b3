from dataclasses import replace

import pytest

from dashboards.base.grid import (
    BLOCK,
    Column,
    Listing,
    arranged,
    block,
    column_defs,
    every_row,
    grid,
    totals,
)
from dashboards.base.view import Context
from metrics.asking.ledger import Statement
from tests.pages import small_company
from tests.places import ROOT

LISTING = Listing(
    "items",
    "Items",
    (
        Column("document_id", "Document"),
        Column("country", "Country", dimension="country"),
        Column("opened_on", "Opened", "day"),
        Column("amount", "Amount", "money", total="sum(amount)"),
    ),
    statement=lambda _view, params: Statement(
        "select document_id, country, opened_on, amount from open_items where kind = $kind",
        {"kind": params.get("kind", "invoice")},
    ),
    sort="amount desc",
    search=("document_id",),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return small_company(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def view(store):
    return Context(store).view("")


def rows(view, params=None, **request):
    return block(view, LISTING, params or {}, {"startRow": 0, "endRow": 5, **request})[0]


def test_the_first_window_is_in_the_lists_own_order(view):
    found = rows(view)
    assert found["rowCount"] == 136
    assert [r["amount"] for r in found["rowData"]] == [
        "1,660.25", "1,650.25", "1,640.25", "1,630.25", "1,620.25",
    ]  # fmt: skip
    assert found["rowData"][0] == {
        "document_id": "F426", "country": "", "country_code": "", "opened_on": "9 Mar 2026",
        "amount": "1,660.25",
    }  # fmt: skip


def test_windows_follow_each_other_without_a_gap(view):
    first = rows(view, endRow=100)["rowData"]
    second = rows(view, startRow=100, endRow=200)["rowData"]
    assert len({r["document_id"] for r in first + second}) == 136


def test_every_row_comes_with_the_first_ones_where_they_are_few(view):
    one = {"kind": "credit_note"}
    few = every_row(view, LISTING, one)
    assert len(few) == rows(view, one)["rowCount"] < BLOCK
    many = every_row(view, LISTING, {})
    assert len(many) == 136 > BLOCK
    assert every_row(view, LISTING, {"kind": "nothing"}) == []


def test_facts_are_of_all_rows_and_stand_beside_the_totals(view):
    facts = {"large": "count(*) filter (where amount > 1000)"}
    found = totals(view, replace(LISTING, facts=facts), {})
    amounts = [r["amount"] for r in every_row(view, LISTING, {})]
    assert found["rows"] == 136
    assert found["amount"] == sum(amounts)
    assert found["large"] == sum(a > 1000 for a in amounts)


def test_sorting_and_filtering_happen_in_the_database(view):
    found = rows(
        view,
        sortModel=[{"colId": "document_id", "sort": "asc"}],
        filterModel={
            "document_id": {"type": "startsWith", "filter": "f1"},
            "amount": {"type": "inRange", "filter": 1200, "filterTo": 1250.25},
            "opened_on": {"type": "greaterThan", "dateFrom": "2024-12-01 00:00:00"},
        },
    )
    assert [r["document_id"] for r in found["rowData"]] == ["F111", "F112", "F113", "F114", "F115"]
    assert found["rowCount"] == 5


def test_a_search_looks_in_the_columns_that_were_named(view):
    assert rows(view, {"q": "f-la"})["rowCount"] == 1
    assert rows(view, {"q": "' or 1=1 --"})["rowCount"] == 0


def test_the_total_is_of_what_is_listed(view):
    asked = {"filterModel": {"document_id": {"type": "equals", "filter": "F-LAST"}}}
    assert block(view, LISTING, {}, asked)[1] == [{"document_id": "Total", "amount": "10.00"}]


@pytest.mark.parametrize("grouped", [True, False])
def test_how_many_there_are_is_known_where_no_row_is_shown(view, grouped):
    listing = replace(LISTING, grouped=grouped)
    beyond, total = block(view, listing, {}, {"startRow": 200, "endRow": 300})
    assert beyond == {"rowData": [], "rowCount": 136}
    nothing = block(view, listing, {"kind": "none"}, {})
    assert nothing[0] == {"rowData": [], "rowCount": 0}
    assert total != nothing[1] == [{"document_id": "Total", "amount": "–"}]


@pytest.mark.parametrize(
    "request_",
    [
        {"sortModel": [{"colId": "amount; drop table about", "sort": "asc"}]},
        {"filterModel": {"1=1 or amount": {"type": "equals", "filter": 1}}},
        {"filterModel": {"amount": {"type": "equals) or (1=1", "filter": 1}}},
    ],
)
def test_names_that_are_no_column_never_reach_sql(view, request_):
    with pytest.raises(ValueError, match=r"no column|no test"):
        rows(view, **request_)


def test_values_are_bound(view):
    sql, _order, bound = arranged(
        view, LISTING, {}, {"filterModel": {"document_id": {"type": "contains", "filter": "B'E"}}}
    )
    assert "B'E" not in sql
    assert "B'E" in bound.values()


def test_numbers_stand_to_the_right_and_the_sorted_column_says_so():
    defs = {d["field"]: d for d in column_defs(LISTING)}
    assert defs["amount"]["type"] == "rightAligned"
    assert defs["amount"]["sort"] == "desc"
    assert "sort" not in defs["document_id"]


def test_rows_and_totals_follow_the_address(store):
    view = Context(store).view(
        "?items.amount=greaterThan.1610&items.document_id=startsWith.f4&items.sort=opened_on.asc"
    )
    found = block(view, LISTING, {}, {})[0]
    assert [r["document_id"] for r in found["rowData"]] == [
        "F421", "F422", "F423", "F424", "F425", "F426",
    ]  # fmt: skip
    assert totals(view, LISTING, {})["rows"] == found["rowCount"] == 6
    # what the grid asks with is the reader's latest word
    assert rows(view, filterModel={}, sortModel=[])["rowCount"] == 136
    assert len(every_row(view, LISTING, {})) == 136
    assert LISTING.filters(view) == {
        "amount": "Amount: more than 1,610", "document_id": "Document: begins with “f4”",
    }  # fmt: skip
    assert LISTING.ref(view).narrowed == "Amount: more than 1,610, Document: begins with “f4”"


def test_a_filter_tests_what_the_reader_sees(view):
    def codes(sought):
        asked = {"filterModel": {"country": {"type": "contains", "filter": sought}}}
        return {r["country_code"] for r in rows(view, **asked)["rowData"]}

    assert codes("belg") == {"BE"}
    assert codes("nowhere") == codes("NL") == set()


def test_a_grid_opens_as_the_address_says(store):
    made = str(grid("g", LISTING, page={"items.amount": "lessThan.5", "items.sort": "opened_on"}))
    assert "'amount': {'type': 'lessThan', 'filterType': 'number', 'filter': 5}" in made
    assert made.count("'sort': 'asc'") == 1
    assert "'list': 'items'" in made
    assert "'list': ''" in str(grid("g", LISTING))


def test_no_answer_patches_what_a_reader_may_have_left():
    """A patch of a component that is gone is an error in the console; a plain answer is none."""
    patching = [
        path.name
        for path in (ROOT / "dashboards").rglob("*.py")
        if "Patch" in path.read_text(encoding="utf-8")
    ]
    assert patching == []
