"""What was said of customers, in words, and what became of it by the day looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from dashboards.base.format import Format
from dashboards.base.i18n import _, n_
from dashboards.base.view import View
from data.core.policy.kinds import VERBS
from data.core.texts import N_
from data.reference import nace
from data.workspace.decisions import CONFIRM
from data.workspace.line import Line
from data.workspace.rates import Rates
from data.workspace.relations import JUDGED
from data.workspace.subjects import promise
from data.workspace.subjects.agreed import Limit, Terms
from data.workspace.subjects.deal import HOW, DealAsked, DealDecided
from data.workspace.subjects.dispute import REASONS, SETTLED, Dispute, Settled
from data.workspace.subjects.handing import OUTCOMES as HANDED
from data.workspace.subjects.handing import HandedBack, HandedOver
from data.workspace.subjects.keeping import Backlog, Erased, Owner, Person
from data.workspace.subjects.market import LEVELS, Priority, Sector
from data.workspace.subjects.matched import Matched
from data.workspace.subjects.plan import Plan, Settlement, schedule
from data.workspace.subjects.promise import Promise
from data.workspace.subjects.promised import PROMISING
from data.workspace.subjects.work import (
    LANGUAGES,
    OUTCOMES,
    Contact,
    Correspondence,
    Snooze,
)
from data.workspace.subjects.work import (
    REASONS as WAITING,
)

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
    """Return what settled disputes and ended hand-overs: id of the line that ended -> line."""
    found: dict[str, Line] = {}
    for one in lines:
        if one.holds and isinstance(one.said, Settled):
            found[one.said.dispute] = one
        elif one.holds and isinstance(one.said, HandedBack):
            found[one.said.handing] = one
    return found


_LATEST = (Terms, Limit, Backlog, Owner, Person, Priority, Sector, Correspondence)
"""Of these the last one said holds."""


def _states(view: View, lines: Sequence[Line]) -> dict[str, str]:
    """Return what became of disputes and hand-overs, and of what holds until another one is said.

    id -> state.
    """
    as_of = view.said_by or view.selection.as_of
    settled = _ends(lines)
    found: dict[str, str] = {}
    later = set()
    for line in reversed(lines):
        if not line.holds:
            continue
        if isinstance(line.said, Dispute):
            found[line.id] = "settled" if line.id in settled else "open"
        elif isinstance(line.said, HandedOver):
            found[line.id] = "ended" if line.id in settled else "open"
        elif isinstance(line.said, Snooze):
            found[line.id] = "ended" if line.said.back_on <= as_of else "holds"
        elif isinstance(line.said, _LATEST):
            until = getattr(line.said, "valid_until", None)
            ended = until is not None and until < as_of
            if ended:
                found[line.id] = "ended"
                continue  # what was said before it holds again
            replaced = (line.customer, line.subject) in later
            found[line.id] = "replaced" if replaced else "holds"
            later.add((line.customer, line.subject))
    return found


def _kept(view: View, lines: Sequence[Line]) -> Mapping[str, promise.Kept]:
    """Return what became of promises: each customer's by its own payments, whatever the filters."""
    if not any(isinstance(line.said, PROMISING) for line in lines):
        return {}
    assert view.relations is not None and view.said is not None  # noqa: S101, PT018 - as `became`
    day = view.selection.as_of
    judged = view.relations.table(JUDGED, ((day, view.said.by(day)),))
    return {row["id"]: promise.Kept(row["state"], row["paid"]) for row in judged.to_pylist()}


def sentence(line: Line, view: View) -> str:
    """Return what a line says, its note aside."""
    f, said = view.f, line.said
    currency = getattr(said, "currency", f.currency)
    if currency == f.currency:
        return _words(line, view, f)
    words = _words(line, view, replace(f, currency=currency))
    worth = in_reporting(view, line)
    if worth is None:
        text = _("{what}; no rate of {currency} is known on {day}, so no figure counts it")
        return text.format(what=words, currency=currency, day=f.day(line.said_on))
    text = _("{what}; {amount} by the rate of {day}")
    return text.format(what=words, amount=f.exact(worth), day=f.day(line.said_on))


def in_reporting(view: View, line: Line) -> Decimal | None:
    """Return the amount that a line says in the reporting currency, by the rate of its day.

    None where it says none, or no rate is known: then no figure counts it.
    """
    amount, currency = (getattr(line.said, name, None) for name in ("amount", "currency"))
    if amount is None or currency in (None, view.f.currency):
        return amount
    rates = view.relations.rates if view.relations else Rates(view.state.engine)
    return rates.worth(amount, currency, line.said_on)


