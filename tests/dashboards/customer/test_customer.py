from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from dashboards.base.format import Format
from dashboards.base.view import Context
from dashboards.customer import page as customer
from dashboards.customer.facts import expected_payment, master
from dashboards.customer.lives import (
    Life,
    _axis,
    _heights,
    lives_figure,
    lives_of,
    span_of,
    tip,
)
from dashboards.customer.page import state_of
from dashboards.customer.panels import months_of
from dashboards.frame.finder import find_customers
from dashboards.server import create_app
from data.core.buckets import DEFAULT
from data.store.state import Store
from metrics.asking.ledger import Ledger, month_start
from metrics.catalogue import answer
from tests.markets import LAST, markets
from tests.pages import ask, words

PANELS = ("sell", "collect", "lives", "curve", "terms", "items")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return markets(tmp_path_factory.mktemp("markets"))


@pytest.fixture(scope="module")
def app(store):
    return create_app(store, pages=(customer.PAGE,))


def shown(app, part, search):
    found = ask(app, f"customer-{part}-head.children", search)
    return tuple(words(found[f"customer-{part}-{k}"].get("children")) for k in ("head", "body"))


def part(amount, due, closed=None, **more):
    return {
        "document_id": "F1", "document_key": 1, "issued_on": date(2026, 1, 5),
        "due_on": due, "closed_on": closed, "closed_by": "payment" if closed else "",
        "amount": Decimal(amount), "disputed": False, "due_assumed": "", **more,
    }  # fmt: skip


def test_the_url_asks_for_known_things_only():
    assert months_of({"months": "24"}) == 24
    assert months_of({"months": "9999"}) == 12
    assert state_of({"items": "all"}) == "all"
    assert state_of({"items": "x"}) == "open"
    assert customer.layout() is not None


def test_slices_of_one_invoice_share_its_row():
    due = date(2026, 2, 4)
    rows = [part("30.00", due, date(2026, 1, 20)), part("70.00", due)]
    other = {**part("5.00", due), "document_key": 2, "document_id": "F2",
             "issued_on": date(2026, 1, 6)}  # fmt: skip
    found = lives_of([*rows, other])
    assert [(life.document_id, len(life.slices)) for life in found] == [("F2", 1), ("F1", 2)]
    assert found[1].amount == Decimal("100.00")


def test_a_slice_is_as_thick_as_its_share_but_never_invisible():
    due = date(2026, 2, 4)
    assert _heights([part("30.00", due), part("70.00", due)]) == pytest.approx([30, 70])
    thin, thick = _heights([part("0.01", due), part("999.99", due)])
    assert thin == pytest.approx(100 * 20 / 120, rel=0.01)
    assert thin + thick == pytest.approx(100)


def test_a_bar_turns_at_its_due_day_and_an_open_one_fades_out():
    life = Life("F1", date(2026, 1, 5), (part("30.00", date(2026, 2, 4)),))
    span = span_of(date(2025, 11, 1), date(2026, 3, 6), [life])
    drawn = str(lives_figure([life], span, Format(), lambda number: f"?document={number}", DEFAULT))
    assert "lv-bar to-late-0" in drawn
    assert "lv-tail to-late-0" in drawn
    # 30 of its 60 days so far lie after the due day
    assert "'--turn': '50.00%'" in drawn


def test_the_story_of_an_invoice_is_exact():
    due = date(2026, 2, 4)
    slices = (part("30.00", due, date(2026, 1, 20)), part("70.00", due, disputed=True))
    text = tip(Life("F1", date(2026, 1, 5), slices), date(2026, 3, 6), Format())
    assert text.replace("\u00a0", " ").split("\n") == [
        "F1: 100.00 €",
        "issued 5 Jan 2026, due 4 Feb 2026",
        "30.00 € paid on 20 Jan 2026, on time",
        "70.00 € open, 30 days overdue",
        "disputed",
    ]


def test_future_due_days_show_but_do_not_stretch_the_picture():
    life = Life("F1", date(2026, 1, 5), (part("30.00", date(2030, 1, 1)),))
    span = span_of(date(2025, 11, 1), date(2026, 3, 6), [life])
    assert (span.last - span.as_of).days == 75


def test_an_expected_day_rests_on_the_customers_own_median(store):
    view = Context(store).view("?customer=K0")
    found = expected_payment(view, master(view))
    speed = answer(view.state.engine, "payment_speed", Ledger(LAST, {"customer": ("K0",)}))
    assert found.level == ""
    assert found.days == speed.to_pylist()[0]["median_days_to_pay"] == 25
    assert found.day == date(2026, 4, 25)


def test_with_few_payments_it_rests_on_more_and_says_so(app, store):
    view = Context(store).view("?customer=K8")
    found = expected_payment(view, master(view))
    # its sector has nobody else, so all customers together must do
    assert (found.level, found.paid) == ("total", 2)
    _head, body = shown(app, "sell", "?customer=K8")
    assert "It made 2 payments of the 20 needed, so this rests on all customers" in body


