import math
import random
from decimal import Decimal

import pytest

from dashboards.base.format import Format
from dashboards.base.i18n import speaking
from dashboards.base.view import Context
from dashboards.charts.figures import figure
from dashboards.customer.form import sectors as choices
from dashboards.sectors import page as sectors
from dashboards.sectors.figures import intervals, quadrant
from dashboards.sectors.labels import Point, placed_labels
from dashboards.sectors.rows import (
    Sector,
    by_speed,
    level_of,
    open_sector,
    others_than,
    sectors_of,
    within_of,
)
from dashboards.server import create_app
from data.store.state import Store
from metrics.catalogue import answer
from tests.markets import markets
from tests.pages import ask, checked, small_company, words

PANELS = ("speed", "growth", "curve", "trend", "customers")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return markets(tmp_path_factory.mktemp("markets"))


@pytest.fixture(scope="module")
def view(store):
    return Context(store).view("")


@pytest.fixture(scope="module")
def app(store):
    return create_app(store, pages=(sectors.PAGE,))


def shown(app, part, search=""):
    found = ask(app, f"sectors-{part}-head.children", search)
    return tuple(words(found[f"sectors-{part}-{k}"]["children"]) for k in ("head", "body"))


def test_the_page_stands_before_any_query():
    assert sectors.layout(level="nonsense", at="47") is not None


def test_what_the_url_may_ask_for():
    assert level_of({}) == "sector_division"
    assert level_of({"level": "customer"}) == "sector_division"
    assert level_of({"level": "sector"}) == "sector"
    assert within_of({"within": "10"}) == 10
    assert within_of({"within": "11"}) == within_of({}) == 0


def test_sectors_are_the_metrics_answers(view):
    found = {s.code: s for s in sectors_of(view, "sector_division")}
    by = ("sector_division",)
    for name, column, field in (
        ("payment_speed", "median_days_to_pay", "median"),
        ("payment_speed", "median_low", "median_low"),
        ("payment_speed", "on_time_share", "on_time"),
        ("payment_speed", "days_beyond_terms_weighted", "late"),
        ("sales", "sales", "sales"),
        ("sales", "growth", "growth"),
        ("terms", "invoiced", "terms"),
    ):
        for row in answer(view.state.engine, name, view.ledger, by).to_pylist():
            assert getattr(found[row["sector_division"]], field) == row[column], (name, column)


def test_sectors_are_ranked_by_speed_and_those_with_little_stand_apart(view):
    ranked, few = by_speed(sectors_of(view, "sector"))
    assert [s.code for s in ranked] == ["47.11", "55.10", "10.71", "41.20"]
    assert [(s.code, s.paid_items) for s in few] == [("62.01", 2)]


def test_the_interval_plot_has_a_row_for_each_and_says_what_is_missing(app):
    head, body = shown(app, "speed", "?level=sector")
    assert head.startswith("Retail sale in non-specialised stores with… pays fastest, half")
    assert "half of it after 25 days" in head
    assert "too few payments: 2 of 20 needed" in body
    assert body.index("47.11") < body.index("55.10") < body.index("41.20") < body.index("62.01")


def test_an_interval_that_is_open_to_the_right_and_a_median_not_reached():
    slow = Sector("01", "01 Farms", 30, None, 60, None, 0.1, 9.0, None, 30.0)
    drawn = str(intervals([slow], [], Format(), lambda code: f"?at={code}"))
    assert "less than half is paid" in drawn
    assert "iv-line open" in drawn


def test_on_time_says_how_much_rests_on_assumed_due_days(view):
    given = Sector("01", "01 Farms", 30)
    assert sectors.on_time_note(view, [given]) is None
    note = sectors.on_time_note(view, [given, Sector("02", "02 Woods", 1200, assumed=1100)])
    assert "On time rests on assumed due days for 1,100 of 1,230 payments." in str(note)


