"""The way down from a cell of the aging matrix: customers, open items, the life of a document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.aging.figures import UNKNOWN
from dashboards.aging.sets import buckets_of
from dashboards.base.grid import Column, Listing
from dashboards.base.i18n import _
from dashboards.base.links import dimension_of, search_with, stay
from dashboards.base.view import View
from dashboards.base.words import CLOSERS, KINDS, METHODS
from dashboards.charts.buckets import labels
from data.core.texts import N_
from metrics.asking.ledger import BASES, Ledger, Statement
from metrics.lists.aging_cell import ALL, cell_customers, cell_items, document_slices, within

_CLOSED_BY = {**KINDS, "returned": CLOSERS["returned"]}


def basis_of(view: View) -> str:
    """Return what age counts from, by the URL: `due` or `issued`."""
    basis = view.selection.page.get("basis", "due")
    return basis if basis in BASES else "due"


def basis_words(basis: str) -> str:
    """Return the basis as it stands in a line of measure."""
    return _("by invoice day") if basis == "issued" else _("by due day")


@dataclass(frozen=True)
class Place:
    """How far down the URL leads. group and customer are None where nothing narrows them."""

    bucket: str
    by: str
    group: str | None
    customer: str | None
    document: str

    @property
    def level(self) -> str:
        """What is listed there: customers, items or slices."""
        if self.customer is None:
            return "customers"
        return "slices" if self.document else "items"

    def ledger(self, view: View) -> Ledger:
        """Return the ledger narrowed to this place, its bucket aside."""
        base = view.asked(basis=basis_of(view), buckets=buckets_of(view))
        return within(base, self.by, self.group, self.customer)

    def words(self, view: View) -> str:
        """Return the place in words: bucket, group, customer."""
        bucket = (
            _("All ages")
            if self.bucket == ALL
            else labels(buckets_of(view), basis_of(view))[self.bucket]
        )
        parts = [bucket]
        if self.group is not None:
            parts.append(view.label(self.by, self.group))
        if self.customer is not None and self.by != "customer":
            parts.append(view.label("customer", self.customer))
        return ", ".join([*parts, basis_words(basis_of(view))])


#: where a grid looks that is asked once more while the reader is already back at the matrix
_NOWHERE = Place(ALL, "customer", None, "\x00", "")


def place_of(view: View) -> Place | None:
    """Return the place the URL leads to; None where it opens no cell."""
    page, by = view.selection.page, dimension_of(view)
    bucket = page.get("bucket", "")
    if bucket != ALL and bucket not in buckets_of(view).names:
        return None
    group = page.get("group")
    if group is not None:
        group = "" if group == UNKNOWN else group
    customer = page.get("customer")
    if by == "customer" and customer is None:
        customer = group
    return Place(bucket, by, group, customer, page.get("document", "") if customer else "")


def way(place: Place, view: View) -> Component:
    """Return the links back: each step undoes what came after it."""
    names = labels(buckets_of(view), basis_of(view))
    bucket = _("All ages") if place.bucket == ALL else names[place.bucket]
    top = search_with(view, bucket=None, group=None, customer=None, document=None)
    steps: list[tuple[str, str]] = [(_("Matrix"), top)]
    at = search_with(view, group=None, customer=None, document=None)
    steps.append((bucket, at))
    if place.group is not None and place.by != "customer":
        group = search_with(view, customer=None, document=None)
        steps.append((view.label(place.by, place.group), group))
    if place.customer is not None:
        steps.append((view.label("customer", place.customer), search_with(view, document=None)))
    if place.document:
        steps.append((place.document, ""))
    shown: list[Component] = []
    for number, (text, href) in enumerate(steps):
        last = number == len(steps) - 1
        shown.append(
            html.Li(html.Span(text, **{"aria-current": "location"}) if last else stay(text, href))
        )
    extra = None
    if place.customer is not None:
        to = view.link("/customer", customer=place.customer)
        extra = dcc.Link(_("To the customer's page"), href=to, className="way-out")
    return html.Nav([html.Ol(shown), extra], className="way", **{"aria-label": _("Way back")})


def _at(
    build: Callable[[Ledger, Place], Statement],
) -> Callable[[View, Mapping[str, str]], Statement]:
    """Return a listing's statement: `build` at the place the URL leads to."""

    def statement(view: View, _params: Mapping[str, str]) -> Statement:
        place = place_of(view) or _NOWHERE
        return build(place.ledger(view), place)

    return statement


