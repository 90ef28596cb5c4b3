"""A review told as slides, in the reader's language: each title says what was found."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from dashboards.base.i18n import _, n_
from dashboards.base.view import View
from dashboards.charts.bridge import LEAST, STEPS, sentence
from dashboards.frame.deals import called, kept_of
from dashboards.frame.download import head
from dashboards.frame.who import sees_words
from dashboards.review.month import MEASURES, RECEIVABLES, Review, review_of
from dashboards.review.take_along.told import Bars, Deck, Fall, Grid, Line, Lines, Slide
from dashboards.review.words import (
    ahead_title,
    asks_title,
    balance_title,
    coming_words,
    few_title,
    late_title,
    month_words,
    months_measure,
    moves_title,
    plain,
    worth_title,
)
from metrics.asking.ledger import same_day
from metrics.figures.concentration import ASPECTS, CONCENTRATION
from metrics.review.dso_bridge import DSO_BRIDGE
from metrics.review.forecast.ahead import WEEKS
from metrics.review.forecast.forecast import TOTAL
from metrics.review.movements import CAUSES, MOVEMENTS

_ASPECT = "aspect"
MOST_ASKED = 10
_MEDIAN = 2
_MONEY, _DAYS, _SHARE = "#,##0", "0.0", "0%"


def name_of(day: date) -> str:
    """Return the name of a review's files, without an ending.

    >>> name_of(date(2026, 10, 31))
    'review-2026-10'
    """
    return f"review-{day:%Y-%m}"


def deck_of(view: View) -> tuple[Deck, Review]:
    """Return the review of the day looked at as slides, and what they tell.

    Its roll-forward is by customer. Raises NoRows where there is nothing to tell.
    """
    review = review_of(view, "customer")
    f, day = view.f, review.month.day
    month = f"{f.month_name(day)} {day.year}"
    owed = f.exact(review.month.now[RECEIVABLES])
    ties = (_("Ties to receivables of"), owed)
    sees = sees_words(view.scope, view.options)
    foot = [
        _("as of {day}").format(day=f.day(day)),
        _("Filters: {words}").format(words=view.words or _("none")),
        *([_("Customers: {sees}").format(sees=sees)] if sees else []),
        " ".join(ties),
    ]
    slides = (
        _summary(view, review, month),
        *(tell(view, review) for tell in (_figures, _why, _worth, _moves, _ahead, _few, _asks)),
    )  # fmt: skip
    made = Deck(
        name_of(day), _("Monthly review, {month}").format(month=month), day, f.language,
        (*head(view), ties), " · ".join(foot), tuple(one for one in slides if one is not None),
    )  # fmt: skip
    return made, review


def _measure(view: View, text: str, when: str = "") -> str:
    day = when or _("as of {day}").format(day=view.f.day(view.selection.as_of))
    return ", ".join(filter(None, (text, day, view.words)))


def _month_span(view: View, since: date) -> str:
    first, last = view.f.day(since), view.f.day(view.selection.as_of)
    return _("{first} to {last}").format(first=first, last=last)


def _summary(view: View, review: Review, month: str) -> Slide:
    says = [plain(part) for part in (*month_words(view), *coming_words(view))]
    notes = [
        _("Each sentence is made from the figures alone. On the page Monthly review each number "
          "leads to its rows."),
        *(text.render(_) for text in view.selection.notices),
    ]  # fmt: skip
    return Slide(
        balance_title(review.month, view.f),
        _measure(view, _("Monthly review, {month}").format(month=month)),
        tuple(says), notes=tuple(notes),
    )  # fmt: skip


def _figures(view: View, review: Review) -> Slide:
    month, f = review.month, view.f
    rows, aims = [], []
    for name, (label, unit, _worse) in MEASURES.items():
        now, target = month.now[name], month.targets.get(name)
        rows.append((
            _(label), f.short(now, unit), f.short(month.before[name], unit),
            f.delta(month.change(name, 1), unit), f.short(month.ago[name], unit),
            f.delta(month.change(name, 12), unit), f.short(target, unit) if target else "",
        ))  # fmt: skip
        if target is not None and now is not None:
            aims.append(_("{figure}: {now}, target {target}").format(
                figure=_(label), now=f.short(now, unit), target=f.short(target, unit)
            ))  # fmt: skip
    heads = ("", _("This month"), _("A month before"), _("Change"), _("A year before"),
             _("Change"), _("Target"))  # fmt: skip
    before, ago = same_day(month.day, 1), same_day(month.day, 12)
    notes = [
        _("A month before is {before}, a year before {ago}. Shares change in points.").format(
            before=f.day(before), ago=f.day(ago)
        ),
        *aims,
    ]
    return Slide(
        late_title(view), _measure(view, months_measure(month, f)),
        grid=Grid(heads, tuple(rows)), notes=tuple(notes),
    )  # fmt: skip


def _why(view: View, review: Review) -> Slide:
    f, day, measure = view.f, review.month.day, _("DSO over 3 months, days")
    span = _month_span(view, same_day(day, 1))
    if review.why is None:
        assert review.why_not is not None  # noqa: S101 - one of them is there
        reason = review.why_not.render(_)
        return Slide(_("Why DSO moved cannot be said"), _measure(view, measure, span), (reason,),
                     notes=(reason,))  # fmt: skip
    total = review.why.bridge.total
    steps = [name for name in STEPS if abs(total[name]) >= LEAST]
    chart = Fall(
        (f.day(same_day(day, 1)), *(_(STEPS[name][0]) for name in steps), f.day(day)),
        (total["before"], *(total[name] for name in steps), total["after"]),
        (f.days(total["before"]), *(f.delta(total[name], "days") for name in steps),
         f.days(total["after"])),
        True, _DAYS,
    )  # fmt: skip
    small = [name for name in STEPS if name not in steps]
    notes = [_(DSO_BRIDGE.meaning)]
    if small:
        text = _("Below {days} days, and not drawn: {steps}.")
        notes.append(text.format(
            days=f.number(LEAST, 2), steps=", ".join(_(STEPS[name][0]) for name in small)
        ))  # fmt: skip
    return Slide(sentence(total, 1, f), _measure(view, measure, span), chart=chart,
                 notes=tuple(notes))  # fmt: skip


def _worth(view: View, review: Review) -> Slide | None:
    f, why = view.f, review.why
    if why is None or why.whole is None:
        return None
    total = why.bridge.total

    def row(name: str, days: float, cash: Decimal, interest: Decimal) -> tuple[str, ...]:
        return (name, f.delta(days, "days"), f.delta(cash, "money"), f.delta(interest, "money"))

    rows = tuple(
        row(_(STEPS[name][0]), total[name], one.cash, one.interest)
        for name, one in why.worth.items()
    )
    measure = _(
        "Days times the sales of a day, {currency}; interest a year at the own cost of money, "
        "{percent} %"
    ).format(currency=f.currency, percent=f.number(review.month.percent, 1))
    chart = Bars(
        _("Money"), tuple(_(STEPS[name][0]) for name in why.worth),
        tuple(one.cash for one in why.worth.values()),
        tuple(f.delta(one.cash, "money") for one in why.worth.values()), _MONEY,
    )  # fmt: skip
    notes = (
        _("The sales of a day are those of the last three months: {sales} in {days} days.").format(
            sales=f.exact(review.month.sales), days=f.count(review.month.window)
        ),
        _("The interest of the whole change is {amount} a year.").format(
            amount=f.delta(why.whole.interest, "money")
        ),
    )
    heads = (_("Step"), _("DSO, days"), _("Money"), _("Interest a year"))
    whole = row(_("Change of DSO"), total["change"], why.whole.cash, why.whole.interest)
    return Slide(
        worth_title(why, f), _measure(view, measure), chart=chart if rows else None,
        grid=Grid(heads, rows, whole), notes=notes,
    )  # fmt: skip


def _moves(view: View, review: Review) -> Slide:
    f, moves = view.f, review.moves
    whole, labels = moves.whole, {field.name: field.label for field in MOVEMENTS.fields}
    scale, unit = f.scale([whole["opening"], whole["closing"]])
    shown = [name for name in CAUSES if f.scaled_delta(whole[name], scale) != "±0"]
    chart = Fall(
        (f.day(moves.since), *(_(labels[name]) for name in shown), f.day(view.selection.as_of)),
        tuple(whole[name] for name in ("opening", *shown, "closing")),
        (f.scaled(whole["opening"], scale),
         *(f.scaled_delta(whole[name], scale) for name in shown),
         f.scaled(whole["closing"], scale)),
        None, _MONEY,
    )  # fmt: skip
    moved = [name for name in CAUSES if whole[name]]
    exact = "; ".join(f"{_(labels[name])} {f.exact(whole[name])}" for name in moved)
    notes = (
        _("Receivables opened at {opening} and closed at {closing}.").format(
            opening=f.exact(whole["opening"]), closing=f.exact(whole["closing"])
        ),
        *([f"{exact}."] if exact else []),
        _("The workbook has the same for each customer."),
    )
    text = _("Roll-forward of receivables, {unit}").format(unit=unit)
    return Slide(moves_title(moves, f), _measure(view, text, _month_span(view, moves.since)),
                 chart=chart, notes=notes)  # fmt: skip


def _ahead(view: View, review: Review) -> Slide | None:
    f, made = view.f, review.ahead
    if made is None:
        return None
    weeks, day = made.plain.of(TOTAL), made.plain.as_of
    past = tuple(day - timedelta(7 * (WEEKS - n) - 1) for n in range(WEEKS))
    gone, nothing = (None,) * len(past), (None,) * len(weeks)
    lines = [Line(_("Came in"), "actual", (*made.came, *nothing))]
    if made.before is not None:
        then = tuple(float(one) for one in made.before[:, _MEDIAN])
        lines.append(Line(_("Expected a quarter ago"), "before", (*then, *nothing)))
    expected = tuple(one.expected for one in weeks)
    lines.append(Line(_("Expected"), "expected", (*gone, *expected)))
    low, high = (tuple(one.low_90 for one in weeks), tuple(one.high_90 for one in weeks))
    notes = []
    if any(one is not None for one in low):
        lines += [Line(_("Low, 90 %"), "band", (*gone, *low)),
                  Line(_("High, 90 %"), "band", (*gone, *high))]  # fmt: skip
        notes.append(_("Of the weeks of past forecasts, 90 % fell between low and high."))
    else:
        notes.append(_("Past forecasts that would give a band need two years of books."))
    off = made.held.get("model")
    if off is not None:
        notes.append(_("Past forecasts were off by {share} a week.").format(share=f.share(off)))
    if made.plain.disputed:
        text = _("{amount} is disputed, and not expected.")
        notes.append(text.format(amount=f.money(made.plain.disputed)))
    days = (*past, *(one.week for one in weeks))
    chart = Lines(days, tuple(f.day(one) for one in days), tuple(lines), _MONEY)
    text = _("Receipts a week, {currency}").format(currency=f.currency)
    return Slide(ahead_title(made, f), _measure(view, text), chart=chart, notes=tuple(notes))


def _few(view: View, review: Review) -> Slide | None:
    f, few = view.f, review.few
    if few is None:
        return None
    rows = tuple(
        (_(ASPECTS[row[_ASPECT]]), view.short(row[_ASPECT], row["largest"]),
         f.share(row["largest_share"]), f.share(row["top_5_share"]), f.count(row["herfindahl"]))
        for row in few.rows
    )  # fmt: skip
    heads = ("", _("The largest"), _("Share of the largest"), _("Share of the five largest"),
             _("Herfindahl index"))  # fmt: skip
    chart = Bars(
        _("Share of the five largest"), tuple(row[0] for row in rows),
        tuple(row["top_5_share"] for row in few.rows), tuple(row[3] for row in rows), _SHARE,
    )  # fmt: skip
    says, notes = [], [_(CONCENTRATION.meaning)]
    if few.uninsured is not None:
        text = _("Uninsured: {share} of the exposure")
        says.append(text.format(share=f.share(few.uninsured)))
    text = _("Shares of what is owed; Herfindahl index: 10,000 where one owes all")
    return Slide(few_title(few, f), _measure(view, text), tuple(says), chart,
                 Grid(heads, rows, texts=2), tuple(notes))  # fmt: skip


def _asks(view: View, review: Review) -> Slide:
    f, waits = view.f, review.waits
    measure = _("What is asked of those who decide, amounts in {currency}")
    measure = measure.format(currency=f.currency)
    if not waits:
        return Slide(_("Nothing waits for a decision."), _measure(view, measure),
                     notes=(_("Decisions are asked for on the page Deal desk."),))  # fmt: skip
    rows = tuple(
        (called(view, one), f.day(one.line.said_on), one.line.who,
         f.exact(kept_of(one).desk.answer.deal.amount))
        for one in waits[:MOST_ASKED]
    )  # fmt: skip
    notes = [_("Each is decided on the page Deal desk, with its tests and its figures.")]
    rest = len(waits) - len(rows)
    if rest:
        text = n_("{count} more in the workbook.", "{count} more in the workbook.", rest)
        notes.append(text.format(count=f.count(rest)))
    heads = (_("Customer"), _("Asked on"), _("Who"), _("Amount"))
    return Slide(asks_title(waits, f), _measure(view, measure), grid=Grid(heads, rows, texts=3),
                 notes=tuple(notes))  # fmt: skip
