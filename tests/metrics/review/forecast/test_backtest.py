"""How forecasts of past days held: measures, the two simple ways, and the goals on the demo."""

from datetime import date, timedelta

import numpy as np
import pytest

from data.store.state import Store
from metrics.asking.ledger import Ledger
from metrics.desk import asking_of
from metrics.review.forecast.backtest import average_delay, backtest, due_day
from metrics.review.forecast.book import book_of, number_of
from metrics.review.forecast.measures import covered, gross_error, pinball
from tests.metrics.review.forecast.made import One, book
from tests.metrics.review.forecast.test_forecast import LAST, steady


def test_errors_do_not_cancel():
    """Actual 100, 120, 80, 0 and forecast 90, 130, 100, 10: 50 of 300, where the net is 10 %."""
    came, said = np.array([100.0, 120, 80, 0]), np.array([90.0, 130, 100, 10])
    assert gross_error(came, said) == pytest.approx(50 / 300)
    assert gross_error(np.zeros(2), np.ones(2)) is None


def test_pinball_losses_are_those_of_the_definition():
    losses = [pinball(np.array([100.0]), np.array([q]), p)[0]
              for q, p in ((80.0, 0.1), (95.0, 0.5), (110.0, 0.9))]  # fmt: skip
    assert losses == pytest.approx([2.0, 2.5, 1.0])


def test_coverage_counts_what_lies_on_the_bounds():
    assert covered(np.array([1.0, 2, 3, 4]), np.full(4, 2.0), np.full(4, 3.0)) == 0.5
    assert covered(np.zeros(0), np.zeros(0), np.zeros(0)) is None


def test_the_simple_ways_pay_on_the_due_day_and_after_the_usual_delay():
    day = LAST
    invoices = [
        # 12 days late once, for 300, and 4 days late for 100: 10 days on average
        One("A", day - timedelta(100), day - timedelta(70), day - timedelta(58), 300.0),
        One("A", day - timedelta(100), day - timedelta(70), day - timedelta(66), 100.0),
        One("A", day - timedelta(10), day + timedelta(20), None, 500.0),
        One("A", day - timedelta(60), day - timedelta(30), None, 70.0),
    ]
    said = book(invoices, day)
    due, late = due_day(said, said.last), average_delay(said, said.last)
    assert due[0].tolist() == [70.0, 0, 500.0, *[0.0] * 10]
    assert late[0].tolist() == [70.0, 0, 0, 0, 500.0, *[0.0] * 8]


def test_steady_payers_are_forecast_better_than_by_their_due_days():
    scores = {one.forecast: one for one in backtest(book(steady(), LAST), 4)}
    assert scores["model"].gross_error < 0.5 * scores["due_day"].gross_error
    assert scores["model"].origin_weeks >= 200


def test_young_books_have_no_score():
    young = [one for one in steady() if one.issued > LAST - timedelta(200)]
    assert {one.origin_weeks for one in backtest(book(young, LAST), 4)} == {0}


@pytest.mark.deep
def test_the_goals_hold_on_the_demo_company(tmp_path_factory):
    """Better than both, half of the weeks in the narrow bands and nine tenths in the wide ones."""
    from etl.load.command.demo import load_demo

    folder = tmp_path_factory.mktemp("whole")
    load_demo(folder)
    engine = Store(folder).current().engine
    last = engine.query("select last_day from about").column(0)[0].as_py()
    said = book_of(asking_of(engine)[0], Ledger(last))
    assert number_of(last) == said.last
    model, *simple = backtest(said, 13)
    assert model.origin_weeks >= 200
    assert all(model.gross_error < one.gross_error for one in simple)
    assert all(model.pinball < one.pinball for one in simple)
    assert 0.45 <= model.coverage_50 <= 0.55
    assert 0.87 <= model.coverage_90 <= 0.93


def test_the_books_are_read_as_they_stand(demo_store):
    """Slices that are open come to what is open of invoices, and money to what was received."""
    engine = demo_store.current().engine
    last = engine.query("select last_day from about").column(0)[0].as_py()
    said = book_of(asking_of(engine)[0], Ledger(last))
    (open_,) = engine.query(
        "select sum(amount) as amount from open_items where closed_on is null and amount > 0"
        " and kind in ('invoice', 'opening')"
    ).to_pylist()
    still = said.closed > said.last
    assert said.amount[still].sum() == pytest.approx(float(open_["amount"]), abs=0.01)
    (paid,) = engine.query(
        "select -sum(amount) as amount from documents where kind = 'payment'"
    ).to_pylist()
    assert sum(said.came.values()) == pytest.approx(float(paid["amount"]), abs=0.01)
    assert date(2020, 1, 1) < last
