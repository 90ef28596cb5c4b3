"""The sector of a customer, said by hand on its page where the files say none, or a wrong one."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards.base.i18n import _, language
from dashboards.base.view import Context
from dashboards.customer.facts import master, number_of
from dashboards.frame.deriving import closed, follow, refusal, ticker
from data.core.errors import ImportRefusedError, StoreError
from data.reference import nace
from data.workspace import by_hand

_MOST = 40
_FILES = "-"
"""The choice that leaves the sector to the files again."""


def layout() -> Component:
    """Return the control, folded up: it is not what a reader comes for."""
    return html.Div(
        [
            html.Details(
                [
                    html.Summary(_("Set the sector by hand")),
                    dmc.Select(
                        id="customer-sector",
                        data=[],
                        placeholder=_("NACE code or name"),
                        searchable=True,
                        size="sm",
                        w=420,
                        maxDropdownHeight=320,
                        nothingFoundMessage=_("Type a NACE code or a part of its name"),
                        filter={"function": "showAll"},
                        **{"aria-label": _("Sector of this customer")},
                    ),
                    html.P(
                        _("It goes before what files say, now and in later loads."),
                        className="measure",
                    ),
                ],
                id="customer-sector-set",
                className="import-options",
            ),
            html.Div(id="customer-sector-status"),
            ticker("customer-sector-tick"),
        ]
    )


def connect(app: Dash, context: Context) -> None:
    """Wire the control."""

    @app.callback(Output("customer-sector-set", "hidden"), Input("url", "search"))
    def shown(search: str | None) -> bool:
        view = context.view(search)
        return bool(closed(context)) or view is None or master(view) is None

    @app.callback(
        Output("customer-sector", "data"),
        Input("customer-sector", "searchValue"),
        State("url", "search"),
    )
    def find(typed: str | None, search: str | None) -> list[dict[str, str]]:
        view = context.view(search)
        return choices(typed or "", view.options.revision) if view else []

    @app.callback(
        Output("customer-sector-status", "children"),
        Output("customer-sector-tick", "disabled"),
        Output("customer-sector", "value"),
        Input("customer-sector", "value"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def say(code: str | None, search: str | None) -> Any:
        view = context.view(search)
        if not code or view is None:
            raise PreventUpdate
        if context.importer is None or closed(context) or master(view) is None:
            return refusal(_(closed(context))), True, None
        try:
            by_hand.say_sector(
                context.store.folder, number_of(view), None if code == _FILES else code
            )
            context.importer.derive()
        except ImportRefusedError:
            pass  # another load came first: it reads the sector as well
        except StoreError as error:
            return refusal(error.render(_)), True, None
        except ValueError as error:
            return refusal(str(error)), True, None
        return html.P(_("Applying"), className="measure"), False, None

    follow(app, context, "customer-sector-status", "customer-sector-tick")


def choices(typed: str, revision: str) -> list[dict[str, str]]:
    """Return the sectors whose code or name holds what was typed, as choices."""
    sought = _plain(typed.strip())
    # what was chosen is sought next, by its label: were it not offered, it would be taken back
    files = {"value": _FILES, "label": _("What the files say")}
    found = []
    for code, sector in nace.sectors(revision).items():
        name = f"{code} {nace.label(code, language(), revision)}"
        if sector.level > 1 and sought in _plain(name):
            found.append({"value": code, "label": name})
    return [*([files] if sought in _plain(files["label"]) else []), *found[:_MOST]]


def _plain(text: str) -> str:
    return text.casefold().replace("’", "'")
