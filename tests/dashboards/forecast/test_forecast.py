"""The page Forecast: its sentence, its what-ifs, and what it says where it cannot know."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from dashboards.forecast import page as forecast
from dashboards.forecast.command import book_beside
from dashboards.server import create_app
from metrics.review.forecast.forecast import TOTAL
from metrics.review.forecast.forecast import forecast as made
from tests.pages import ask, small_company, words


@pytest.fixture(scope="module")
def app(demo_store):
    return create_app(demo_store, pages=(forecast.PAGE,))


def shown(app, part, language="en", **keys):
    search = f"?{urlencode(keys)}" if keys else ""
    found = ask(app, f"forecast-{part}-head.children", search, language)
    return tuple(words(found[f"forecast-{part}-{k}"].get("children")) for k in ("head", "body"))


def test_the_page_says_what_the_command_line_says(app, demo_store):
    weeks = made(book_beside(demo_store, demo_store.folder, None)).of(TOTAL)
    whole = sum(float(one.expected) for one in weeks) / 1000
    title, _body = shown(app, "fan")
    assert f"{whole:,.0f}" in title or f"{whole / 1000:.1f}" in title


def test_a_customer_who_pays_later_moves_the_weeks(app, demo_store):
    engine = demo_store.current().engine
    (row,) = engine.query(
        "select customer from open_items, about where closed_on is null and amount > 0"
        " and due_on >= last_day"
        " group by customer order by sum(amount) desc limit 1"
    ).to_pylist()
    plain, _body = shown(app, "fan")
    later, _body = shown(app, "fan", later=f"{row['customer']}:10")
    assert plain != later
    assert "pays 10 days later" in later
    assert "−" in later.split("next four weeks")[0]
    # an address that supposes nothing that can be
    assert shown(app, "fan", later="nobody:10", terms="400")[0] == plain


def test_longer_terms_are_said(app):
    assert "terms 30 days longer" in shown(app, "fan", terms="30")[0]
    assert "30 jours" in shown(app, "fan", language="fr", terms="30")[0]


def test_young_books_say_what_they_lack(tmp_path):
    app = create_app(small_company(tmp_path), pages=(forecast.PAGE,))
    title, _body = shown(app, "weeks", as_of="2024-06-30")
    assert "no bands" in title
