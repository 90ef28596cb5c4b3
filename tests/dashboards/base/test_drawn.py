"""What only shows is one component; what Dash has a say in stays as it is."""

import json

import pytest
from dash import dcc, html

from dashboards.base.drawn import Drawn, drawn


def trees(part):
    """Return the trees that the script draws, in order."""
    return [json.loads(c.tree) for c in [part, *part._traverse()] if isinstance(c, Drawn)]


def test_a_part_that_only_shows_is_one_component():
    table = html.Table(
        [html.Thead(html.Tr([html.Th("a"), html.Th("b", colSpan=2)])), None, html.Tbody([])],
        className="figures",
        **{"data-label": "x"},
    )
    made = drawn(table)
    assert isinstance(made, Drawn)
    row = ["tr", {}, ["th", {}, "a"], ["th", {"colSpan": 2}, "b"]]
    outer = {"className": "figures", "data-label": "x"}
    assert json.loads(made.tree) == ["table", outer, ["thead", {}, row], ["tbody", {}]]


def test_parts_side_by_side_are_drawn_as_one():
    (made,) = drawn([html.H2("title"), " and ", [html.P(["text", 0])]])
    said = ["", None, ["h2", {}, "title"], " and ", ["p", {}, "text", 0]]
    assert json.loads(made.tree) == said


@pytest.mark.parametrize(
    "part",
    [html.Button("go", id="go"), html.Button("go", n_clicks=0), dcc.Link("go", href="/")],
    ids=["with an id", "clicked", "a link of Dash"],
)
def test_what_dash_has_a_say_in_stays(part):
    made = drawn(html.Div([html.P([html.B("b"), "a"]), html.Div(part), html.I("alone")]))
    assert isinstance(made, html.Div)
    assert made.children[1].children is part
    assert isinstance(made.children[2], html.I)
    assert trees(made) == [["p", {}, ["b", {}, "b"], "a"]]


@pytest.mark.parametrize("part", ["text", None, 7, {"a": 1}])
def test_what_is_no_component_stays(part):
    assert drawn(part) == part
