"""What was said of customers, in words, and what became of it by the day looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dashboards.base.i18n import _, n_
from dashboards.base.view import View
from data.core.texts import N_
from data.workspace.memory import Line
from data.workspace.subjects import promise
from data.workspace.subjects.agreed import Limit, Terms
from data.workspace.subjects.dispute import REASONS, SETTLED, Dispute, Settled
from data.workspace.subjects.promise import Promise
from metrics.asking.ledger import Ledger
from metrics.asking.metric import Query

#: What became of a line -> how a reader calls it.
STATES = {
    promise.OPEN: N_("open"),
    promise.KEPT: N_("kept"),
    promise.PART: N_("kept in part"),
    promise.BROKEN: N_("broken"),
    "holds": N_("holds"),
    "settled": N_("settled"),
    "ended": N_("ended"),
    "replaced": N_("replaced by a later one"),
    "taken_back": N_("taken back"),
    "": "",
}
WORSE = {promise.BROKEN, promise.PART}
OVER = {promise.KEPT, "settled", "ended", "replaced", "taken_back"}


_PAID = Query(
    reads=("movements",),
    select="select customer, issued_on, -amount as amount from movements where kind = 'payment'",
)


@dataclass(frozen=True)
class Became:
    """A line, and what became of it: one of STATES; kept: of a promise; end: what settled it."""

    line: Line
    state: str
    kept: promise.Kept | None = None
    end: Line | None = None


def became(view: View, customer: str | None = None) -> list[Became]:
    """Return what was said, of one customer or of all, by the day looked at: the newest first.

    Raises `StoreError` where the memory cannot be read.
    """
    assert view.memory is not None  # noqa: S101 - pages look through a context
    lines = view.memory.lines(customer, by=view.said_by)
    states, kept, ends = _states(view, lines), _kept(view, lines), _ends(lines)
    found = []
    for line in reversed(lines):
        state = "taken_back" if line.taken_back else states.get(line.id, "")
        if line.id in kept:
            state = kept[line.id].state
        end = ends.get(line.id) if line.holds else None
        found.append(Became(line, state, kept.get(line.id), end))
    return found


def _ends(lines: Sequence[Line]) -> dict[str, Line]:
    """Return what settled disputes: id of the dispute -> line."""
    return {x.said.dispute: x for x in lines if x.holds and isinstance(x.said, Settled)}


def _states(view: View, lines: Sequence[Line]) -> dict[str, str]:
    """Return what became of disputes, terms and limits: id -> state."""
    as_of = view.said_by or view.selection.as_of
    settled = _ends(lines)
    found: dict[str, str] = {}
    later = set()
    for line in reversed(lines):
        if not line.holds:
            continue
        if isinstance(line.said, Dispute):
            found[line.id] = "settled" if line.id in settled else "open"
        elif isinstance(line.said, Terms | Limit):
            until = line.said.valid_until
            ended = until is not None and until < as_of
            found[line.id] = (
                "replaced"
                if (line.customer, line.subject) in later
                else "ended"
                if ended
                else "holds"
            )
            later.add((line.customer, line.subject))
    return found


def _kept(view: View, lines: Sequence[Line]) -> Mapping[str, promise.Kept]:
    """Return what became of promises: each customer's by its own payments, whatever the filters."""
    given: defaultdict[str, list[tuple[str, date, Promise]]] = defaultdict(list)
    for line in lines:
        if line.holds and isinstance(line.said, Promise):
            given[line.customer].append((line.id, line.said_on, line.said))
    if not given:
        return {}
    as_of = view.selection.as_of
    statement = Ledger(as_of, {"customer": tuple(sorted(given))}).over(_PAID)
    paid: defaultdict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for row in view.query(statement.sql, statement.parameters):
        paid[row["customer"]].append((row["issued_on"], row["amount"]))
    days = view.options.policy.promise_days.at(as_of)
    found: dict[str, promise.Kept] = {}
    for customer, promises in given.items():
        found |= promise.judged(promises, promise.received(paid[customer]), as_of, days)
    return found


def sentence(line: Line, view: View) -> str:
    """Return what a line says, its note aside."""
    f, said = view.f, line.said
    if isinstance(said, Promise):
        return _("{amount} by {day}").format(amount=f.exact(said.amount), day=f.day(said.due_on))
    if isinstance(said, Dispute):
        text = _("{amount}: {reason}").format(
            amount=f.exact(said.amount), reason=_(REASONS[said.reason])
        )
        return _("{dispute}; {owner} settles it").format(dispute=text, owner=said.owner) \
            if said.owner else text  # fmt: skip
    if isinstance(said, Settled):
        return _(SETTLED[said.how])
    if isinstance(said, Terms):
        text = n_("{days} day", "{days} days", said.days)
        return _until(text.format(days=f.count(said.days)), said.valid_until, view)
    if isinstance(said, Limit):
        return _limit(said, view)
    return ""


def _limit(said: Limit, view: View) -> str:
    f = view.f
    parts = [_until(f.exact(said.amount), said.valid_until, view)]
    if said.insured_amount is not None:
        text = _("{amount} insured")
        if said.insured_percent is not None:
            text = _("{amount} insured at {percent} %")
        parts.append(text.format(amount=f.exact(said.insured_amount), percent=said.insured_percent))
    if said.security:
        parts.append(said.security)
    return "; ".join(parts)


def _until(text: str, day: date | None, view: View) -> str:
    return _("{what}, until {day}").format(what=text, day=view.f.day(day)) if day else text