def _words(line: Line, view: View, f: Format) -> str:
    """Return it with amounts as `f` writes them: in their currency."""
    said = line.said
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
        return _limit(said, view, f)
    if isinstance(said, Plan):
        return _plan(said, f)
    if isinstance(said, Settlement):
        text = _("{amount} instead of {owed}, by {day}")
        return text.format(
            amount=f.exact(said.amount), owed=f.exact(said.owed), day=f.day(said.due_on)
        )
    if isinstance(said, DealAsked):
        text = n_("{amount}, to be paid within {days} day",
                  "{amount}, to be paid within {days} days", said.terms)  # fmt: skip
        return text.format(amount=f.exact(said.amount), days=f.count(said.terms))
    if isinstance(said, DealDecided):
        return _decided(said, view, f)
    if isinstance(said, Contact):
        return _contact(said)
    if isinstance(said, HandedOver):
        text = _("{amount} to {whom}, expected to cost {cost}; {points} points")
        return text.format(
            amount=f.exact(said.amount), whom=said.to_whom, cost=f.exact(said.cost),
            points=f.count(said.points),
        )  # fmt: skip
    if isinstance(said, HandedBack):
        text = _("{outcome}: {amount} recovered, at a cost of {cost}")
        return text.format(
            outcome=_(HANDED[said.outcome]), amount=f.exact(said.amount), cost=f.exact(said.cost)
        )
    if isinstance(said, Snooze):
        text = _("{reason}; back on the list on {day}")
        return text.format(reason=_(WAITING[said.reason]), day=f.day(said.back_on))
    if isinstance(said, Correspondence):
        return ", ".join(filter(None, (_(LANGUAGES[said.language]), said.email)))
    if isinstance(said, Backlog):
        return f.exact(said.amount)
    if isinstance(said, Owner):
        return said.owner
    if isinstance(said, Priority):
        return _(LEVELS[said.level])
    if isinstance(said, Person):
        return _("A natural person") if said.person else _("A company")
    if isinstance(said, Erased):
        text = n_("what {count} line said", "what {count} lines said", said.lines)
        return text.format(count=f.count(said.lines))
    if isinstance(said, Sector):
        return f"{said.code} {nace.label(said.code, f.language, view.options.revision)}"
    return _matched(said, view) if isinstance(said, Matched) else ""


def _contact(said: Contact) -> str:
    step = _(VERBS[said.verb])
    if said.level and said.verb == "dun":
        step = _("{step}: {level}").format(step=step, level=_(said.level))
    return ", ".join(filter(None, (step, said.person, _(OUTCOMES[said.outcome]))))


def _matched(said: Matched, view: View) -> str:
    if said.action == CONFIRM and said.amount is not None:
        return _("Confirmed: {amount}").format(amount=view.f.number(said.amount, 2))
    return _("Confirmed") if said.action == CONFIRM else _("Undone")


def _decided(said: DealDecided, view: View, f: Format) -> str:
    if not said.valid_until:
        return _(HOW[said.how])
    text = _(HOW[said.how])
    if said.advance:
        text = _("{how}, {advance} in advance").format(how=text, advance=f.exact(said.advance))
    return _until(text, said.valid_until, view)


def _plan(said: Plan, f: Format) -> str:
    parts = schedule(said)
    text = n_(
        "{amount} in {count} part of {part}, from {day}",
        "{amount} in {count} monthly parts of {part}, from {day}", said.parts,
    )  # fmt: skip
    text = text.format(
        amount=f.exact(said.amount), count=f.count(said.parts), part=f.exact(parts[0].amount),
        day=f.day(said.first_on),
    )  # fmt: skip
    if not said.percent:
        return text
    interest = f.number(said.percent, 2)
    return _("{plan}, at {interest} % a month").format(plan=text, interest=interest)


def _limit(said: Limit, view: View, f: Format) -> str:
    parts = [_until(f.exact(said.amount), said.valid_until, view)]
    if said.insured_amount is not None:
        text = _("{amount} insured")
        if said.insured_percent is not None:
            text = _("{amount} insured at {percent} %")
        parts.append(text.format(amount=f.exact(said.insured_amount), percent=said.insured_percent))
    if said.security:
        parts.append(said.security)
    if said.advised is not None:
        text = _("{amount} advised")
        if said.amount > said.advised:
            text = _("above the {amount} advised")
        parts.append(text.format(amount=f.exact(said.advised)))
    return "; ".join(parts)


def _until(text: str, day: date | None, view: View) -> str:
    return _("{what}, until {day}").format(what=text, day=view.f.day(day)) if day else text
