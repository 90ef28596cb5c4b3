"""The customers that work is done about, with what was said of each: what several pages ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from dashboards.base.view import View
from dashboards.charts.said import Became, became, in_reporting
from dashboards.frame.deals import rows_of
from data.workspace.subjects.handing import HandedOver
from data.workspace.subjects.keeping import Owner
from data.workspace.subjects.plan import Plan, Settlement, schedule
from data.workspace.subjects.promise import Promise
from data.workspace.subjects.work import Contact, Snooze
from metrics.decide.work.account import Account, Away, Given, Said, Step
from metrics.worklist import accounts_of


def accounts_in(view: View) -> list[Account]:
    """Return the customers that are weighed, of those that the filters leave."""
    found: list[Account] = view.derived(
        "worked accounts",
        lambda: accounts_of(rows_of(view), view.ledger, view.options.policy, said_of(view)),
    )
    return found


def lines_of(view: View) -> list[Became]:
    """Return what was said of all customers by the day, the newest first, each with what became."""
    found: list[Became] = view.derived("became", lambda: became(view))
    return found


def said_of(view: View) -> Mapping[str, Said]:
    """Return customer -> what was said of it and holds on the day looked at."""
    given: defaultdict[str, list[Given]] = defaultdict(list)
    steps: defaultdict[str, list[Step]] = defaultdict(list)
    away: dict[str, Away] = {}
    owner: dict[str, str] = {}
    handed: dict[str, date] = {}
    for one in reversed(lines_of(view)):
        line, said = one.line, one.line.said
        if not line.holds:
            continue
        if isinstance(said, Contact):
            step = Step(line.said_on, said.verb, said.level, said.outcome, line.who)
            steps[line.customer].append(step)
        elif isinstance(said, Snooze):
            away[line.customer] = Away(line.said_on, said.reason, said.back_on, line.who)
        elif isinstance(said, Owner):
            owner[line.customer] = said.owner
        elif isinstance(said, HandedOver):
            if one.end is None:
                handed[line.customer] = line.said_on
        elif one.kept is not None:
            promised = _given(view, one)
            given[line.customer] += [promised] if promised else []
    numbers = {*given, *steps, *away, *owner, *handed}
    return {
        number: Said(
            tuple(given[number]),
            tuple(steps[number]),
            away.get(number),
            owner.get(number, ""),
            handed.get(number),
        )
        for number in numbers
    }


def _given(view: View, one: Became) -> Given | None:
    said, amount = one.line.said, in_reporting(view, one.line)
    if amount is None or one.kept is None:
        return None
    assert isinstance(said, Promise | Plan | Settlement)  # noqa: S101 - of what is judged
    last = schedule(said)[-1].due_on if isinstance(said, Plan) else said.due_on
    missing = max(amount - one.kept.paid, Decimal(0))
    plan = isinstance(said, Plan)
    return Given(one.line.said_on, last, amount, missing, one.kept.state, plan)