def test_the_headline_counts_who_pays_within_terms_and_grows(app):
    found = ask(app, "sectors-headline.children", "")
    text = words(found["sectors-headline"]["children"])
    # 47 pays after 25 days and tripled; 55 is flat, 10 late, 41 late and shrinking
    assert text.startswith("1 of 4 sectors pays within terms and grows: Retail.")
    text = words(ask(app, "sectors-headline.children", "?within=5")["sectors-headline"]["children"])
    assert text.startswith("2 of 4 sectors pay within 5 days of their terms and grow")


def test_the_best_sector_is_open_until_another_is_chosen(view, store):
    found = sectors_of(view, "sector_division")
    assert open_sector(view, found).code == "47"
    asked = Context(store).view("?at=41")
    assert open_sector(asked, found).code == "41"
    assert open_sector(Context(store).view("?at=99"), found).code == "47"


def test_all_others_are_all_but_one(view, store):
    assert others_than(view, "sector_division", "47") == {
        "sector_division": ("10", "41", "55", "62")
    }
    one = Context(store).view("?sector_division=47")
    assert others_than(one, "sector_division", "47") == {}


def test_a_sector_is_shown_against_all_others(app):
    head, body = shown(app, "curve", "?at=41")
    assert "Building construction pays" in head
    assert "later than all others" in head
    assert "half is paid after 55 days" in body
    head, _body = shown(app, "trend", "?at=41")
    assert "Building construction" in head
    head, _body = shown(app, "customers", "?at=47&within=0")
    # K1 has 100,000 less the 3 + 3 invoices of March that are open
    assert head.startswith("2 customers in Retail can buy")


def test_its_customers_are_downloaded_with_the_sector_said(app):
    params = '{"level":"sector_division","at":"47","within":"0"}'
    url = f"/download/list.csv?list=customers-with-headroom&params={params}&at=47"
    text = app.server.test_client().get(url).get_data(as_text=True)
    assert "47 Retail trade" in text
    assert "pay within terms on average" in text
    assert "K1" in text
    assert "K3" not in text


def test_a_sector_with_little_says_so_instead_of_a_curve(app):
    for part in ("curve", "trend"):
        found = ask(app, f"sectors-{part}-head.children", "?at=62")
        text = words(found[f"sectors-{part}-body"]["children"])
        assert "2 payments in 12 months, 20 are needed" in text


def test_a_click_on_a_bubble_opens_the_sector(app):
    key = next(k for k in app.callback_map if app.callback_map[k]["inputs"][0]["id"]
               == "sectors-growth-graph")  # fmt: skip
    click = {"points": [{"customdata": ["41", "..."]}]}
    body = {
        "output": key,
        "outputs": {"id": "url", "property": key.split(".")[-1]},
        "inputs": [{"id": "sectors-growth-graph", "property": "clickData", "value": click}],
        "state": [{"id": "url", "property": "search", "value": "?country=BE&at=47"}],
        "changedPropIds": ["sectors-growth-graph.clickData"],
    }
    answered = app.server.test_client().post("/_dash-update-component", json=body)
    assert "?country=BE&at=41" in answered.get_data(as_text=True)


def test_the_quadrant_draws_whom_it_can_place(view):
    found = sectors_of(view, "sector_division")
    drawn = checked(quadrant(found, 0, Format(), "47"))
    points = next(t for t in drawn.data if t.mode == "markers")
    assert {c[0] for c in points.customdata} == {"10", "41", "47", "55"}
    assert max(points.y) <= 1.0
    texts = [a.text for a in drawn.layout.annotations]
    assert any("pays well and grows" in t for t in texts)
    assert "Retail" in texts


def test_leaders_end_at_the_edge_of_their_bubble():
    close = [
        Sector(str(n), f"{n} Some sector", 30, late=-2 + n / 10, sales=Decimal(100),
               growth=0.1 + n / 100)
        for n in range(8)
    ]  # fmt: skip
    drawn = checked(quadrant(close, 5, Format()))
    (points,) = drawn.data
    led = [a for a in drawn.layout.annotations if a.showarrow]
    assert led
    assert all(a.standoff == points.marker.size[0] / 2 for a in led)


