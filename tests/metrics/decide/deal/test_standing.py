"""A decision keeps its figures, is void by any change beyond the policy, and is followed up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.core.policy.file import parse
from data.core.policy.rules import DEFAULTS
from data.workspace.line import back_of, line_of
from data.workspace.subjects.deal import DealAsked, DealDecided
from metrics.decide.deal.answer import PART, alternatives, decide, smallest_changes
from metrics.decide.deal.cases import against, cases
from metrics.decide.deal.deal import Deal
from metrics.decide.deal.kept import Desk, Kept, read, version, written
from metrics.decide.deal.standing import (
    FIGURES,
    Followed,
    Invoice,
    Outcome,
    before_it,
    changed,
    figures,
    outcomes,
    void_by,
)
from tests.metrics.decide.deal.test_answer import DAY, DEALS, KNOWN, customers

D = Decimal
FORM_1 = Path(__file__).with_name("kept_1.json")


def kept(deal, known):
    desk = Desk("C1", decide(deal, known, DEFAULTS), smallest_changes(deal, known, DEFAULTS),
                alternatives(deal, known, DEFAULTS))  # fmt: skip
    return Kept(desk, {"amount": str(deal.amount)}, 7, 12, version(DEFAULTS))


@given(DEALS, customers())
def test_a_decision_reopened_shows_the_figures_it_was_made_on(deal, known):
    before = kept(deal, known)
    again = read(written(before))
    assert again == before
    assert str(again.desk.answer.says) == str(before.desk.answer.says)
    assert [str(t.number) for t in again.desk.answer.tests] == [
        str(t.number) for t in before.desk.answer.tests
    ]


def test_what_was_kept_by_the_first_version_is_read_for_ever():
    found = read(FORM_1.read_text(encoding="utf-8"))
    assert (found.desk.customer, found.asked, found.state) == ("C1", {"amount": "20000"}, 7)
    assert found.desk.answer.answer == PART
    assert str(found.desk.answer.says) == ("Yes, in part: 6000.00 on credit, 14000.00 in advance.")
    assert [str(one.says) for one in found.desk.changes] == [
        "For 14000.00 less, all of it as asked."
    ]
    with pytest.raises(ValueError, match="form 2"):
        read('{"form": 2}')


def test_another_policy_has_another_version():
    assert version(DEFAULTS) == version(parse("")) != version(parse("late_days = 16"))


AMOUNTS = st.decimals(-(10**6), 10**6, places=2)


@given(
    st.fixed_dictionaries({name: st.none() | AMOUNTS for name in FIGURES}),
    st.sampled_from(sorted(FIGURES)),
    st.none() | AMOUNTS,
    st.integers(0, 100).map(D),
)
def test_any_change_beyond_the_policy_is_named_and_none_within_it(then, name, to, percent):
    now = then | {name: to}
    was = then[name]
    within = was == to or (
        was is not None and to is not None and was != 0
        and abs(to / was - 1) * 100 <= percent + D("1e-20")
    )  # fmt: skip
    found = changed(then, now, percent)
    assert [(c.name, c.before, c.now) for c in found] == ([] if within else [(name, was, to)])


@given(DEALS, customers(), st.sampled_from(["amount", "terms", "limit", "owed", "insured"]),
       st.integers(1, 50))  # fmt: skip
def test_a_granted_deal_is_void_once_anything_it_rests_on_moved_too_far(deal, known, name, by):
    answer = decide(deal, known, DEFAULTS)
    granted = answer.granted or deal
    assert void_by(answer, granted, granted, known, DEFAULTS) == () or answer.granted is None
    more = {"limit": known.limit, "owed": known.owed + granted.credit, "insured": known.insured}
    made, now = granted, known
    if name == "amount":
        made = replace(granted, amount=granted.amount * (100 + by) / 100)
    elif name == "terms":
        made = replace(granted, terms=granted.terms + by)
    elif more[name] is not None:
        step = more[name] * by / 100
        now = replace(known, **{name: getattr(known, name) + step})
    then, after = figures(granted, known)[name], figures(made, now)[name]
    beyond = then != after and (not then or abs(after - then) * 10 > abs(then))
    assert (name in {c.name for c in void_by(answer, granted, made, now, DEFAULTS)}) == beyond


def test_a_cent_within_the_percentage_is_void_where_a_test_fails_by_it():
    deal = Deal(D(9_999), 30)
    answer = decide(deal, KNOWN, DEFAULTS)
    (found,) = void_by(answer, deal, deal, replace(KNOWN, owed=D(2)), DEFAULTS)
    assert (found.name, found.failed.number, found.failed.limit) == ("headroom", 10_001, 10_000)
    # who approves all of it on credit knows that it goes beyond the limit
    wide = decide(Deal(D(20_000), 30), KNOWN, DEFAULTS)
    assert void_by(wide, wide.deal, wide.deal, KNOWN, DEFAULTS) == ()


def test_the_outcome_is_that_of_the_first_invoices_until_the_deal_is_full():
    def invoice(day, amount, paid=0, lost=0, paid_on=None):
        return Invoice(date(2026, 10, day), D(amount), D(paid), D(lost),
                       D(amount - paid - lost), paid_on)  # fmt: skip

    paid_on = date(2026, 11, 3)
    rows = [invoice(2, 8_000, 8_000, paid_on=paid_on), invoice(9, 4_000, lost=500), invoice(20, 9)]
    since = date(2026, 9, 30)

    def followed(amount, rows, **more):
        return outcomes([Followed(D(amount), since, **more)], rows)[0]

    found = followed(12_000, rows)
    assert found == Outcome(
        D(12_000), D(12_000), D(8_000), D(500), D(3_500), date(2026, 10, 2), paid_on
    )
    assert found.carried_out(D(10))
    assert not followed(12_000, rows[:1]).carried_out(D(10))
    assert followed(12_000, rows, until=date(2026, 10, 1)) == Outcome(D(12_000))
    assert followed(12_000, rows, until=date(2026, 10, 2)).invoiced == 8_000
    # an invoice counts for one deal only
    two = outcomes([Followed(D(8_000), since), Followed(D(9_000), since)], rows)
    assert [one.invoiced for one in two] == [8_000, 4_009]
    # what the deal itself made owed is no change of what it rests on
    known = replace(KNOWN, owed=D(3_500), exposure=D(3_500))
    assert before_it(known, found, Deal(D(12_000), 30)).owed == 0


AT = datetime(2026, 9, 1, 12, tzinfo=UTC)


def asking(who="Sales", replaces="", **more):
    said = DealAsked(D(20_000), "EUR", 30, D(0), "part", "{}", "", replaces, **more)
    return line_of(who, "C1", said, "a good customer", at=AT)


def decided(line, how="approved", who="Credit"):
    until = date(2026, 10, 31) if how == "approved" else None
    said = DealDecided(line.id, how, D(10_000), "EUR", until)
    return line_of(who, "C1", said, "half", at=AT)


def test_the_first_decision_counts_until_it_is_asked_again():
    first, alone = asking(), asking(valid_until=date(2026, 9, 30))
    yes, no = decided(first), decided(first, "declined")
    again = asking(replaces=first.id)
    day = date(2026, 10, 1)

    def stand(*lines, on=day, **more):
        return [case.stands(on, **more) for case in cases(lines)]

    assert stand(first) == ["waiting"]
    assert stand(first, yes, no) == ["holds"]
    assert stand(first, no, yes) == ["declined"]
    assert stand(first, yes, on=date(2026, 11, 1)) == ["expired"]
    assert stand(first, yes, void=True) == ["void"]
    assert stand(first, yes, void=True, carried_out=True) == ["carried_out"]
    assert stand(alone, on=date(2026, 9, 30)) == ["holds"]
    assert stand(alone) == ["expired"]
    assert stand(first, yes, again) == ["replaced", "waiting"]
    gone = replace(yes, taken_back=back_of("Credit", yes))
    assert stand(first, gone) == ["waiting"]
    assert stand(replace(first, taken_back=back_of("Sales", first)), yes) == ["withdrawn"]
    assert cases([yes]) == []


@pytest.mark.parametrize(
    ("who", "advance", "policy", "reason"),
    [
        ("Credit", 10_000, "", None),
        ("Credit", 0, "", None),
        (" sales ", 10_000, "", "Who asks does not approve above 5000"),
        ("Sales", 15_000, "", None),
        ("Credit", 0, 'approval = [{ role = "A", up_to = 9000 }]', "20000 is more than any level"),
        ("Credit", 20_001, "", "20001 in advance cannot be"),
    ],
)
def test_who_asks_does_not_approve_above_the_floor(who, advance, policy, reason):
    answer = decide(Deal(D(20_000), 30), KNOWN, DEFAULTS)
    (case,) = cases([asking()])
    found = against(case, answer, D(advance), who, parse(policy), DAY)
    assert (found is None) == (reason is None)
    assert found is None or str(found).startswith(reason)
    (done,) = cases([case.line, decided(case.line)])
    assert str(against(done, answer, D(0), "Credit", DEFAULTS, DAY)).startswith("It was decided")
