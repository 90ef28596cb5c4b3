"""What is new since the reader last looked, in at most ten lines."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.base.i18n import _, n_
from dashboards.base.view import Context, View
from data.core.texts import N_
from data.workspace.line import day_of
from data.workspace.people.visits import Visits
from data.workspace.subjects.dispute import REASONS
from metrics.review.lately import (
    DISPUTE,
    LIMIT,
    PROMISE,
    SECTOR,
    Fact,
    Told,
    news,
    read,
    stands,
    text_of,
    told,
)

#: kind -> what is listed of it on the page of what changed
_LISTED = {DISPUTE: "dispute", PROMISE: "promise", LIMIT: "over_limit"}


def lately(context: Context, visits: Visits, view: View) -> list[Component]:
    """Return what is new since the visit before; nothing on the first one.

    Only of the last day and of all customers that the reader sees: who follows a link to some of
    them, or to a past day, does not look at what stands there now.
    """
    if view.filters:
        return []
    facts = view.derived(
        "lately", lambda: stands(lambda s: view.query(s.sql, s.parameters), view.ledger)
    )
    before = visits.look(context.reader().login, text_of(facts))
    if before is None:
        return []
    found = news(read(before.seen), facts)
    since = view.f.day(day_of(before.at))
    if not found:
        words = _("Nothing new since you last looked, on {day}: no dispute, no broken promise, "
                  "nobody over the limit, no sector that pays later.")  # fmt: skip
        return [html.P(words.format(day=since), className="measure")]
    title = _("New since you last looked, on {day}").format(day=since)
    lines = [line for one in told(found) for line in _lines(view, one)]
    return [html.H2(title), html.Ul(lines, className="findings lately-lines")]


def _lines(view: View, one: Told) -> list[Component]:
    lines = [_line(view, fact) for fact in one.facts]
    if one.more:
        href = view.link("/sectors")
        if one.kind in _LISTED:
            href = view.link("/changes", what=_LISTED[one.kind])
        lines.append(html.Li(dcc.Link(_more(view, one), href=href)))
    return lines


def _more(view: View, one: Told) -> str:
    count = one.more
    if one.facts:
        text = {
            DISPUTE: n_("{count} more new dispute", "{count} more new disputes", count),
            PROMISE: n_("{count} more broken promise", "{count} more broken promises", count),
            LIMIT: n_("{count} more customer over the limit",
                      "{count} more customers over the limit", count),
            SECTOR: n_("{count} more sector pays later", "{count} more sectors pay later", count),
        }[one.kind]  # fmt: skip
    else:
        text = {
            DISPUTE: n_("{count} new dispute", "{count} new disputes", count),
            PROMISE: n_("{count} broken promise", "{count} broken promises", count),
            LIMIT: n_("{count} customer over the limit", "{count} customers over the limit", count),
            SECTOR: n_("{count} sector pays later", "{count} sectors pay later", count),
        }[one.kind]
    return text.format(count=view.f.count(count))


_WORDS = {
    DISPUTE: N_("{who} disputes: {reason}"),
    PROMISE: N_("{who} did not keep a promise"),
    LIMIT: N_("{who} is over its limit"),
    SECTOR: N_("{who} pays {now} days beyond terms, {before} when you last looked"),
}


def _line(view: View, fact: Fact) -> Component:
    f = view.f
    if fact.kind == SECTOR:
        who = view.short("sector_division", fact.name)
        text = _(_WORDS[SECTOR])
        words = text.format(who=who, now=f.days(fact.amount), before=f.days(fact.before))
        return html.Li(dcc.Link(words, href=view.link("/customers", sector_division=fact.name)))
    who = view.label("customer", fact.customer)
    reason = _(REASONS[fact.reason]) if fact.reason else ""
    text = _(_WORDS[fact.kind]).format(who=who, reason=reason)
    return html.Li(
        [
            dcc.Link(text, href=view.link("/customer", customer=fact.customer)),
            html.Span(f.money(fact.amount), title=f.exact(fact.amount), className="n"),
        ]
    )
