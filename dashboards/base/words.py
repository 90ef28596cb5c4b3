"""What readers call the codes of the tables, code -> word, and sentences of rules as they read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from dashboards.base.format import NOTHING, Format
from dashboards.base.i18n import _
from data.core.texts import N_, Text

KINDS = {
    "invoice": N_("Invoice"),
    "credit_note": N_("Credit note"),
    "payment": N_("Payment"),
    "write_off": N_("Write-off"),
    "opening": N_("Opening balance"),
    "adjustment": N_("Adjustment"),
    "exchange": N_("Exchange difference"),
}
"""Kinds of documents."""

METHODS = {
    "confirmed": N_("Confirmed by a person"),
    "given": N_("Given by the export"),
    "state": N_("Paid state of the invoice row"),
    "structured": N_("By structured reference"),
    "reference": N_("By reference"),
    "partial": N_("By part of the number"),
    "amount": N_("By exact amount"),
    "sum": N_("By exact sum"),
    "discount": N_("Less discount or bank fee"),
    "oldest": N_("Oldest first (right once in three times)"),
    "returned": N_("Payment that went back"),
}
"""How a match was made."""

CLOSERS = {
    "payment": N_("paid"),
    "credit_note": N_("credited"),
    "write_off": N_("written off"),
    "adjustment": N_("adjusted"),
    "exchange": N_("exchange difference"),
    "opening": N_("carried forward"),
    "invoice": N_("set off"),
    "returned": N_("paid, but the payment went back"),
}
"""Kind of the document that closed a slice -> what happened, marked with N_."""

OUTCOMES = {
    "paid": N_("paid"),
    "credited": N_("credited"),
    "written_off": N_("written off"),
}
"""How an invoice closed."""

ASSUMPTIONS = {"terms": N_("from terms"), "default": N_("by default")}
"""Where an assumed due day comes from."""


def grid_words() -> dict[str, str]:
    """Return the words of AG Grid that our grids show."""
    return {
        "contains": _("Contains"),
        "notContains": _("Does not contain"),
        "equals": _("Equals"),
        "notEqual": _("Does not equal"),
        "startsWith": _("Begins with"),
        "endsWith": _("Ends with"),
        "blank": _("Is empty"),
        "notBlank": _("Is not empty"),
        "lessThan": _("Less than"),
        "lessThanOrEqual": _("At most"),
        "greaterThan": _("More than"),
        "greaterThanOrEqual": _("At least"),
        "inRange": _("Between"),
        "before": _("Before"),
        "after": _("After"),
        "filterOoo": _("Filter…"),
        "applyFilter": _("Apply"),
        "resetFilter": _("Clear"),
        "loadingOoo": _("Loading…"),
        "noRowsToShow": _("Nothing matches"),
        "inRangeStart": _("from"),
        "inRangeEnd": _("to"),
        # what is read aloud
        "ariaSortableColumn": _("Press Enter to sort"),
        "ariaFilterColumn": _("Press Ctrl and Enter to filter"),
        "ariaColumnFiltered": _("Column filtered"),
        "ariaColumn": _("Column"),
        "ariaFilterMenuOpen": _("Open the filter"),
        "ariaFilterInput": _("Value to filter by"),
        "ariaFilterValue": _("Value to filter by"),
        "ariaFilterFromValue": _("Filter from this value"),
        "ariaFilterToValue": _("Filter to this value"),
        "ariaDateFilterInput": _("Day to filter by"),
        "ariaFilteringOperator": _("How to compare"),
        "ariaLabelColumnFilter": _("Filter of the column"),
    }


#: Places of sentences whose Decimals are no amounts.
_NUMBERS = {"percent", "days", "low", "high"}


def told(text: Text, f: Format) -> str:
    """Return a sentence of the rules, its amounts, days and numbers as the reader writes them."""

    def written(name: str, value: object) -> object:
        if isinstance(value, Decimal):
            return f.number(value, int(value % 1 != 0)) if name in _NUMBERS else f.exact(value)
        if isinstance(value, date):
            return f.day(value)
        if isinstance(value, int):
            return f.count(value)
        return _(value) if isinstance(value, str) else NOTHING

    values = {name: written(name, value) for name, value in text.values.items()}
    return Text(text.template, values).render(_)


def time_words(minutes: int, f: Format) -> str:
    """Return a time of work: `6 h 40`.

    >>> time_words(400, Format()), time_words(9, Format())
    ('6 h 40', '9 min')
    """
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("{minutes} min").format(minutes=f.count(rest))
    return _("{hours} h {minutes:02d}").format(hours=hours, minutes=rest)
