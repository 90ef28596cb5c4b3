"""Policy: each rule as a sentence with its value, since when and by whom, and the law behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dash import Dash, dcc, html
from dash.development.base_component import Component

from dashboards.base.grid import connect_grid, grid, totals
from dashboards.base.i18n import _, n_
from dashboards.base.page import Page
from dashboards.base.panel import Content, headline_callback, panel_callback, part_callback
from dashboards.base.parts import page, panel, rich, skeleton
from dashboards.base.view import Context, ListRef, View
from dashboards.frame.deals import rule_words
from dashboards.policy.figures import INTEREST, Legal, Shown, legal, parts
from dashboards.policy.words import SENTENCES, value_words
from data.core.policy.dated import Step
from data.core.policy.file import NAME, SETS
from data.core.policy.rules import DEFAULTS, RULES
from data.core.texts import N_


def layout(**_query: str) -> Component:
    """Return the page in its final shape."""
    return page(
        "policy",
        _("Policy"),
        html.Div(
            [html.Section(skeleton(180), className="panel") for _part in range(4)],
            id="policy-rules",
            className="policy-parts live",
        ),
        panel(
            "policy-interest",
            static=grid("policy-interest-grid", INTEREST, height=460, later=True),
            below=True,
        ),
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the sentence, the rules and the table of statutory interest."""

    @headline_callback(app, context, "policy")
    def headline(view: View) -> str:
        return headline_words(view)

    @part_callback(app, context, "policy-rules")
    def rules(view: View) -> list[Component]:
        return rules_content(view)

    @panel_callback(app, context, "policy-interest", below=True)
    def interest(view: View) -> Content:
        return interest_content(view)

    connect_grid(app, context, "policy-interest-grid", INTEREST, below=True)


def headline_words(view: View) -> str:
    """Say how many rules differ from Tandem's own, and which change counts last."""
    f = view.f
    every = [one for part in parts(view.options.policy, view.selection.as_of).values()
             for one in part]  # fmt: skip
    own = [one for one in every if not one.default]
    if not own:
        return _(
            "All {count} rules are Tandem's defaults. Write {file} in the folder of the data to "
            "choose others: python app.py policy."
        ).format(count=f.count(len(every)), file=NAME)
    text = n_(
        "{own} of {count} rules differs from Tandem's defaults",
        "{own} of {count} rules differ from Tandem's defaults",
        len(own),
    )
    said = text.format(own=f.count(len(own)), count=f.count(len(every)))
    last = max((one.step for one in own), key=lambda step: step.since)
    if last.since == date.min:
        return _("{said}.").format(said=said)
    if not last.by:
        return _("{said}; the last change counts from {day} on.").format(
            said=said, day=f.day(last.since)
        )
    return _("{said}; the last change counts from {day} on, by {who}.").format(
        said=said, day=f.day(last.since), who=last.by
    )


def rules_content(view: View) -> list[Component]:
    """Return every part of the policy with its rules."""
    found = []
    for heading, rules in parts(view.options.policy, view.selection.as_of).items():
        books = RULES[rules[0].name].books
        when = _("acts at the next load") if books else _("acts at once")
        lines = [_rule(one, view) for one in rules]
        if any(one.name == "buckets" for one in rules):
            lines.append(_sets(view))
        found.append(
            html.Section(
                [
                    html.H2(_(heading)),
                    html.P(when, className="measure"),
                    html.Ul(lines, className="rules"),
                ],
                className="panel policy-part",
            )
        )
    return found


def _rule(one: Shown, view: View) -> html.Li:
    """Return a rule: its sentence, who said so, what held before, and the law beside it."""
    says = legal(one.name, view.selection.as_of, view.f)
    value = value_words(one.name, one.step.value, view.f, view.options.policy)
    return html.Li(
        [
            html.P(rich(_(SENTENCES[one.name]), value=value), className="rule-words"),
            html.P(said_by(one, view), className="rule-by"),
            _bill(one.name, view),
            _history(one, view),
            _law(says, view) if says else None,
        ],
        className="" if one.default else "own",
        title=one.name,
    )


