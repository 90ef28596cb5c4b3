"""Who is on the list, with which step, and the laws of its order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from data.core.policy.dated import Dated
from data.core.policy.rules import DEFAULTS
from data.workspace.subjects.promise import BROKEN, KEPT, OPEN
from metrics.decide.work.account import Account, Away, Given, Item, Said, Step
from metrics.decide.work.chances import Curve
from metrics.decide.work.rules import ALONE, AWAY, DONE, GENTLE, candidates, good
from metrics.decide.work.today import LATER, SMALL, TODAY, asked, row, worklist
from tests.depth import checked

D = Decimal
DAY = date(2026, 3, 31)
CURVE = Curve((20, 30, 45, 60, 90, 200), tuple(map(D, ("0.9", "0.6", "0.3", "0.2", "0.1", "0.05"))),
              (900, 800, 500, 300, 200, 100), 900, "total", "total")  # fmt: skip


def item(amount: int, late: int, terms: int = 30) -> Item:
    due = DAY - timedelta(late)
    return Item(due - timedelta(terms), due, D(amount))


def late(*items: Item, **more) -> Account:
    ordered = tuple(sorted(items, key=lambda one: one.due_on))
    known = {"curves": (CURVE,), "loss": D("0.01"), "exposure": D(100_000)}
    return Account(more.pop("number", "1"), "One", items=ordered, **{**known, **more})


def verbs(account: Account) -> set[str]:
    items = account.asked(DAY, DEFAULTS.ahead_days.at(DAY))
    return {one.effort.verb for one in candidates(account, items, DAY, DEFAULTS)}


def test_a_large_amount_is_called_about_and_a_small_one_reminded_of():
    assert row(late(item(20_000, 10)), DAY, DEFAULTS).verb == "call"
    assert row(late(item(900, 10)), DAY, DEFAULTS).verb == "remind"
    # what it brings does not pay for the step: it waits, and says so
    assert row(late(item(20, 10)), DAY, DEFAULTS).state == SMALL
    assert row(late(item(20_000, -10)), DAY, DEFAULTS) is None
    # a rest of a few cents is not asked for, and no stage begins by it
    rest = late(item(9, 900), item(20_000, 10))
    assert [one.level for one in candidates(rest, asked(rest, DAY, DEFAULTS), DAY, DEFAULTS)] == [
        "Reminder", "",
    ]  # fmt: skip


def test_stages_follow_one_another_and_the_last_is_to_hand_over():
    one = late(item(20_000, 70))
    levels = []
    for level in ("", "Reminder", "Second reminder", "Formal notice"):
        steps = (Step(DAY - timedelta(40), "remind", level, "sent"),) if level else ()
        account = replace(one, said=Said(steps=steps))
        offered = candidates(account, account.asked(DAY, 3), DAY, DEFAULTS)
        levels.append({(c.effort.verb, c.level) for c in offered if c.level})
    assert levels == [
        {("remind", "Reminder")}, {("dun", "Second reminder")}, {("dun", "Formal notice")},
        {("hand_over", "Collection agency")},
    ]  # fmt: skip
    # none is sent twice, and none before its day
    young = late(item(20_000, 10), said=Said(steps=(Step(DAY, "remind", "Reminder", "sent"),)))
    assert not [c for c in candidates(young, young.items, DAY, DEFAULTS) if c.level]


def test_a_good_customer_is_asked_gently_whatever_it_owes():
    steps = (Step(DAY - timedelta(90), "remind", "Formal notice", "sent"),)
    one = late(item(90_000, 120), said=Said(steps=steps), headroom=D(-5_000), last_sale=DAY)
    assert verbs(one) == {"hand_over", "call", "stop"}
    kind = replace(one, late=D(4), paid=40, sales=D(60_000))
    assert good(kind, DAY, DEFAULTS)
    assert verbs(kind) == {"call"}


def test_deliveries_are_stopped_after_asking_alone():
    one = late(item(5_000, 40), headroom=D(-1), last_sale=DAY - timedelta(3))
    assert "stop" not in verbs(one)
    asked = replace(one, said=Said(steps=(Step(DAY - timedelta(20), "call", "", "reached"),)))
    assert "stop" in verbs(asked)
    assert "stop" not in verbs(replace(asked, last_sale=DAY - timedelta(60)))
    assert "stop" in verbs(replace(asked, last_sale=None, orders=D(10)))
    uninsured = replace(asked, headroom=D(1), insured=D(100), days_left=-1)
    assert "stop" in verbs(uninsured)


def test_the_insurer_is_told_in_time_whatever_was_promised():
    given = Given(DAY, DAY + timedelta(9), D(20_000), D(20_000), OPEN)
    one = late(item(20_000, 80), insured=D(80_000), hand_over_left=10, said=Said((given,)))
    found = row(one, DAY, DEFAULTS)
    assert (found.verb, found.state) == ("insurer", LATER)
    # it is on today's list though the day has room for one step alone
    policy = replace(DEFAULTS, work_minutes=Dated.always(35))
    others = [late(item(90_000, 20), number=str(n)) for n in range(2, 5)]
    rows = {x.account.number: x.state for x in worklist([one, *others], DAY, policy)}
    assert rows["1"] == TODAY
    assert "insurer" not in verbs(replace(one, hand_over_left=40))
    told = (Step(DAY, "insurer", "", "done"),)
    assert "insurer" not in verbs(replace(one, said=Said(steps=told)))


def test_who_pays_on_time_and_grows_is_thanked_once_in_a_while():
    one = Account("1", "One", late=D(-1), quarters=(D(-1), D(0), D(-2), D(-1)), paid=40,
                  sales=D(80_000), growth=D("0.3"), last_sale=DAY)  # fmt: skip
    assert row(one, DAY, DEFAULTS).verb == "thank"
    assert row(replace(one, growth=D("0.05")), DAY, DEFAULTS) is None
    assert row(replace(one, quarters=(D(-1), None, D(-2), D(-1))), DAY, DEFAULTS) is None
    thanked = replace(one, said=Said(steps=(Step(DAY - timedelta(100), "thank", "", "done"),)))
    assert row(thanked, DAY, DEFAULTS).state == DONE
    rows = worklist([one, replace(one, number="2", growth=D("0.9"))], DAY, DEFAULTS)
    assert [(x.account.number, x.state) for x in rows] == [("2", TODAY), ("1", LATER)]


def test_a_promise_is_waited_for_and_a_broken_one_brings_the_customer_back():
    steps = (Step(DAY - timedelta(5), "call", "", "promised"),)
    given = Given(DAY - timedelta(5), DAY - timedelta(1), D(20_000), D(20_000), OPEN)
    one = late(item(20_000, 30), said=Said((given,), steps))
    rest = row(one, DAY, DEFAULTS)
    assert (rest.state, rest.back_on) == (ALONE, DAY + timedelta(3))
    broken = replace(given, due_on=DAY - timedelta(4), state=BROKEN)
    back = row(replace(one, said=Said((broken,), steps)), DAY, DEFAULTS)
    assert back.state == LATER
    assert any("promised" in str(why) for why in back.why)
    # kept, it was asked a few days ago; broken before it was asked, too
    for one_given in (replace(given, state=KEPT),
                      replace(broken, due_on=DAY - timedelta(60))):  # fmt: skip
        assert row(replace(one, said=Said((one_given,), steps)), DAY, DEFAULTS).state == DONE


def test_who_was_taken_off_is_back_on_the_very_day():
    one = late(item(20_000, 20))
    for days, state in ((1, AWAY), (0, LATER)):
        away = Said(away=Away(DAY - timedelta(9), "waits", DAY + timedelta(days)))
        assert row(replace(one, said=away), DAY, DEFAULTS).state == state


_ITEMS = st.lists(st.builds(item, st.integers(1, 60_000), st.integers(-20, 300)), max_size=3)
_ACCOUNTS = st.lists(
    st.builds(
        late, _ITEMS.map(lambda x: x[0] if x else item(10, 1)),
        late=st.sampled_from((None, D(3), D(40))), sales=st.sampled_from((D(0), D(90_000))),
        paid=st.sampled_from((0, 30)), disputed=st.sampled_from((D(0), D(50))),
        curves=st.sampled_from(((CURVE,), ())), loss=st.sampled_from((None, D("0.02"))),
    ),
    max_size=12,
).map(lambda found: [replace(one, number=f"{n:02}") for n, one in enumerate(found)])  # fmt: skip


@checked(80)
@given(_ACCOUNTS, st.integers(1, 200))
def test_it_is_ranked_by_worth_and_cut_where_the_day_ends(accounts, minutes):
    policy = replace(DEFAULTS, work_minutes=Dated.always(minutes))
    rows = worklist(accounts, DAY, policy)
    ranked = [one for one in rows if one.rank is not None]
    assert [one.rank for one in ranked] == list(range(1, len(ranked) + 1))
    gains = [one.gain for one in ranked if one.verb != "thank"]
    known = [gain for gain in gains if gain is not None]
    assert known == sorted(known, reverse=True)
    assert gains[: len(known)] == known  # of whom nothing is known comes after
    assert all(gain > 0 for gain in known)
    today = [one for one in ranked if one.state == TODAY]
    assert sum(one.minutes for one in today) <= minutes
    assert today == ranked[: len(today)]
    assert len({one.account.number for one in rows}) == len(rows)
    for one in rows:
        if good(one.account, DAY, policy):
            assert one.verb in GENTLE


@checked(40)
@given(_ACCOUNTS, st.integers(-40, 60), st.integers(-5, 5))
def test_who_was_taken_off_is_never_there_before_its_day_and_as_before_from_it_on(
    accounts, days, said
):
    day = DAY + timedelta(days)
    away = Said(away=Away(DAY - timedelta(said), "waits", day))
    without = worklist(accounts, DAY, DEFAULTS)
    found = worklist([replace(one, said=away) for one in accounts], DAY, DEFAULTS)
    if day > DAY:
        assert {one.state for one in found} <= {AWAY}
        assert {one.back_on for one in found} <= {day}
        assert len(found) == len(without)
    else:
        assert [(x.account.number, x.state, x.verb, x.rank) for x in found] == [
            (x.account.number, x.state, x.verb, x.rank) for x in without
        ]
