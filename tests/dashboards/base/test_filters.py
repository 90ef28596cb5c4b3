from dataclasses import replace
from datetime import date

import pytest

from dashboards.base.filters import (
    Options,
    Selection,
    dimension_label,
    parse,
    sector_choices,
    to_search,
    value_label,
    with_filter,
    with_page,
)
from dashboards.base.format import Format
from dashboards.base.links import dimension_choice
from dashboards.base.view import View
from dashboards.frame.controls import choices, hides, search_of, shown_of
from metrics.asking.limits import Standing

OPTIONS = Options(
    first_day=date(2024, 1, 1),
    last_day=date(2026, 3, 31),
    loaded=date(2026, 1, 1),
    currency="EUR",
    values={
        "sector_section": ("", "F", "G"),
        "sector_division": ("", "41", "43", "46"),
        "sector_group": ("", "41.2", "43.2", "46.7"),
        "sector": ("", "41.20", "43.21", "43.22", "46.73"),
        "country": ("", "BE", "NL"),
        "customer_group": ("C1", "C2"),
        "segment": ("", "a,b"),
        "salesperson": ("Anna & Bram",),
        "currency": ("EUR",),
    },
    names={"C1": "Janssens", "C2": "Peeters"},
    sectors=(
        ("", "", "", ""),
        ("F", "41", "41.2", "41.20"),
        ("F", "43", "43.2", "43.21"),
        ("F", "43", "43.2", "43.22"),
        ("G", "46", "46.7", "46.73"),
    ),
)
F = Format("en")


@pytest.mark.parametrize(
    "search",
    [
        "",
        "?as_of=2025-12-31",
        "?sector_division=41&country=BE&country=NL",
        "?country=-",
        "?as_of=2025-02-28&segment=a%2Cb&salesperson=Anna+%26+Bram&method=count_back&q=%3D1",
    ],
)
def test_a_link_reproduces_the_view(search):
    selection = parse(search, OPTIONS)
    assert selection.notices == ()
    assert to_search(selection) == search
    shown = shown_of(View(None, selection, OPTIONS, F))
    assert search_of(None if selection.default_day else shown.day, shown.values, search) == search


def test_the_day_starts_at_the_last_day_of_the_data():
    assert parse("", OPTIONS) == Selection(date(2026, 3, 31), default_day=True)


@pytest.mark.parametrize("bad", ["2026-02-30", "yesterday", "", "2026-1-1'; drop table about"])
def test_a_day_that_is_none_falls_back_and_says_so(bad):
    selection = parse("?as_of=" + bad, OPTIONS)
    assert selection.as_of == date(2026, 3, 31)
    assert len(selection.notices) == 1
    assert bad[:10] in str(selection.notices[0])


def test_values_that_do_not_occur_are_left_out_and_said():
    selection = parse("?country=BE&country=ZZ&country=BE", OPTIONS)
    assert selection.chosen == {"country": ("BE",)}
    assert "ZZ" in str(selection.notices[0])


def test_not_known_is_a_value_like_any_other():
    selection = parse("?country=-", OPTIONS)
    assert selection.where(OPTIONS) == {"country": ("",)}
    assert selection.words(OPTIONS, F) == "Country not known"


def test_sectors_of_several_levels_mean_one_or_the_other():
    selection = parse("?sector_section=G&sector_division=41", OPTIONS)
    assert selection.where(OPTIONS) == {"sector": ("41.20", "46.73")}


def test_sectors_of_one_level_stay_at_that_level():
    selection = parse("?sector_division=41&sector_division=43", OPTIONS)
    assert selection.where(OPTIONS) == {"sector_division": ("41", "43")}
    assert selection.ledger(OPTIONS).where == {"sector_division": ("41", "43")}


def test_filters_follow_to_another_page_and_page_keys_do_not():
    selection = parse("?country=BE&method=x", OPTIONS)
    assert to_search(selection, page=False) == "?country=BE"


def test_clicks_change_their_own_keys_only():
    assert with_page("?country=BE&method=x", method="y") == "?country=BE&method=y"
    assert with_page("?method=x", method=None) == ""
    assert with_filter("?country=BE&q=1", country=("NL", "")) == "?q=1&country=NL&country=-"


