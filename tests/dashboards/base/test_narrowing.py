import pytest

from dashboards.base.format import Format
from dashboards.base.narrowing import ColumnTest, as_said, narrowing, without, words

UNITS = {"name": "text", "amount": "money", "share": "share", "due_on": "day"}


@pytest.mark.parametrize(
    ("column", "said", "model"),
    [
        ("name", "contains.A. Peeters", {"filterType": "text", "filter": "A. Peeters"}),
        ("name", "blank", {"filterType": "text", "filter": ""}),
        ("amount", "greaterThan.30.5", {"filterType": "number", "filter": 30.5}),
        ("amount", "inRange.-10..20", {"filterType": "number", "filter": -10, "filterTo": 20}),
        ("due_on", "lessThan.2026-03-31",
         {"filterType": "date", "dateFrom": "2026-03-31", "dateTo": None}),
    ],
)  # fmt: skip
def test_the_address_says_what_the_grid_asks_with(column, said, model):
    found = narrowing("items", UNITS, {f"items.{column}": said, f"others.{column}": "blank"})
    asked = found.models(UNITS)["filterModel"]
    assert asked == {column: {"type": said.partition(".")[0], **model}}
    assert as_said(asked[column]) == said
    assert found.unknown == ()


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("amount", "greaterThan.many"),
        ("amount", "greaterThan.nan"),
        ("amount", "inRange.5"),
        ("amount", "contains.5"),
        ("name", "contains."),
        ("name", "greaterThan.5"),
        ("due_on", "greaterThan.30"),
        ("due_on) or (1=1", "blank"),
        ("sort", "1; drop table x.desc"),
    ],
)
def test_what_makes_no_sense_is_left_out_and_told(column, said):
    found = narrowing("items", UNITS, {f"items.{column}": said})
    assert (found.tests, found.sort, found.unknown) == ({}, None, (said,))


def test_the_order_is_one_of_its_columns():
    assert narrowing("items", UNITS, {"items.sort": "amount.desc"}).sort == ("amount", "desc")
    assert narrowing("items", UNITS, {"items.sort": "amount"}).sort == ("amount", "asc")


@pytest.mark.parametrize(
    ("test", "unit", "text"),
    [
        (ColumnTest("greaterThan", "30"), "count", "Age: more than 30"),
        (ColumnTest("inRange", "1000", "2500.50"), "money", "Age: 1.000 to 2.500,5"),
        (ColumnTest("greaterThan", "50"), "share", "Age: more than 50\u00a0%"),
        (ColumnTest("lessThan", "2026-03-31"), "day", "Age: before 31 mrt 2026"),
        (ColumnTest("contains", "{x}"), "text", "Age: contains “{x}”"),
        (ColumnTest("blank"), "text", "Age: is empty"),
    ],
)
def test_a_filter_is_said_as_a_reader_writes_numbers_and_days(test, unit, text):
    assert words(test, "Age", unit, Format("nl")) == text


def test_filters_of_a_list_can_be_dropped_and_its_order_kept():
    page = {"items.amount": "blank", "items.sort": "amount", "others.amount": "blank", "q": "a"}
    assert list(without(page, ["items"])) == ["items.sort", "others.amount", "q"]
