"""The chart against what others published, and the threshold that follows from a promise."""

from __future__ import annotations

import pytest

from metrics.decide.alarms.cusum import LEAST, MOST, run_length, tabular, threshold

CONCENTRATION = (
    102.0, 94.8, 98.3, 98.4, 102.0, 98.5, 99.0, 97.7, 100.0, 98.1,
    101.3, 98.7, 101.1, 98.4, 97.0, 96.7, 100.3, 101.4, 97.2, 101.0,
)  # fmt: skip
#: NIST/SEMATECH handbook, 6.3.2.3
HANDBOOK = (
    324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125, 324.525, 325.225, 324.600,
    324.625, 325.150, 328.325, 327.250, 327.825, 328.500, 326.675, 327.775, 326.875, 328.350,
)  # fmt: skip


def test_a_steady_concentration_never_signals():
    # Montgomery and Runger, table 16-7
    chart = list(tabular(CONCENTRATION, 99.0, 1.0, 10.0))
    assert not any(signal for _upper, _lower, signal in chart)
    assert max(max(upper, lower) for upper, lower, _signal in chart) == pytest.approx(3.2)


def test_the_handbook_signals_at_14():
    chart = list(tabular(HANDBOOK, 325.0, 0.3175, 4.1959))
    assert next(n for n, (_u, _l, signal) in enumerate(chart, 1) if signal) == 14
    assert [round(upper, 3) for upper, _lower, _signal in chart[12:14]] == [3.007, 4.940]


@pytest.mark.parametrize(
    ("h", "shift", "length"),
    [(4.0, 0.0, 167.7), (5.0, 0.0, 465.4), (4.0, 1.0, 8.38), (5.0, 1.0, 10.38)],
)
def test_run_lengths_are_those_that_are_known(h, shift, length):
    assert run_length(h, shift, both=True) == pytest.approx(length, rel=1e-3)


def test_one_side_alarms_half_as_often():
    assert run_length(5.0) == pytest.approx(2 * run_length(5.0, both=True))
    # Siegmund 1985: (exp(2 k b) - 2 k b - 1) / (2 k^2), b = h + 1.166
    assert run_length(5.0) == pytest.approx(938.2, rel=0.01)


def test_the_threshold_keeps_the_promise_and_no_more():
    h = threshold(460.0, 1.0)
    assert run_length(h) >= 460.0 > run_length(h - 0.02)
    assert threshold(4600.0, 10.0) == h
    assert threshold(460.0, 0.1) > h
    assert threshold(3.0, 1.0) == LEAST
    assert threshold(1e12, 0.1) == MOST