def _outside(point, box):
    """Yield points of the line from a bubble to its label, from the bubble's edge on."""
    left, top, right, bottom = box
    x, y = (left if left >= point.x else right), (top + bottom) / 2
    for n in range(201):
        at = point.x + (x - point.x) * n / 200, point.y + (y - point.y) * n / 200
        if math.dist(at, (point.x, point.y)) > point.radius:
            yield at


def test_labels_never_lie_over_each_other_or_over_bubbles():
    rng, seen = random.Random(7), 0
    for _round in range(60):
        points = [
            Point(
                Sector(str(n), f"{n} " + "word " * rng.randint(1, 6), 30, late=rng.uniform(-5, 40),
                       sales=Decimal(rng.randint(1, 999)), growth=rng.uniform(-0.5, 0.9)),
                rng.uniform(0, 420), rng.uniform(0, 350), rng.uniform(4, 23),
            )
            for n in range(rng.randint(1, 40))
        ]  # fmt: skip
        labels = placed_labels(points, 5, 350, "0")
        boxes = [place.box for _point, place in labels]
        for n, a in enumerate(boxes):
            assert a[0] >= 0
            assert a[2] <= 420
            for b in boxes[n + 1 :]:
                assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        for point, place in labels:
            if place.far and point.sector.code != "0":
                leader = list(_outside(point, place.box))
                under = [
                    p
                    for p in points
                    if math.dist((p.x, p.y), (point.x, point.y)) >= p.radius
                    and any(math.dist((p.x, p.y), at) < p.radius - 1 for at in leader)
                ]
                over = [
                    box
                    for box in boxes
                    if box is not place.box
                    and any(box[0] < x < box[2] and box[1] < y < box[3] for x, y in leader)
                ]
                assert len(under) + 2 * len(over) <= 2
                seen += 1
    assert seen > 30


@pytest.mark.parametrize("part", PANELS)
def test_over_an_empty_and_a_tiny_store(tmp_path, part):
    empty = create_app(Store(tmp_path / "empty"), pages=(sectors.PAGE,))
    found = ask(empty, f"sectors-{part}-head.children")
    assert "Nothing is loaded yet" in words(found[f"sectors-{part}-body"]["children"])


def test_a_tiny_store_ranks_nobody(tmp_path):
    tiny = create_app(small_company(tmp_path), pages=(sectors.PAGE,))
    assert "too few payments: 12 of 20 needed" in shown(tiny, "speed")[1]
    text = ask(tiny, "sectors-growth-head.children")["sectors-growth-body"]["children"]
    assert "No sector has 20 payments" in words(text)
    found = ask(tiny, "sectors-speed-head.children", "?as_of=2020-01-01")
    assert "Nothing matches these filters" in words(found["sectors-speed-body"]["children"])


def test_colours_are_those_of_the_palette(view):
    drawn = quadrant(sectors_of(view, "sector_division"), 5, Format())
    assert drawn.layout["template"] == figure(Format()).layout["template"]


@pytest.mark.parametrize("typed", ["d'appels", "D’APPELS"])
def test_a_sector_is_found_in_the_readers_language_with_either_apostrophe(typed):
    with speaking("fr"):
        found = [choice["label"] for choice in choices(typed, "2.1")]
    assert found == ["82.2 Activités de centre d'appels", "82.20 Activités de centre d'appels"]


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_what_is_offered_is_offered_to_who_seeks_its_whole_label(language):
    """As a list asks once something was chosen from it; a choice that is gone is taken back."""
    with speaking(language):
        offered = choices("", "2.1")
        for choice in (*offered[:4], *choices("43.2", "2.1")):
            assert choice in choices(choice["label"], "2.1")
