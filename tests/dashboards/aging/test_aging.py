import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboards.aging.figures import Line, lines_of, ordered, proof
from dashboards.aging.page import (
    clicked_day,
    drill_content,
    headline_words,
    history_content,
    matrix_content,
    shown_days,
)
from dashboards.aging.sets import buckets_of, buckets_search, offered
from dashboards.aging.way import LISTINGS, place_of
from dashboards.base.format import Format
from dashboards.base.grid import block
from dashboards.base.i18n import speaking
from dashboards.base.view import NoRows
from dashboards.server import create_app
from data.core.buckets import DEFAULT, Buckets
from data.store.state import Store
from metrics.asking.ledger import Ledger
from metrics.catalogue import answer
from tests.ledgers import invoice, publish
from tests.pages import LAST, ask, checked, small_company, view, words

F = Format("en", "EUR")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return small_company(tmp_path_factory.mktemp("company"))


@pytest.fixture(autouse=True)
def english():
    with speaking("en"):
        yield


def tree(part):
    return json.loads(json.dumps(part, cls=PlotlyJSONEncoder))


def plain(part) -> str:
    """Return what a reader sees in a component."""
    return words(tree(part))


def links(part) -> list[tuple[str, str]]:
    """Return the text and address of every link, in reading order."""
    if isinstance(part, list):
        return [found for piece in part for found in links(piece)]
    if not isinstance(part, dict):
        return []
    props = part.get("props", {})
    own = [(words(part), props["href"])] if props.get("href") else []
    return own + links(props.get("children"))


# ---- the matrix and its proof -----------------------------------------------------------------


@pytest.mark.parametrize("basis", ["due", "issued"])
def test_the_matrix_shows_the_figures_of_the_metric(store, basis):
    seen = view(store, by="country", basis=basis)
    cells = answer(
        store.current().engine, "aging", Ledger(LAST, basis=basis), ("country",)
    ).to_pylist()
    content = matrix_content(seen)
    shown = {href: text for text, href in links(tree(content.body[0])) if "bucket=" in href}
    drawn = 0
    for cell in cells:
        key = f"&group={cell['country'] or '-'}&bucket={cell['bucket']}"
        found = [text for href, text in shown.items() if href.endswith(key)]
        if not cell["items"]:
            assert found == []
            continue
        drawn += 1
        assert found == [F.number(cell["amount"])]
    assert drawn == sum(c["items"] > 0 for c in cells) > 4


@pytest.mark.parametrize("written", ["15,45", "months:2", "30,60,90+10"])
def test_another_set_of_buckets_divides_the_same_total(store, written):
    seen = view(store, by="country", buckets=written)
    buckets = Buckets.of_text(written)
    cells = answer(store.current().engine, "aging", Ledger(LAST, buckets=buckets)).to_pylist()
    assert [cell["bucket"] for cell in cells] == list(buckets.names)
    content = matrix_content(seen)
    heads = tree(content.body[0])["props"]["children"][0]["props"]["children"]
    said = words(heads["props"]["children"][0])
    assert all(str(text) in said for text in buckets.labels.values())
    assert "They tie to the cent" in plain(content.body[1])
    assert content.explain.buckets == written
    drawn = checked(history_content(seen).body.figure)
    assert [bar.y[-1] for bar in drawn.data[:-1]] == [float(c["amount"]) for c in cells]


def test_days_of_grace_are_said(store):
    content = history_content(view(store, buckets="30,60,90+10"))
    assert "overdue by more than 10 days" in content.title
    assert "Share past grace" in plain(matrix_content(view(store, buckets="30+10")).body[0])


@pytest.mark.parametrize("written", ["", "x", "60,30", "30;DROP"])
def test_what_is_no_set_of_buckets_is_the_default(store, written):
    assert buckets_of(view(store, buckets=written)) == DEFAULT


def test_a_chosen_set_stands_in_the_address_and_leaves_the_cell(store):
    asked = "?by=country&bucket=1-30&group=BE&as_of=2026-01-31"
    usual = view(store, by="country")
    found = "?by=country&as_of=2026-01-31&buckets={}"
    assert buckets_search(usual, "15, 45", asked) == found.format("15%2C45")
    assert buckets_search(usual, "weeks", asked) == found.format("7%2C14%2C30%2C60%2C90")
    assert buckets_search(usual, "30,60,90", asked) is None
    other = view(store, by="country", buckets="15,45")
    assert buckets_search(other, "30,60,90", "?buckets=15%2C45&by=country") == "?by=country"
    assert buckets_search(other, "", "?buckets=15%2C45&by=country") == "?by=country"
    with pytest.raises(ValueError, match="no set"):
        buckets_search(usual, "many", asked)