@pytest.mark.parametrize("number", ["K2", "K8"])
def test_both_questions_have_the_metrics_answers(app, store, number):
    view = Context(store).view(f"?customer={number}")
    ledger = Ledger(LAST, {"customer": (number,)})
    room = answer(view.state.engine, "exposure", ledger).to_pylist()[0]
    aging = answer(view.state.engine, "aging", ledger).to_pylist()
    late = sum(r["amount"] for r in aging if r["bucket"] not in ("not_due", "unapplied"))
    sell = shown(app, "sell", f"?customer={number}")[1]
    for name in ("credit_limit", "exposure", "headroom"):
        assert view.f.exact(room[name]).replace("\u00a0", " ") in sell
    head, collect = shown(app, "collect", f"?customer={number}")
    assert view.f.exact(late).replace("\u00a0", " ") in collect
    if number == "K8":
        assert head.startswith("90 € is overdue, the oldest for 55 days")


def test_the_header_says_who_it_is(app):
    text = words(ask(app, "customer-who.children", "?customer=K8")["customer-who"]["children"])
    assert "K8" in text
    assert "62.01" in text
    assert "France" in text
    assert "Société Été K0 and 1 other customer" in text
    named = ask(app, "customer-headline.children", "?customer=K8")["customer-headline"]
    assert words(named["children"]).startswith("Néon Room for 635 €, but 90 € is overdue.")


def test_a_document_opens_with_file_and_line(app):
    _head, body = shown(app, "lives", "?customer=K8&document=N0")
    assert "Given by the export" in body
    assert "paid, 20 days late" in body
    assert "PN2" in body
    assert ", line " in body
    _head, body = shown(app, "lives", "?customer=K8&document=FK0-000")
    assert "No document of this customer has this number" in body


def test_what_is_listed_ties_to_receivables(app):
    head, _body = shown(app, "items", "?customer=K8")
    assert head.startswith("3 documents, 165.00 € open")
    head, _body = shown(app, "items", "?customer=K8&items=all")
    assert head.startswith("6 documents, 165.00 € open")


def test_a_download_says_whose_account_it_is(app):
    params = '{"customer":"K8","items":"all"}'
    url = f"/download/list.csv?list=account&params={params}&customer=K8&items=all"
    text = app.server.test_client().get(url).get_data(as_text=True)
    assert 'Filters,"K8, Néon, Everything"' in text
    assert "PN2" in text


def test_an_unknown_number_gets_an_answer(app):
    text = words(ask(app, "customer-who.children", "?customer=K")["customer-who"]["children"])
    assert "No customer has the number “K”" in text
    assert "Société Été K0 · K0" in text
    body = ask(app, "customer-body.className", "?customer=K")["customer-body"]
    assert body["className"] == "gone"
    for name in PANELS:
        assert "Nothing matches" in shown(app, name, "?customer=K")[1] or name == "items"


def test_a_customer_outside_the_filters_says_so(app):
    named = ask(app, "customer-headline.children", "?customer=K8&country=BE")
    text = words(named["customer-headline"]["children"])
    assert "The filters above leave this customer out." in text


def test_customers_are_found_while_typing(store):
    view = Context(store).view("")
    assert find_customers(view, " ") == []
    assert find_customers(view, "neon") == [{"value": "K8", "label": "Néon · K8"}]


@pytest.mark.parametrize("name", PANELS)
def test_every_panel_over_an_empty_store(tmp_path, name):
    empty = create_app(Store(tmp_path), pages=(customer.PAGE,))
    found = ask(empty, f"customer-{name}-head.children", "?customer=K8")
    assert "Nothing is loaded yet" in words(found[f"customer-{name}-body"]["children"])


@pytest.mark.parametrize(
    "day", [date(2026, m, d) for m in (1, 2, 6, 12) for d in (1, 2, 10, 20, 25)]
)
def test_labels_of_the_time_axis_stand_clear_of_each_other(day):
    """On a sheet of paper the axis is 500 pixels wide, and a letter takes some six."""
    firsts = (month_start(day, n) for n in (11, 12, 13, 23, 35))
    for first in (*firsts, day - timedelta(days=365)):
        span = span_of(first, day, [])
        ends: list[tuple[float, float]] = []
        for label in _axis(span, Format("fr")).children[2].children[:-1]:
            left, width = float(label.style["left"][:-1]) * 5, len(label.children) * 6.2
            looks = label.className.split()
            left -= 0 if "first" in looks else width if "last" in looks else width / 2
            ends.append((left, left + width))
        assert len(ends) > 3
        ends.sort()
        assert all(one[1] < other[0] for one, other in pairwise(ends)), (first, day, ends)
