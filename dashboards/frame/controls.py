"""The header: brand, the as-of day and the filters, link, language, light or dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlencode

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboards.base import parts
from dashboards.base.filters import (
    FILTERS,
    MORE,
    MULTI,
    STANDING,
    Options,
    dimension_label,
    sector_choices,
    value_label,
)
from dashboards.base.format import Format
from dashboards.base.i18n import LANGUAGES, _, language
from dashboards.base.later import Later
from dashboards.base.page import Page
from dashboards.base.view import View
from dashboards.frame.who import narrower
from data.core.dimensions import SECTOR_LEVELS
from data.core.texts import N_, Text
from metrics.asking.ledger import month_end

_MOST_CHOICES = 100
#: A popover would say this of the wrapper around its button, where it means nothing: so the button
#: says it itself, and `frame` keeps it true.
_OPENS = {"aria-haspopup": "dialog", "aria-expanded": "false"}


@dataclass(frozen=True)
class Shown:
    """What the header shows of a selection: values of its controls, and words beside them.

    day: of the as-of control, ISO. values, placeholders: of each of MULTI. day_text: the day in
    words. more: how many filters are behind "More"; '' if none.
    """

    day: str | None
    values: Sequence[Sequence[str]]
    placeholders: Sequence[str]
    day_text: str
    more: str


def shown_of(view: View | None) -> Shown:
    """Return what the header shows; without a view (an empty store) its filters wait."""
    labels = [dimension_label(name, view.options if view else None) for name in MULTI]
    if view is None:
        return Shown(None, [[] for _name in MULTI], labels, "–", "")
    chosen = view.selection.chosen
    sectors = [f"{level}:{value}" for level in SECTOR_LEVELS for value in chosen.get(level, ())]
    values = [sectors, *([v or "-" for v in chosen.get(name, ())] for name in MULTI[1:])]
    more = sum(len(v) for name, v in zip(MULTI, values, strict=True) if name in MORE)
    return Shown(
        view.selection.as_of.isoformat(),
        values,
        [t + (f" ({len(v)})" if v else "") for t, v in zip(labels, values, strict=True)],
        view.f.day(view.selection.as_of),
        f" ({more})" if more else "",
    )


def header(view: View | None) -> Component:
    """Return the header; without a view (an empty store) its filters wait."""
    options, shown = (view.options if view else None), shown_of(view)
    return html.Div(
        [
            dmc.Burger(
                id="burger", size="sm", hiddenFrom="sm", **{"aria-label": _("Show the pages")}
            ),
            dcc.Link([html.Span(className="mark"), "Tandem"], href="/", className="brand"),
            html.Div(
                [_as_of(options, shown), *_filters(options, shown)],
                id="filters",
                className="filters",
                role="search",
                **{"aria-label": _("Filters")},
            ),
            html.Div(
                [
                    html.Button(
                        [parts.icon("filter"), html.Span(_("Filters"))],
                        id="open-filters",
                        className="button quiet only-narrow",
                        n_clicks=0,
                    ),
                    html.Button(
                        [parts.icon("link"), html.Span(_("Copy link"), id="copy-link-text")],
                        id="copy-link",
                        className="button quiet copy-link",
                        n_clicks=0,
                        **{"data-done": _("Copied")},
                    ),
                    dmc.Select(
                        id="language",
                        data=[{"value": c, "label": c.upper()} for c in LANGUAGES],
                        value=language(),
                        allowDeselect=False,
                        size="xs",
                        w=62,
                        comboboxProps={"width": 70},
                        className="language",
                        **{"aria-label": _("Language")},
                    ),
                    dmc.ColorSchemeToggle(
                        lightIcon=parts.icon("sun"),
                        darkIcon=parts.icon("moon"),
                        variant="subtle",
                        color="gray",
                        size="md",
                        id="theme",
                        **{"aria-label": _("Light or dark")},
                    ),
                ],
                className="header-end",
            ),
        ],
        className="header",
    )


def calendar_of(options: Options | None) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """Return the month-ends that the as-of control offers, and the days it can take."""
    if options is None:
        return [], {}
    f = Format(language())
    last = options.last_day
    ends = [month_end(last, back) for back in range(1, 13)]
    presets = [{"value": last.isoformat(), "label": f.day(last)}]
    presets += [
        {"value": day.isoformat(), "label": f.month(day)}
        for day in ends
        if day >= options.first_day
    ]
    return presets, {
        "minDate": options.first_day.isoformat(),
        "maxDate": month_end(last).isoformat(),
    }


def _as_of(options: Options | None, shown: Shown) -> Component:
    presets, limits = calendar_of(options)
    return dmc.Popover(
        [
            dmc.PopoverTarget(
                html.Button(
                    [
                        html.Span(_("As of"), className="label"),
                        html.B(shown.day_text, id="as-of-label"),
                    ],
                    id="as-of-button",
                    className="button control",
                    disabled=options is None,
                    **_OPENS,
                )
            ),
            dmc.PopoverDropdown(
                dmc.DatesProvider(
                    dmc.DatePicker(
                        id="as-of",
                        presets=presets,
                        value=shown.day,
                        defaultDate=shown.day,
                        allowDeselect=False,
                        weekendDays=[],
                        ariaLabels={
                            "previousMonth": _("Previous month"),
                            "nextMonth": _("Next month"),
                            "previousYear": _("Previous year"),
                            "nextYear": _("Next year"),
                            "previousDecade": _("Earlier years"),
                            "nextDecade": _("Later years"),
                        },
                        **limits,
                    ),
                    settings={"locale": language(), "firstDayOfWeek": 1},
                ),
                className="as-of-choice",
            ),
        ],
        id="as-of-choice",
        position="bottom-start",
        shadow="md",
        withinPortal=True,
        withRoles=False,
        trapFocus=True,
    )


def _filters(options: Options | None, shown: Shown) -> list[Component]:
    def select(name: str) -> Component:
        place = MULTI.index(name)
        chosen, placeholder = shown.values[place], shown.placeholders[place]
        made = dmc.MultiSelect(
            id=f"filter-{name}",
            data=choices(name, chosen, "", options),
            value=chosen,
            placeholder=placeholder,
            searchable=True,
            hidePickedOptions=False,
            clearable=False,
            limit=_MOST_CHOICES if name == "customer_group" else None,
            nothingFoundMessage=_("Nothing found"),
            maxDropdownHeight=340,
            size="xs",
            disabled=options is None,
            className=f"filter filter-{name}",
            comboboxProps={"width": 320, "position": "bottom-start", "shadow": "md"},
            **{"aria-label": dimension_label(name, options)},
        )
        return html.Div(Later(made, "filter-place", placeholder), className="filter-box")

    return [
        *[select(name) for name in MULTI if name not in MORE],
        dmc.Popover(
            [
                dmc.PopoverTarget(
                    html.Button(
                        [_("More"), html.Span(shown.more, id="more-count")],
                        id="more-button",
                        className="button control",
                        disabled=options is None,
                        **_OPENS,
                    )
                ),
                dmc.PopoverDropdown(
                    [
                        html.Label(
                            [html.Span(dimension_label(name, options)), select(name)],
                            id=f"more-{name}",
                            hidden=hides(name, options),
                        )
                        for name in MORE
                    ],
                    className="more-filters",
                ),
            ],
            id="more-choice",
            position="bottom-start",
            shadow="md",
            withinPortal=True,
            withRoles=False,
            keepMounted=True,
            closeOnClickOutside=True,
            clickOutsideEvents=["mousedown"],
        ),
    ]


def hides(name: str, options: Options | None) -> bool:
    """Whether a filter behind "More" is left out: there is nothing to choose from."""
    return options is not None and not options.tells(name)


def choices(
    name: str, chosen: Sequence[str], typed: str, options: Options | None
) -> list[dict[str, str]]:
    """Return the choices of a filter; for customers the chosen ones and the best hundred."""
    if options is None:
        return []
    f = Format(language(), options.currency)
    if name == "sector":
        return sector_choices(options, f)
    values = STANDING[name][1] if name in STANDING else options.values[name]
    if name == "customer_group":
        wanted = typed.casefold()
        found = (value for value, words in options.groups if wanted in words)
        values = tuple(dict.fromkeys((*chosen, *islice(found, _MOST_CHOICES))))
    if name in STANDING:
        values = tuple(dict.fromkeys((*values, *chosen)))
    choices = [
        {"value": value or "-", "label": value_label(name, value, options, f)} for value in values
    ]
    if name == "country":
        choices.sort(key=lambda c: c["label"])
    return choices


def search_of(as_of: str | None, values: Sequence[Sequence[str] | None], search: str) -> str:
    """Return the query that the controls stand for; page keys of `search` stay as they are."""
    pairs = [("as_of", as_of)] if as_of else []
    chosen: dict[str, list[str]] = {}
    for name, picked in zip(MULTI, values, strict=True):
        for value in picked or ():
            level, _colon, code = value.partition(":") if name == "sector" else (name, "", value)
            chosen.setdefault(level, []).append(code or "-")
    pairs += [(name, value) for name in FILTERS for value in chosen.get(name, ())]
    pairs += [
        (k, v)
        for k, v in parse_qsl(search.lstrip("?"), keep_blank_values=True)
        if k != "as_of" and k not in FILTERS
    ]
    return f"?{urlencode(pairs)}" if pairs else ""


def active(view: View, page: Page | None) -> list[Component]:
    """Return the active filters as chips, and what of the URL was not understood.

    Those that are set in the columns of the list which the page shows are among them.
    """
    chips = [
        _chip(name, value or "-", view.dimension(name),
              value_label(name, value, view.options, view.f))
        for name in FILTERS
        for value in view.selection.chosen.get(name, ())
    ]  # fmt: skip
    notices = list(view.selection.notices)
    for listing in page.listings if page else ():
        asked = listing.narrowing(view.selection.page)
        # whether it is shown may be a question to the store
        if not (asked.tests or asked.unknown) or not listing.shown(view):
            continue
        for column, text in listing.filters(view).items():
            of, _colon, test = text.partition(": ")
            chips.append(_chip(f"{listing.name}.{column}", "-", of, test))
        left_out = N_("“{value}” is no filter of a column and is left out.")
        notices += [Text(left_out, {"value": value[:40]}) for value in asked.unknown]
    if chips:
        chips.append(
            html.Button(
                _("Clear filters"),
                id={"type": "clear-filters", "at": "frame"},
                className="button quiet",
                n_clicks=0,
            )
        )
    told: list[Component] = [
        html.P(n.render(_), className="notice", role="status") for n in notices
    ]
    part = narrower(view)
    return [*([part] if part else []), *([html.Div(chips, className="chips")] if chips else []),
            *told]  # fmt: skip


def _chip(name: str, value: str, of: str, text: str) -> Component:
    """Return a filter that a click removes."""
    return html.Button(
        [
            html.Span(of, className="chip-of"),
            html.Span(text),
            html.Span("×", **{"aria-hidden": "true"}),
        ],
        id={"type": "chip", "name": name, "value": value},
        className="chip",
        n_clicks=0,
        title=_("Remove the filter {value}").format(value=text),
    )
