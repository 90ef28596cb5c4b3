"""The bridge in words and as a picture."""

from __future__ import annotations

import pytest

from dashboards.base.format import Format
from dashboards.base.i18n import speaking
from dashboards.charts.bridge import STEPS, sentence, step_bars, waterfall

F = Format("en", "EUR")


def bridge(before: float, **parts: float) -> dict[str, float]:
    steps = {**dict.fromkeys(STEPS, 0.0), **parts}
    change = sum(steps.values())
    return {"before": before, **steps, "after": before + change, "change": change}


@pytest.mark.parametrize(
    ("total", "back", "said"),
    [
        (
            bridge(48, lateness=2.1, terms=1.6, mix=1.0),
            12,
            (
                "DSO rose 4.7 days in a year: 2.1 later payment, 1.6 longer terms, 1.0 "
                "slower-paying customers growing"
            ),
        ),
        (
            bridge(50, lateness=-4.0, timing=1.0, unapplied=-0.2),
            1,
            (
                "DSO fell 3.2 days in a month: 4.0 earlier payment; against it 1.0 sales later in "
                "the three months"
            ),
        ),
        (bridge(50), 12, "DSO is as a year ago"),
        (
            bridge(50, mix=-2.0, without_sales=2.0),
            1,
            (
                "DSO is what it was a month ago: 2.0 more owed by customers without sales; against "
                "it 2.0 faster-paying customers growing"
            ),
        ),
    ],
)
def test_what_moved_dso_in_one_sentence(total, back, said):
    with speaking("en"):
        assert sentence(total, back, F) == said


def test_every_language_says_it():
    said = set()
    for language in ("en", "nl", "fr"):
        with speaking(language):
            f = Format(language, "EUR")
            total = bridge(48, lateness=2.1, terms=-1.6, mix=1.0, timing=-3)
            said.add(sentence(total, 12, f))
    assert len(said) == 3


def test_the_waterfall_leads_from_one_day_to_the_other():
    total = bridge(48, mix=-1.8, lateness=8.4, unapplied=-2.8, terms=0.01)
    with speaking("en"):
        drawn = waterfall(total, F, "31 Oct 2025", "31 Oct 2026", "lateness")
    (bars,) = drawn.data
    assert bars["text"] == ["48.0", "−1.8", "+8.4", "−2.8", "51.8"]
    assert bars["base"] == pytest.approx([0, 46.2, 46.2, 51.8, 0])
    assert bars["x"] == pytest.approx([48, 1.8, 8.4, 2.8, 51.81])
    names = drawn.layout["yaxis"]["ticktext"]
    assert names[2] == "<b>Late payment</b>"
    assert names[1] == "Customer mix"
    # each step is joined to the next where it ends
    assert [s["x0"] for s in drawn.layout["shapes"]] == pytest.approx([48, 46.2, 54.6, 51.8])


def test_the_bars_of_a_step_add_up():
    class Plain:
        @staticmethod
        def days(row, step):
            return row[step]

    rows = [{"name": f"G{n}", "lateness": float(n - 3)} for n in range(10)]
    with speaking("en"):
        bars = step_bars(Plain, rows, "lateness", F, str, lambda name: f"/?{name}")
    assert bars[0].label == "G9"
    assert bars[0].tone == "worse"
    assert [b.label for b in bars[-2:]] == ["All others", "Together"]
    assert sum(b.value for b in bars[:-1]) == pytest.approx(bars[-1].value)
    assert bars[-1].value == sum(range(-3, 7))
