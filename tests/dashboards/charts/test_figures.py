import re
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from dashboards.base.format import Format
from dashboards.charts.buckets import bucket_css
from dashboards.charts.figures import (
    CONFIG,
    PALETTE,
    dark_css,
    figure,
    nice_ticks,
    value_axis,
)
from dashboards.charts.months import month_axis, month_names_axis
from data.core.buckets import DEFAULT, Buckets
from tests.pages import checked
from tests.places import ROOT

F = Format("en")


def luminance(colour: str) -> float:
    return sum(w * int(colour[i : i + 2], 16) for w, i in ((0.299, 1), (0.587, 3), (0.114, 5)))


def test_the_aging_ramp_darkens_step_by_step_so_that_it_prints_in_grey():
    for buckets, least in ((DEFAULT, 10), (Buckets((10, 20, 30, 40, 50, 60)), 7)):
        ramp = [luminance(PALETTE[buckets.shades[b]][0]) for b in buckets.names[:-1]]
        assert ramp == sorted(ramp, reverse=True)
        assert min(a - b for a, b in pairwise(ramp)) > least


def test_every_colour_is_found_again_in_the_dark():
    lights = [light for light, _dark in PALETTE.values()]
    assert len(set(lights)) == len(lights)
    css = dark_css()
    assert all(dark in css for _light, dark in PALETTE.values())


def test_axes_start_at_zero():
    assert nice_ticks(0, 4.2e6) == [0, 2e6, 4e6, 6e6]
    axis = value_axis([Decimal(3_100_000), None, Decimal(900_000)], "money", F)
    assert axis["range"][0] == 0
    assert axis["ticktext"][1].replace("\u00a0", " ") == "1.0 M€"
    assert value_axis([-2, 5], "days", F)["range"][0] < -1


def test_months_carry_their_year_once():
    days = [date(2025, 11, 30), date(2025, 12, 31), date(2026, 1, 31)]
    assert month_axis(days, F)["ticktext"] == ["Nov<br>2025", "Dec", "Jan<br>2026"]


@pytest.mark.parametrize("months", [1, 9, 10, 13, 18, 19, 37])
def test_no_more_months_are_named_than_a_telephone_has_room_for(months):
    days = [date(2023 + n // 12, n % 12 + 1, 28) for n in range(months)]
    axis = month_names_axis(days, F)
    assert len(axis["ticktext"]) <= 9
    assert axis["tickvals"][-1] == months - 1


def test_graphs_call_nobody():
    assert CONFIG["showSendToCloud"] is False
    assert CONFIG["plotlyServerURL"] == ""


def test_a_figure_keeps_its_layout_to_itself_and_plotly_knows_its_words():
    drawn = figure(F)
    drawn.add_vline(3, {"color": PALETTE["ink"][0]})
    drawn.add_bar(x=[1], y=[2.5])
    assert checked(drawn).layout.shapes[0].x1 == 3
    assert "shapes" not in figure(F).layout
    drawn.add_scatter(x=[1], y=[2], colour="red")
    with pytest.raises(ValueError, match="colour"):
        checked(drawn)


def test_every_colour_and_size_that_a_style_names_is_given_somewhere():
    folder = ROOT / "dashboards"
    styles = "".join(p.read_text(encoding="utf-8") for p in folder.rglob("*.css"))
    inline = "".join(p.read_text(encoding="utf-8") for p in folder.rglob("*.py"))
    given = set(re.findall(r"(--[\w-]+):", styles + dark_css() + bucket_css()))
    given |= set(re.findall(r"\"(--[\w-]+)\"", inline))
    used = set(re.findall(r"var\((--[\w-]+)\)", styles))
    assert [name for name in used - given if not name.startswith("--mantine-")] == []
