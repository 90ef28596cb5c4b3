"""What AG Grid says by itself, in the reader's language, shown or read aloud."""

from __future__ import annotations

from dashboards.base.i18n import _


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
    }
