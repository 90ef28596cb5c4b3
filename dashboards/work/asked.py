"""What the page asks: the worklist of the day and filters looked at, and what was said of whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from dashboards.base.view import View
from dashboards.charts.said import Became, became, in_reporting
from dashboards.charts.signs import signs_of, words
from dashboards.frame.deals import rows_of
from data.workspace.line import Line
from data.workspace.subjects.keeping import Owner
from data.workspace.subjects.plan import Plan, Settlement, schedule
from data.workspace.subjects.promise import Promise
from data.workspace.subjects.work import Contact, Snooze
from metrics.decide.work.account import Account, Away, Given, Said, Step
from metrics.decide.work.rules import ALONE, AWAY, DONE, effort_of
from metrics.decide.work.today import LATER, SMALL, TODAY, Row, worklist
from metrics.worklist import accounts_of

LIST, OWNER = "shown", "owner"
LISTS: Mapping[str, tuple[str, ...]] = {
    "today": (TODAY,),
    "later": (LATER, SMALL),
    "away": (ALONE, AWAY, DONE),
    "all": (TODAY, LATER, SMALL, ALONE, AWAY, DONE),
}
"""What is listed, `shown=` in the address -> where its customers stand."""


def list_of(view: View, params: Mapping[str, str] | None = None) -> str:
    """Return what is listed, by `params` or the address: of LISTS."""
    asked = (params or {}).get(LIST) or view.selection.page.get(LIST, "today")
    return asked if asked in LISTS else "today"


def worklist_of(view: View) -> list[Row]:
    """Return the worklist as of the day, of the customers that the filters and `owner=` leave.

    Raises `StoreError` where the memory cannot be read.
    """
    owner = view.selection.page.get(OWNER, "")
    found: list[Row] = view.derived(("worklist", owner), lambda: _worklist(view, owner))
    return found


def listed(view: View, which: str) -> list[Row]:
    """Return the rows of one of LISTS, in their order."""
    return [one for one in worklist_of(view) if one.state in LISTS[which]]


def _worklist(view: View, owner: str) -> list[Row]:
    accounts = accounts_in(view)
    if owner:
        accounts = [one for one in accounts if one.said.owner == owner]
    day, policy = view.selection.as_of, view.options.policy
    return worklist(accounts, day, policy, spent(view))


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
        elif one.kept is not None:
            promised = _given(view, one)
            given[line.customer] += [promised] if promised else []
    numbers = {*given, *steps, *away, *owner}
    return {
        number: Said(
            tuple(given[number]), tuple(steps[number]), away.get(number), owner.get(number, "")
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


def signs_told(view: View) -> Mapping[str, str]:
    """Return customer -> how its behaviour changes for the worse, in words.

    A broken promise is no part of it: it is a reason of its own.
    """

    def made() -> Mapping[str, str]:
        signs = (replace(sign, broken=None) for sign in signs_of(view).by_customer.values())
        return {sign.customer: words(view, sign) for sign in signs if sign.told}

    found: Mapping[str, str] = view.derived("worked signs", made)
    return found


def spent(view: View) -> int:
    """Return the minutes of today's work that are gone: of what was done since the data were made.

    0 on a past day.
    """
    if view.said_by is not None:
        return 0
    about = view.query("select loaded_at from about")[0]
    policy = view.options.policy

    def today(line: Line) -> bool:
        later = line.at.replace(tzinfo=None) > about["loaded_at"].replace(tzinfo=None)
        return line.said_on > view.selection.as_of or later

    total = 0
    for one in lines_of(view):
        if one.line.holds and isinstance(one.line.said, Contact) and today(one.line):
            effort = effort_of(one.line.said.verb, one.line.said_on, policy)
            total += effort.minutes if effort else 0
    return total


def owners(view: View) -> Sequence[str]:
    """Return who looks after customers here, by name."""
    said = (one.said.owner for one in accounts_in(view))
    return sorted({name for name in said if name})