def test_words_name_things_as_a_reader_does():
    selection = parse("?country=NL&customer_group=C2&sector_section=F", OPTIONS)
    assert selection.words(OPTIONS, F) == "F Construction, Netherlands, Peeters"
    assert value_label("country", "BE", OPTIONS, Format("nl")) == "België"


def test_a_chip_takes_one_value_away():
    selection = parse("?country=BE&country=NL", OPTIONS)
    assert to_search(selection.without("country", "BE")) == "?country=NL"
    assert to_search(selection.without("country", "BE").without("country", "NL")) == ""


def test_the_sector_control_offers_each_level_once():
    offered = [choice["value"] for choice in sector_choices(OPTIONS, F)]
    assert offered == [
        "sector_section:", "sector_section:F", "sector_division:41", "sector:41.20",
        "sector_division:43", "sector_group:43.2", "sector:43.21", "sector:43.22",
        "sector_section:G", "sector_division:46", "sector:46.73",
    ]  # fmt: skip


BRANCHES = replace(
    OPTIONS,
    values={
        **OPTIONS.values,
        "branch": ("N", "S"),
        "project": ("P",),
        "territory": ("Europe", "Europe > Benelux", "Europe > Benelux > Belgium"),
        "own_1": ("shop", "web"),
    },
    own={"own_1": "channel"},
)


def test_a_dimension_of_ones_own_is_named_as_the_reader_named_it():
    selection = parse("?channel=web&by=channel", BRANCHES)
    assert selection.where(BRANCHES) == {"own_1": ("web",)}
    assert selection.page == {"by": "own_1"}
    assert dimension_label("own_1", BRANCHES) == "channel"
    assert value_label("own_1", "", BRANCHES, F) == "channel not known"


def test_a_territory_means_all_below_it():
    where = parse("?territory=Europe+%3E+Benelux", BRANCHES).where(BRANCHES)
    assert where == {"territory": ("Europe > Benelux", "Europe > Benelux > Belgium")}


def test_what_is_no_dimension_to_split_by_is_said():
    selection = parse("?by=nonsense", BRANCHES)
    assert [str(n) for n in selection.notices] == ["“nonsense” is no dimension to split by."]
    assert selection.page == {}


def test_a_filter_with_one_value_is_not_offered():
    hidden = [name for name in ("segment", "branch", "project", "own_1") if hides(name, BRANCHES)]
    assert hidden == ["project"]
    view = View(None, parse("", BRANCHES), BRANCHES, F)
    offered = {choice["value"] for choice in dimension_choice("by", view).data}
    assert {"branch", "customer", "own_1"} <= offered
    assert not offered & {"project", "currency", "total"}


def test_customers_are_chosen_by_how_they_stand_on_the_day():
    said = "?as_of=2026-01-31&overdue=30&overdue=45&overdue=many&limit=over&limit=tall&country=BE"
    selection = parse(said, OPTIONS)
    assert len(selection.notices) == 2
    assert selection.standing(None) == Standing(date(2026, 1, 31), 30, ("over",))
    assert selection.where(OPTIONS) == {"country": ("BE",)}
    assert selection.ledger(OPTIONS).standing == selection.standing(None)
    assert selection.words(OPTIONS, F) == (
        "Belgium, more than 30 days overdue, more than 45 days overdue, over the limit"
    )
    assert to_search(selection) == "?as_of=2026-01-31&country=BE&overdue=30&overdue=45&limit=over"
    assert parse("", OPTIONS).standing(None) is None
    switched = parse("?disputed=out&disputed=in&overdue=30", OPTIONS)
    assert len(switched.notices) == 1
    assert switched.ledger(OPTIONS).undisputed
    assert switched.standing(None) == Standing(switched.as_of, 30, (), None, undisputed=True)
    assert switched.words(OPTIONS, F) == "more than 30 days overdue, without disputed amounts"
    assert to_search(switched) == "?overdue=30&disputed=out"
    assert not parse("", OPTIONS).ledger(OPTIONS).undisputed
    offered = [c["value"] for c in choices("overdue", ["45"], "", OPTIONS)]
    assert offered == ["0", "30", "60", "90", "45"]
