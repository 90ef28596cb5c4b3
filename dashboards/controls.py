"""The header: brand, the as-of day and the filters, link, language, light or dark."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlencode

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboards import parts
from dashboards.filters import (
    FILTERS,
    SECTOR_LEVELS,
    Options,
    Selection,
    sector_choices,
    value_label,
)
from dashboards.format import Format
from dashboards.i18n import LANGUAGES, _, language
from metrics.dimensions import DIMENSIONS
from metrics.ledger import month_end

MULTI = ("sector", "country", "customer_group", "segment", "salesperson", "currency")
"""The multi-selects; `sector` holds all levels of NACE as `level:code`."""
MORE = ("segment", "salesperson", "currency")
_MOST_CHOICES = 100


def header(options: Options | None) -> Component:
    """Return the header; without options (an empty store) its filters wait."""
    return html.Div(
        [
            dmc.Burger(
                id="burger", size="sm", hiddenFrom="sm", **{"aria-label": _("Show the pages")}
            ),
            dcc.Link([html.Span(className="mark"), "Tandem"], href="/", className="brand"),
            html.Div(
                [_as_of(options), *_filters(options)],
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
        "maxDate": (last + timedelta(days=366)).isoformat(),
    }


def _as_of(options: Options | None) -> Component:
    presets, limits = calendar_of(options)
    return dmc.Popover(
        [
            dmc.PopoverTarget(
                html.Button(
                    [html.Span(_("As of"), className="label"), html.B("–", id="as-of-label")],
                    id="as-of-button",
                    className="button control",
                    disabled=options is None,
                )
            ),
            dmc.PopoverDropdown(
                dmc.DatesProvider(
                    dmc.DatePicker(
                        id="as-of",
                        presets=presets,
                        value=options.last_day.isoformat() if options else None,
                        defaultDate=options.last_day.isoformat() if options else None,
                        allowDeselect=False,
                        weekendDays=[],
                        **limits,
                    ),
                    settings={"locale": language(), "firstDayOfWeek": 1},
                ),
                className="as-of-choice",
            ),
        ],
        position="bottom-start",
        shadow="md",
        withinPortal=True,
        trapFocus=True,
    )


def _filters(options: Options | None) -> list[Component]:
    def select(name: str) -> dmc.MultiSelect:
        label = _(DIMENSIONS[name].label)
        return dmc.MultiSelect(
            id=f"filter-{name}",
            data=choices(name, (), "", options),
            value=[],
            placeholder=label,
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
            **{"aria-label": label},
        )

    return [
        *[select(name) for name in MULTI if name not in MORE],
        dmc.Popover(
            [
                dmc.PopoverTarget(
                    html.Button(
                        [_("More"), html.Span(id="more-count")],
                        className="button control",
                        disabled=options is None,
                    )
                ),
                dmc.PopoverDropdown(
                    [
                        html.Label([html.Span(_(DIMENSIONS[name].label)), select(name)])
                        for name in MORE
                    ],
                    className="more-filters",
                ),
            ],
            position="bottom-start",
            shadow="md",
            withinPortal=True,
            keepMounted=True,
            closeOnClickOutside=True,
            clickOutsideEvents=["mousedown"],
        ),
    ]


def choices(
    name: str, chosen: Sequence[str], typed: str, options: Options | None
) -> list[dict[str, str]]:
    """Return the choices of a filter; for customers the chosen ones and the best hundred."""
    if options is None:
        return []
    f = Format(language(), options.currency)
    if name == "sector":
        return sector_choices(options, f)
    values = options.values[name]
    if name == "customer_group":
        wanted = typed.casefold()
        found = (value for value, words in options.groups if wanted in words)
        values = tuple(dict.fromkeys((*chosen, *islice(found, _MOST_CHOICES))))
    choices = [
        {"value": value or "-", "label": value_label(name, value, options, f)} for value in values
    ]
    if name == "country":
        choices.sort(key=lambda c: c["label"])
    return choices


def controls_of(selection: Selection) -> tuple[str, list[list[str]]]:
    """Return the values of the controls that show `selection`: the day, then each of MULTI."""
    sectors = [
        f"{level}:{value}" for level in SECTOR_LEVELS for value in selection.chosen.get(level, ())
    ]
    others = [[v or "-" for v in selection.chosen.get(name, ())] for name in MULTI[1:]]
    return selection.as_of.isoformat(), [sectors, *others]


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