#: Rule -> the test of a deal that it decides.
_DECIDES = {
    "four_eyes": "unsecured", "late_days": "behaviour", "extension_days": "insurer",
    "longest_terms": "terms", "money_percent": "return",
}  # fmt: skip


def _bill(name: str, view: View) -> Component | None:
    """Return what a rule held and let through of the deals that were asked here."""
    words = rule_words(view, _DECIDES[name]) if name in _DECIDES else ""
    if not words:
        return None
    return html.P([f"{words} ", dcc.Link(_("The bill of all rules"), href=view.link("/deal"))],
                  className="rule-by")  # fmt: skip


def said_by(one: Shown, view: View) -> str:
    """Return since when and by whom a rule holds: `since 1 Jan 2026, by An: agreed at the fair`."""
    return _("Tandem's default") if one.default else _by(one.step, view)


def _by(step: Step[object], view: View) -> str:
    day = view.f.day(step.since)
    since = _("from the start") if step.since == date.min else _("since {day}").format(day=day)
    said = ", ".join([since, _("by {who}").format(who=step.by)] if step.by else [since])
    return _("{said}: {note}").format(said=said, note=step.note) if step.note else said


def _history(one: Shown, view: View) -> Component | None:
    """Return what held before, and what is to come, folded."""
    if not one.before and not one.later:
        return None

    def says(step: Step[object]) -> html.B:
        return html.B(value_words(one.name, step.value, view.f, view.options.policy))

    lines = [
        html.Li([says(step), " ", html.Span(_by(step, view), className="rule-by")])
        for step in one.later
    ]
    for step, end in one.before:
        until = _("until {day}").format(day=view.f.day(end))
        who = "" if step.since == date.min and not (step.by or step.note) else _by(step, view)
        words = ", ".join(filter(None, (until, who)))
        lines.append(html.Li([says(step), " ", html.Span(words, className="rule-by")]))
    counted = []
    if one.later:
        counted.append(_("{count} to come").format(count=view.f.count(len(one.later))))
    if one.before:
        text = n_("{count} earlier value", "{count} earlier values", len(one.before))
        counted.append(text.format(count=view.f.count(len(one.before))))
    return html.Details([html.Summary(", ".join(counted)), html.Ul(lines)], className="rule-past")


def _law(lines: Sequence[Legal], view: View) -> Component:
    """Return what the law says, with a link to each law."""
    return html.Details(
        [
            html.Summary(_("What the law says on this day")),
            html.Ul(
                [
                    html.Li(
                        [
                            html.B(one.country),
                            f" {one.says}. ",
                            html.A(
                                one.law.names[view.f.language],
                                href=one.law.url,
                                target="_blank",
                                rel="noopener noreferrer",
                            ),
                        ]
                    )
                    for one in lines
                ]
            ),
        ],
        className="rule-law",
        open=True,
    )


def _sets(view: View) -> html.Li:
    """Return the sets of aging buckets by name."""
    said = view.options.policy.sets
    names = ", ".join(f"{name} ({ends})" for name, ends in said.items())
    sentence = rich(_("Sets of aging buckets to choose by name: {value}."), value=names)
    default = said == DEFAULTS.sets
    return html.Li(
        [
            html.P(sentence, className="rule-words"),
            html.P(_("Tandem's default") if default else _("from the start"), className="rule-by"),
        ],
        className="" if default else "own",
        title=SETS,
    )


def interest_content(view: View) -> Content:
    """Return the head of the table of statutory interest."""
    count = totals(view, INTEREST, {})["rows"]
    text = n_(
        "Statutory interest for late payment: {count} rate",
        "Statutory interest for late payment: {count} rates",
        count,
    )
    return Content(
        text.format(count=view.f.count(count)),
        _("Percent a year by country and half-year; no legal advice"),
        explain=ListRef(INTEREST.name),
    )


PAGE = Page("/policy", N_("Policy"), 95, layout, connect, group="foot", listings=(INTEREST,))
