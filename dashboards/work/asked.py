"""What the page asks: the worklist of the day and filters looked at, and what was said of whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dashboards.base.view import View
from dashboards.charts.signs import signs_of, words
from dashboards.frame.worked import accounts_in, lines_of
from data.workspace.line import Line
from data.workspace.subjects.work import Contact
from metrics.decide.work.rules import ALONE, AWAY, DONE, effort_of
from metrics.decide.work.today import LATER, SMALL, TODAY, Row, worklist

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