def test_the_sets_of_the_policy_are_offered_by_name(store):
    sets = offered(view(store))
    assert sets[0] == {"group": "standard", "items": ["30,60,90"]}
    assert {"group": "months", "items": ["months:3"]} in sets
    assert str(buckets_of(view(store, buckets="grace"))) == "30,60,90+5"


def test_the_total_stands_on_top_and_its_shares_are_shares_of_totals(store):
    body = tree(matrix_content(view(store, by="country", values="shares")).body[0])
    table = body["props"]["children"][0]["props"]["children"]
    first = table["props"]["children"][1]["props"]["children"][0]
    texts = [words(cell) for cell in first["props"]["children"]]
    total = answer(store.current().engine, "aging", Ledger(LAST)).to_pylist()
    amounts = {r["bucket"]: r["amount"] for r in total}
    gross = sum(v for b, v in amounts.items() if b != "unapplied")
    expected = [F.share(amounts[b] / gross).replace("\u00a0", " ") for b in DEFAULT.names]
    assert texts[0] == "Total"
    assert texts[2:8] == expected


def test_the_proof_ties_and_says_so(store):
    said = plain(matrix_content(view(store)).body[1])
    truth = answer(store.current().engine, "receivables", Ledger(LAST)).to_pylist()[0]
    exact = F.exact(truth["receivables"]).replace("\u00a0", " ")
    assert said.count(exact) == 2  # receivables and ledger balance
    assert "✓ They tie to the cent" in said
    assert F.exact(truth["unapplied"]).replace("\u00a0", " ") in said


def test_a_proof_that_does_not_tie_shows_a_cross_and_the_difference(store):
    total = Line("", {"not_due": Decimal("100.00"), "unapplied": Decimal("-10.00")})
    said = plain(proof(total, Decimal("90.00"), Decimal("90.01"), 3, view(store)))
    assert "✗" in said
    assert "✓" not in said
    assert "0.01 € apart" in said
    assert "≠" in said
    broken_buckets = plain(proof(total, Decimal("95.00"), Decimal("95.00"), 3, view(store)))
    assert "5.00 € apart" in broken_buckets


def test_lines_can_be_put_in_any_order(store):
    lines = lines_of(
        [
            {"country": "BE", "bucket": "1-30", "amount": Decimal(5), "items": 1},
            {"country": "BE", "bucket": "unapplied", "amount": Decimal(-9), "items": 1},
            {"country": "NL", "bucket": "1-30", "amount": Decimal(3), "items": 1},
            {"country": "NL", "bucket": "over_90", "amount": Decimal(4), "items": 1},
        ],
        "country",
    )

    def order(sort):
        return [line.member for line in ordered(lines, sort, view(store), "country")]

    assert order("receivables") == ["NL", "BE"]
    assert order("1-30") == ["BE", "NL"]
    assert order("overdue") == ["NL", "BE"]
    assert order("unapplied") == ["BE", "NL"]
    assert order("name") == ["BE", "NL"]
    assert order("1; drop") == ["NL", "BE"]


# ---- the 36 columns -----------------------------------------------------------------------------


def test_the_picture_stays_where_it_is_when_a_month_is_clicked(store):
    last = shown_days(view(store))
    assert len(last) == 36
    assert last[-1] == LAST
    assert shown_days(view(store, as_of="2025-06-30")) == last
    between = shown_days(view(store, as_of="2025-06-15"))
    assert set(between) - set(last) == {date(2025, 6, 15)}


def test_the_columns_are_the_metric_and_carry_their_day(store):
    seen = view(store)
    drawn = checked(history_content(seen).body.figure)
    rows = answer(store.current().engine, "aging", Ledger(LAST)).to_pylist()
    for bucket, bar in zip(DEFAULT.names, drawn.data, strict=False):
        amount = next(r["amount"] for r in rows if r["bucket"] == bucket)
        assert bar.y[-1] == float(amount)
        assert bar.customdata[-1] == LAST.isoformat()


