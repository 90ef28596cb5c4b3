"""What will come in: what each step says of books small enough to count by hand."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from metrics.review.forecast.ahead import (
    WEEKS,
    Supposed,
    issued_at,
    moved_on,
    paid_on,
    template,
    to_come,
)
from metrics.review.forecast.bands import Replay, bands, by_week, came_in, expected_at, origins
from metrics.review.forecast.behaviour import EARLY, LEAN, classes, learn
from metrics.review.forecast.book import Promised, day_of, number_of
from metrics.review.forecast.forecast import ISSUED, TO_COME, TOTAL, by_state, forecast
from tests.metrics.review.forecast.made import One, book

LAST = date(2026, 6, 30)


def steady(days_to_pay: int = 45, years: int = 3, terms: int = 30) -> list[One]:
    """Invoices of 100 every second day, all paid after the same days."""
    first = LAST - timedelta(365 * years)
    found = []
    for n in range(0, 365 * years, 2):
        issued = first + timedelta(n)
        paid = issued + timedelta(days_to_pay)
        found.append(One(f"C{n % 3}", issued, issued + timedelta(terms), paid))
    return found


def test_open_invoices_alone_end_after_their_days_and_sales_to_come_fill_the_weeks():
    made = forecast(book(steady(), LAST))
    issued, coming = ([float(w.expected) for w in made.of(layer)] for layer in (ISSUED, TO_COME))
    total = [float(w.expected) for w in made.of(TOTAL)]
    assert sum(issued[7:]) < 0.02 * sum(issued)
    assert sum(coming[:6]) < 0.02 * sum(coming)
    assert all(280 <= one <= 400 for one in total)  # three or four invoices a week
    assert made.months == 12


def test_weeks_and_layers_add_up_and_stand_in_order():
    made = forecast(book(steady(), LAST), weeks=4)
    assert [w.week for w in made.of(TOTAL)] == [LAST + timedelta(7 * n + 1) for n in range(4)]
    for one, two, three in zip(*map(made.of, (ISSUED, TO_COME, TOTAL)), strict=True):
        assert abs(one.expected + two.expected - three.expected) <= Decimal("0.02")
        assert three.low_90 <= three.low_50 <= three.high_50 <= three.high_90
    with pytest.raises(ValueError, match="14 weeks"):
        forecast(book(steady(), LAST), weeks=14)


def test_a_hazard_is_what_was_paid_of_what_was_open_leaning_on_the_level_above():
    """Of 30 slices 10 days after their due day, 12 were paid on that day: counted by hand."""
    day = LAST
    invoices = [
        One("A", day - timedelta(60), day - timedelta(30), day - timedelta(20 if n < 12 else 10))
        for n in range(30)
    ]
    how = learn(book(invoices, day), number_of(day))
    usual = 30 / sum((20 if n < 12 else 30) + 21 for n in range(30))
    everyone = (12 + LEAN * usual) / (30 + LEAN)
    sector = (12 + LEAN * everyone) / (30 + LEAN)
    own = (12 + LEAN * sector) / (30 + LEAN)
    assert how.hazard[how.row[0], 10 - EARLY] == pytest.approx(own)


def test_payment_runs_are_learnt():
    """Who pays on the 15th alone is expected on it, and hardly on any other day."""
    invoices = []
    for month in range(30):
        issued = date(2024 + month // 12, month % 12 + 1, 1)
        for n in range(6):
            day = issued + timedelta(2 * n)
            due = day + timedelta(30)
            paid = date(due.year + due.month // 12, due.month % 12 + 1, 15)
            invoices.append(One("A", day, due, paid))
    last = date(2026, 5, 31)
    said = book([one for one in invoices if one.issued <= last], last)
    how = learn(said, said.last)
    came = paid_on(issued_at(said, said.last), said.last, how, 28)
    assert came[14] > 5 * (came.sum() - came[14]) / 27


def test_a_promise_is_expected_on_its_day_as_far_as_promises_were_kept():
    last = LAST
    invoices = [*steady(), One("Z", last - timedelta(90), last - timedelta(60), None, 1000.0)]
    plain = book(invoices, last)
    place = plain.names.index("Z")
    promised = book(
        invoices, last, promised=(Promised(place, plain.last + 10, 400.0),), kept=(0.75, 8)
    )
    slices, sure = by_state(promised)
    assert sure[9] == pytest.approx(300.0)
    assert sure.sum() == pytest.approx(300.0)
    mine = slices.of(place)
    assert mine.amount.sum() == pytest.approx(700.0)
    assert mine.since.tolist() == [plain.last + 11]
    nobody = book(invoices, last, promised=promised.promised)
    assert by_state(nobody)[1].sum() == pytest.approx(200.0)  # no promise fell due: one in two


def test_what_is_disputed_is_not_expected():
    last = LAST
    invoices = [One("Z", last - timedelta(90), last - timedelta(60), None, 1000.0), *steady()]
    said = book(invoices, last)
    disputed = np.zeros(len(said.amount))
    disputed[0] = 1000.0
    made = forecast(book(invoices, last, disputed=disputed))
    without = forecast(book(invoices[1:], last))
    # the open invoice still tells how late its customer is
    for one, two in zip(made.of(ISSUED), without.of(ISSUED), strict=True):
        assert float(one.expected) == pytest.approx(float(two.expected), abs=3)
    assert made.disputed == Decimal("1000.00")


def test_who_pays_later_moves_money_and_loses_none_of_it():
    said = book(steady(), LAST)
    how, day = learn(said, said.last), said.last
    mine = issued_at(said, day).of(0)
    usual, late = (paid_on(mine, day, how, 180, supposed) for supposed in (None, Supposed({0: 10})))
    assert usual[:28].sum() - late[:28].sum() > 70
    assert usual.sum() == pytest.approx(late.sum(), rel=0.02)


def test_sales_to_come_are_those_of_a_year_before_as_they_grew():
    first = date(2023, 1, 1)
    invoices = []
    for n in range(0, 1277, 7):
        issued = first + timedelta(n)
        amount = 100.0 if issued < date(2025, 7, 1) else 150.0
        paid = issued + timedelta(30)
        invoices.append(One("A", issued, issued + timedelta(30), paid, amount))
    last = date(2026, 6, 30)
    said = book(invoices, last)
    coming = to_come(said, said.last)
    before = [one for one in invoices if date(2025, 7, 1) <= one.issued <= date(2025, 9, 29)]
    assert len(coming.amount) == len(before)
    # 26 weeks of 150 over the same weeks of 100
    assert coming.amount.sum() == pytest.approx(1.5 * 150 * len(before))
    assert (coming.due - coming.since).tolist() == [30] * len(before)


def test_young_books_take_the_last_quarter_and_the_youngest_say_that_they_cannot():
    young = [one for one in steady() if one.issued > LAST - timedelta(200)]
    assert template(book(young, LAST), number_of(LAST)) == 3
    made = forecast(book(young, LAST))
    assert made.months == 3
    assert made.replayed == 0
    assert made.weeks[0].low_50 is None
    newest = [one for one in steady() if one.issued > LAST - timedelta(40)]
    assert forecast(book(newest, LAST)).months == 0


def test_days_move_on_by_months_and_stay_at_the_end_of_them():
    days = [date(2025, 1, 31), date(2025, 2, 28), date(2024, 2, 29), date(2025, 3, 15)]
    moved = moved_on(np.array([number_of(day) for day in days]), 12)
    assert [day_of(one) for one in moved] == [
        date(2026, 1, 31), date(2026, 2, 28), date(2025, 2, 28), date(2026, 3, 15)
    ]  # fmt: skip
    quarter = moved_on(np.array([number_of(date(2026, 4, 30))]), 3)
    assert day_of(quarter[0]) == date(2026, 7, 31)


def test_days_of_a_month_are_told_apart_from_both_ends_and_by_the_weekend():
    ends = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 4, 30)]
    found = classes(np.array([number_of(day) for day in ends]))
    assert found.tolist() == [27 * 3 + 1, 27 * 3 + 1, 27 * 3]  # two Saturdays and a Thursday


def test_no_forecast_of_a_past_day_knows_what_came_later():
    """The same from the books of today, and from those that were known on that day."""
    invoices = steady()
    then = LAST - timedelta(120)
    today, earlier = book(invoices, LAST), book(invoices, then)
    day = number_of(then)
    assert np.allclose(expected_at(today, day), expected_at(earlier, day))


def test_what_came_in_is_known_of_weeks_that_are_over():
    said = book(steady(), LAST)
    found = came_in(said, said.last - 20)
    assert np.isnan(found[-1]).tolist() == [False, False, *[True] * 11]
    days = said.came_in(said.last - 20, 14)
    assert found[-1][:2].tolist() == by_week(days).tolist()
    assert found[0][0] + found[1][0] == found[2][0]


def test_bands_hold_half_and_nine_tenths_of_what_past_forecasts_were_off_by():
    """Forty forecasts of 100, off by -39 to +39: the quarter and the twentieth of them."""
    expected = np.full((3, WEEKS), 100.0)
    past = [
        Replay(-7 * WEEKS, expected, np.full((3, WEEKS), 100.0 + 2 * n - 39)) for n in range(40)
    ]
    found = bands(past, np.full((3, WEEKS), 200.0), 0)
    low_90, low_50, _middle, high_50, high_90 = found[-1][0]
    assert (low_50, high_50) == pytest.approx((200 - 40, 200 + 40), abs=3)
    assert (low_90, high_90) == pytest.approx((200 - 72, 200 + 72), abs=3)
    assert bands(past[:3], expected, 0) is None


def test_no_replay_counts_before_its_weeks_are_over():
    expected = np.full((3, WEEKS), 100.0)
    came = np.full((3, WEEKS), 120.0)
    past = [Replay(-14, expected, came)] * 30
    # two weeks are over: the last weeks have none that is near
    assert bands(past, expected, 0) is None


def test_origins_need_a_year_of_payments_and_two_of_sales():
    said = book(steady(), LAST)
    days = origins(said, said.last, 100, 1)
    assert days[0] == said.last - 7
    assert min(days) >= said.first + 425