def _narrowed(view: View) -> str:
    """Return where the URL leads, in words, for the top of a file."""
    place = place_of(view)
    if place is None:
        return ""
    return ", ".join(filter(None, (place.words(view), place.document)))


def _slices(ledger: Ledger, place: Place) -> Statement:
    return document_slices(ledger, place.customer or "", place.document)


def _at_level(level: str) -> Callable[[View], bool]:
    """Return whether the URL leads to this level."""

    def shown(view: View) -> bool:
        place = place_of(view)
        return place is not None and place.level == level

    return shown


def _link(key: str, field: str) -> dict[str, object]:
    """Return the column options that make a cell lead one step further down."""
    return {
        "cellRenderer": "DrillLink",
        "cellRendererParams": {"sets": key, "field": field},
        "pinned": "left",
    }


LISTINGS: dict[str, Listing] = {
    "customers": Listing(
        "aging-customers",
        N_("Customers behind an amount of the aging"),
        (
            Column("customer_name", N_("Customer"), width=270,
                   options=_link("customer", "customer")),
            Column("customer", N_("Customer number"), width=130),
            Column("amount", N_("Amount"), "money", total="sum(amount)"),
            Column("items", N_("Open items"), "count", 110, total="sum(items)"),
            Column("oldest_days", N_("Oldest, days overdue"), "count", 160,
                   total="max(oldest_days)"),
            Column("disputed", N_("Of which disputed"), "money", 140, total="sum(disputed)"),
            Column("country", N_("Country"), width=130, dimension="country"),
            Column("sector", N_("Sector"), width=220, dimension="sector"),
            Column("salesperson", N_("Salesperson"), width=170),
        ),
        _at(lambda ledger, place: cell_customers(ledger, place.bucket)),
        sort="amount desc",
        narrowed=_narrowed,
        shown=_at_level("customers"),
        grouped=True,
    ),
    "items": Listing(
        "aging-items",
        N_("Open items behind an amount of the aging"),
        (
            Column("document_id", N_("Document"), width=150,
                   options=_link("document", "document_id")),
            Column("kind", N_("Kind"), width=120, words=KINDS),
            Column("opened_on", N_("Issued"), "day"),
            Column("due_on", N_("Due"), "day"),
            Column("days_overdue", N_("Days overdue"), "count", 130, total="max(days_overdue)"),
            Column("amount", N_("Open amount"), "money", total="sum(amount)"),
            Column("amount_currency", N_("Amount in its currency"), "money", 160),
            Column("currency", N_("Currency"), width=100),
            Column("reference", N_("Reference"), width=200),
            Column("disputed", N_("Disputed"), width=100),
            Column("file", N_("File"), width=220),
            Column("line", N_("Line"), "count", 90),
        ),
        _at(lambda ledger, place: cell_items(ledger, place.bucket)),
        sort="days_overdue desc",
        narrowed=_narrowed,
        shown=_at_level("items"),
    ),
    "slices": Listing(
        "aging-slices",
        N_("The life of a document"),
        (
            Column("document_id", N_("Document"), width=150),
            Column("kind", N_("Kind"), width=120, words=KINDS),
            Column("opened_on", N_("Issued"), "day"),
            Column("due_on", N_("Due"), "day"),
            Column("amount", N_("Amount"), "money", total="sum(amount)"),
            Column("closed_on", N_("Closed"), "day"),
            Column("closed_by", N_("Closed by"), width=130, words=_CLOSED_BY),
            Column("closed_by_document", N_("Document that closed it"), width=180),
            Column("method", N_("Matched by"), width=150, words=METHODS),
            Column("reference", N_("Reference"), width=200),
            Column("file", N_("File"), width=220),
            Column("line", N_("Line"), "count", 90),
        ),
        _at(_slices),
        sort="due_on",
        narrowed=_narrowed,
        shown=_at_level("slices"),
    ),
}  # fmt: skip
"""Level -> what is listed there."""


def grid_id(level: str) -> str:
    """Return the id of the grid of a level."""
    return f"aging-grid-{level}"