def test_a_click_holds_a_day_or_nothing():
    assert clicked_day({"points": [{"customdata": "2025-06-30"}]}) == "2025-06-30"
    assert clicked_day({"points": [{"customdata": "1; drop"}]}) is None
    assert clicked_day({"points": []}) is None
    assert clicked_day(None) is None


def test_the_headline_says_what_is_overdue(store):
    rows = answer(store.current().engine, "aging", Ledger(LAST)).to_pylist()
    late = sum(r["amount"] for r in rows if r["bucket"] in DEFAULT.late)
    gross = sum(r["amount"] for r in rows if r["bucket"] != "unapplied")
    said = plain(headline_words(view(store)))
    assert F.money(late).replace("\u00a0", " ") in said
    assert F.share(late / gross).replace("\u00a0", " ") in said


# ---- the way down ---------------------------------------------------------------------------


def test_each_step_down_lists_what_is_behind_the_amount(store):
    cell = {"by": "country", "group": "-", "bucket": "31-60"}
    customers = block(view(store, **cell), LISTINGS["customers"], {}, {})[0]["rowData"]
    assert [r["customer"] for r in customers] == ["C5"]
    items = view(store, **cell, customer="C5")
    listed = block(items, LISTINGS["items"], {}, {})[0]
    assert listed["rowCount"] == 1
    cells = answer(store.current().engine, "aging", Ledger(LAST), ("country",)).to_pylist()
    amount = next(
        r["amount"] for r in cells if r["country"] == "" and r["bucket"] == cell["bucket"]
    )
    assert block(items, LISTINGS["items"], {}, {})[1][0]["amount"] == F.number(amount, 2)
    assert F.exact(amount) in drill_content(items).title
    number = listed["rowData"][0]["document_id"]
    life = view(store, **cell, customer="C5", document=number)
    slices = block(life, LISTINGS["slices"], {}, {})[0]["rowData"]
    assert [(r["document_id"], r["closed_on"]) for r in slices] == [(number, "–")]


def test_the_way_back_names_each_step(store):
    seen = view(
        store, by="country", group="FR", bucket="unapplied", customer="C3", document="P-LOOSE"
    )
    content = drill_content(seen)
    found = links(tree(content.body))
    assert [text for text, _href in found][:4] == ["Matrix", "Unapplied", "France", "Garage Dubois"]
    assert found[0][1] == "?by=country"
    assert found[2][1] == "?by=country&group=FR&bucket=unapplied"
    assert found[-1] == ("To the customer's page", "/customer?customer=C3")


def test_a_customer_of_the_matrix_leads_to_its_items_at_once(store):
    place = place_of(view(store, by="customer", group="C3", bucket="all"))
    assert (place.level, place.customer) == ("items", "C3")


def test_what_names_no_bucket_opens_nothing(store):
    assert place_of(view(store, bucket="1; drop", group="FR")) is None
    assert "Click an amount above" in plain(drill_content(view(store)).body)


def test_a_file_says_what_narrows_it(store):
    client = create_app(store).server.test_client()
    asked = "list=aging-customers&by=country&group=FR&bucket=unapplied&as_of=2026-03-31"
    lines = client.get(f"/download/list.csv?{asked}").data.decode("utf-8-sig").splitlines()
    assert 'Filters,"Unapplied, France, by due day"' in lines
    assert any("Garage Dubois" in line and "-150.00" in line for line in lines)


def test_nothing_under_the_filters(store):
    seen = view(store)
    early = replace(seen, selection=replace(seen.selection, as_of=date(2019, 1, 31)))
    for content in (history_content, matrix_content, headline_words):
        with pytest.raises(NoRows):
            content(early)


def test_every_callback_answers_for_empty_tiny_and_small_stores(store, tmp_path):
    tiny = publish(tmp_path / "tiny", [invoice("F1", "A", "2026-01-10", 100)])
    stores = {"empty": Store(tmp_path / "none"), "tiny": tiny, "small": store}
    for name, over in stores.items():
        app = create_app(over)
        for panel in ("history", "matrix", "drill"):
            part = f"aging-{panel}-body"
            for search in (
                "",
                "?by=customer&basis=issued&values=shares&bucket=all",
                "?by=x&basis=y",
            ):
                body = ask(app, f"{part}.children", search)[part]["children"]
                assert "could not be computed" not in words(body)
                assert ("Nothing is loaded yet" in words(body)) is (name == "empty")
