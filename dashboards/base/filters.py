"""What is selected <-> the URL <-> the controls. Pure functions and values; no Dash.

The query of the URL is the one place where the selection lives:
`?as_of=2026-10-31&country=BE&country=NL&sector_division=41&customer=C0001`. A key repeats for
several values; `-` stands for "not known" (''). Keys that are no filter belong to a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from urllib.parse import parse_qsl, urlencode

from dashboards.base.format import Format
from dashboards.base.i18n import _, language, n_
from data.core.buckets import DEFAULT, Buckets
from data.core.dimensions import COLUMNS, DIMENSIONS, SECTOR_LEVELS, at_or_below, with_ancestors
from data.core.policy.rules import DEFAULTS, Policy
from data.core.texts import N_, Text
from data.reference import nace
from data.store.engine import Engine
from metrics.asking.cover import Cover
from metrics.asking.ledger import FIRST_DAY, LAST_DAY, MOST_SOON, Ledger
from metrics.asking.limits import (
    LIMITS_OF,
    MOST_OVERDUE,
    OUT,
    Standing,
    standing_of,
    undisputed_of,
)
from metrics.asking.money import Money
from metrics.asking.own import QUIET, answered, own_names, quiet
from metrics.asking.said import Said

STANDING: dict[str, tuple[str, tuple[str, ...]]] = {
    "overdue": (N_("Overdue"), ("0", "30", "60", "90")),
    "limit": (N_("Credit limit"), LIMITS_OF),
    "disputed": (N_("Disputed amounts"), (OUT,)),
}
"""Filters by how customers stand at the end of the day, and by what counts of what they owe: name
-> label, and what is offered.

`overdue=30`: something is overdue for more than 30 days, any number of which can be asked for."""
MORE = (*STANDING, *(d.name for d in COLUMNS if d.filter == "more"))
"""The multi-selects behind "More"."""
MULTI = ("sector", *(d.name for d in COLUMNS if d.filter == "main" and d.name != "sector"), *MORE)
"""All multi-selects; `sector` holds all levels of NACE as `level:code`."""
FILTERS = (*SECTOR_LEVELS, *MULTI[1:])
"""What can be filtered by in the frame, in the order of the controls."""

MATRICES = ("total", "segment", "sector_division", "country")
"""By what loss rates may be made: of all customers, or of each segment."""

_UNKNOWN = "-"


@dataclass(frozen=True)
class Options:
    """What the data offer to choose from, read once for each published state.

    loaded: the day on which the data were loaded. values: dimension -> its values, sorted. names:
    customer number -> name, for every customer and group. sectors: (section, division, group, code)
    as they occur together. ages: the bounds that the cubes tell apart. policy: what the company
    says. own: what the data call their own dimensions. cubes: see `Engine.cubes`.
    """

    first_day: date
    last_day: date
    loaded: date
    currency: str
    values: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str]
    sectors: tuple[tuple[str, str, str, str], ...] = ()
    ages: frozenset[str] = DEFAULT.bounds
    policy: Policy = DEFAULTS
    own: Mapping[str, str] = field(default_factory=dict)
    cubes: bool = True

    def tells(self, name: str) -> bool:
        """Whether a dimension tells anything apart in these data: it has more than one value."""
        return name not in self.values or len(self.values[name]) > 1

    @cached_property
    def revision(self) -> str:
        """The revision of NACE that the sectors are read in."""
        return nace.revision_of(row[3] for row in self.sectors)

    @cached_property
    def groups(self) -> tuple[tuple[str, str], ...]:
        """The customer groups by name: (number, what is looked for in both, in lower case)."""
        values = self.values["customer_group"]
        ranked = sorted(values, key=lambda v: self.names.get(v, v).casefold())
        return tuple((v, f"{v}\n{self.names.get(v, '')}".casefold()) for v in ranked)


def read_options(engine: Engine, policy: Policy = DEFAULTS) -> Options:
    """Read what can be chosen from a published state, under a policy."""
    about = engine.query(
        "select first_day, last_day, loaded_at, reporting_currency, ages from about"
    ).to_pylist()[0]
    # where every document was refused, the pages show that nothing was there on the day of the load
    loaded = about["loaded_at"].date()
    values = {
        name: tuple(
            row[name]
            for row in engine.query(
                f"select distinct {name} from documents order by all"
            ).to_pylist()
        )
        for name in FILTERS
        if name not in STANDING
    }
    paths = {name: with_ancestors(v) for name, v in values.items() if DIMENSIONS[name].path}
    values |= paths
    names = {
        row["customer_id"]: row["customer_name"]
        for row in engine.query("select customer_id, customer_name from customers").to_pylist()
    }
    sectors = engine.query(
        f"select distinct {', '.join(SECTOR_LEVELS)} from documents order by all"
    )
    return Options(
        first_day=about["first_day"] or loaded,
        last_day=about["last_day"] or loaded,
        loaded=loaded,
        currency=about["reporting_currency"],
        values=values,
        names=names,
        sectors=tuple(tuple(row.values()) for row in sectors.to_pylist()),
        ages=frozenset(about["ages"].split(",")),
        policy=policy,
        own=own_names(engine),
        cubes=engine.cubes,
    )


@dataclass(frozen=True)
class Selection:
    """What the reader asked for.

    as_of: the day; chosen: dimension -> values; page: the page's own keys (first value of each);
    notices: what in the URL was not understood and is left out; default_day: no day was asked for.
    """

    as_of: date
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    page: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[Text, ...] = ()
    default_day: bool = False

    def where(self, options: Options) -> dict[str, tuple[str, ...]]:
        """Return the filters as the ledger takes them.

        Sectors chosen at several levels mean one or the other: they become the codes below them.
        A path means all that lies below it as well.
        """
        levels = [name for name in SECTOR_LEVELS if self.chosen.get(name)]
        aside = (*levels, *STANDING)
        where = {k: v for k, v in self.chosen.items() if v and k not in aside}
        for name, paths in where.items():
            if DIMENSIONS[name].path:
                where[name] = at_or_below(paths, options.values[name])
        if len(levels) == 1:
            where[levels[0]] = self.chosen[levels[0]]
        elif levels:
            where["sector"] = tuple(
                sorted(
                    {
                        row[3]
                        for row in options.sectors
                        if any(
                            row[SECTOR_LEVELS.index(name)] in self.chosen[name] for name in levels
                        )
                    }
                )
            )
        return where

    def standing(self, said: Said | None) -> Standing | None:
        """Return which customers alone are asked about, as they stand at the end of the day."""
        return standing_of(self.as_of, self.chosen, said)

    def ledger(
        self,
        options: Options,
        months: int = 12,
        basis: str = "due",
        buckets: Buckets | None = None,
        said: Said | None = None,
    ) -> Ledger:
        """Return the ledger as of the day and under the filters; by the usual buckets if None.

        said: what people said.
        """
        return Ledger(
            self.as_of,
            self.where(options),
            months=months,
            basis=basis,
            buckets=buckets or options.policy.usual(self.as_of),
            enough=options.policy.enough_payments.at(self.as_of),
            kept=options.ages,
            cubes=options.cubes,
            standing=self.standing(said),
            said=said,
            undisputed=undisputed_of(self.chosen),
            soon=self.soon(options),
            cover=Cover.of(options.policy),
            money=Money.of(options.policy),
            matrix=self.matrix,
            watched=options.policy.loss_months.at(self.as_of),
        )

    @property
    def matrix(self) -> str:
        """The dimension by which loss rates are made: as the URL says, else of all customers."""
        asked = self.page.get("matrix", "total")
        return asked if asked in MATRICES else "total"

    def soon(self, options: Options) -> int:
        """Return within how many days what ends soon ends: as the URL says, else the policy."""
        usual = options.policy.soon_days.at(self.as_of)
        return int(self.page.get("soon", usual))

    def words(self, options: Options, f: Format) -> str:
        """Return the filters as a reader would say them: "Construction, Belgium"; '' if none."""
        return ", ".join(
            value_label(name, value, options, f)
            for name in FILTERS
            for value in self.chosen.get(name, ())
        )

    def without(self, name: str, value: str) -> Selection:
        """Return the selection with one value less."""
        left = tuple(v for v in self.chosen.get(name, ()) if v != value)
        chosen = {k: v for k, v in self.chosen.items() if k != name}
        return replace(self, chosen={**chosen, name: left} if left else chosen)

    def with_values(self, name: str, values: tuple[str, ...]) -> Selection:
        """Return the selection with these values of one dimension."""
        chosen = {k: v for k, v in self.chosen.items() if k != name}
        return replace(self, chosen={**chosen, name: values} if values else chosen)


def _day(value: str) -> date | None:
    """Return the day that `value` says; None where it is none that can be asked about."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def _occurs(name: str, value: str, options: Options) -> bool:
    """Whether it makes sense to filter by a value: the data have it, or customers stand so."""
    if name == "overdue":
        return _number_of_days(value, MOST_OVERDUE)
    return value in (STANDING[name][1] if name in STANDING else options.values[name])


def _number_of_days(value: str, most: int) -> bool:
    # Python reads no numbers of thousands of digits
    return value.isascii() and value.isdigit() and len(value) < 10 and int(value) <= most


def _about_day(asked: date, shown: date, last: date) -> list[Text]:
    text = N_("{asked} is beyond the data: shown is {day}, their last day.")
    if asked == shown:
        if not quiet(shown, last):
            return []
        text = QUIET
    days = {"asked": asked, "day": last}
    return [Text(text, {n: Format(language()).day(d) for n, d in days.items()})]


def parse(search: str | None, options: Options, *, part: bool = False) -> Selection:
    """Read the query of a URL; what is not understood is left out, with a notice saying so.

    part: whether the reader sees a part of the data, so that what is not there may be elsewhere.
    """
    as_of, default_day = options.last_day, True
    chosen: dict[str, list[str]] = {}
    page: dict[str, str] = {}
    notices: list[Text] = []
    columns = {name: column for column, name in options.own.items()}
    for said, value in parse_qsl((search or "").lstrip("?"), keep_blank_values=True):
        key = columns.get(said, said)
        if key == "as_of":
            day = _day(value)
            if day:
                as_of = answered(day, options.last_day, options.loaded)
                default_day = as_of != day
                notices += _about_day(day, as_of, options.last_day)
            else:
                text = N_("“{value}” is no day; showing the last day of the data instead.")
                notices.append(Text(text, {"value": value[:40]}))
        elif key in FILTERS:
            meant = "" if value == _UNKNOWN else value
            if not _occurs(key, meant, options):
                text = N_("“{value}” does not occur in the data and is left out of the filters.")
                if part:
                    text = N_("“{value}” does not occur in what you see, and is left out.")
                notices.append(Text(text, {"value": value[:40]}))
            elif meant not in chosen.setdefault(key, []):
                chosen[key].append(meant)
        elif key == "by" and columns.get(value, value) not in DIMENSIONS:
            text = N_("“{value}” is no dimension to split by.")
            notices.append(Text(text, {"value": value[:40]}))
        elif key == "soon" and not _number_of_days(value, MOST_SOON):
            text = N_("“{value}” is no number of days.")
            notices.append(Text(text, {"value": value[:40]}))
        else:
            page.setdefault(key, columns.get(value, value) if key == "by" else value)
    return Selection(
        as_of,
        {k: tuple(v) for k, v in chosen.items() if v},
        page,
        tuple(notices),
        default_day,
    )


def to_search(selection: Selection, *, page: bool = True) -> str:
    """Return the query of a URL for `selection`, with or without the page's own keys."""
    pairs: list[tuple[str, str]] = []
    if not selection.default_day:
        pairs.append(("as_of", selection.as_of.isoformat()))
    for name in FILTERS:
        pairs += [(name, value or _UNKNOWN) for value in selection.chosen.get(name, ())]
    if page:
        pairs += list(selection.page.items())
    return f"?{urlencode(pairs)}" if pairs else ""


def with_page(search: str | None, **keys: str | None) -> str:
    """Return the query with page keys set, or dropped where None; filters stay as they are."""
    kept = [
        (k, v)
        for k, v in parse_qsl((search or "").lstrip("?"), keep_blank_values=True)
        if k not in keys
    ]
    pairs = kept + [(k, v) for k, v in keys.items() if v is not None]
    return f"?{urlencode(pairs)}" if pairs else ""


def with_filter(search: str | None, **keys: str | tuple[str, ...] | None) -> str:
    """Return the query with filters replaced: `with_filter(s, country="BE", as_of="2026-01-31")`.

    '' as a value means "not known"; None drops the filter.
    """
    kept = [
        (k, v)
        for k, v in parse_qsl((search or "").lstrip("?"), keep_blank_values=True)
        if k not in keys
    ]
    for key, value in keys.items():
        if value is not None:
            values = (value,) if isinstance(value, str) else value
            kept += [(key, v or _UNKNOWN) for v in values]
    return f"?{urlencode(kept)}" if kept else ""


def dimension_label(name: str, options: Options | None, *, plural: bool = False) -> str:
    """Return how a reader calls a dimension, or several of its values."""
    if name in STANDING:
        return _(STANDING[name][0])
    own = options.own.get(name) if options else None
    return own or _(DIMENSIONS[name].plural if plural else DIMENSIONS[name].label)


def value_label(
    name: str, value: str, options: Options | None, f: Format, *, short: bool = False
) -> str:
    """Return how a reader calls a value of a dimension: the country, the sector, the customer.

    short: where room is scarce: sections and divisions by their short names, and what is not known
    without the level.
    """
    if name == "total":
        return _("Total")
    if name == "overdue":
        text = n_("more than {days} day overdue", "more than {days} days overdue", int(value))
        return text.format(days=f.count(int(value)))
    if name == "limit":
        return _("over the limit") if value == "over" else _("without a limit")
    if name == "disputed":
        return _("without disputed amounts")
    if not value:
        what = "sector" if short and name in SECTOR_LEVELS else name
        return _("{dimension} not known").format(dimension=dimension_label(what, options))
    if name == "country":
        return f.country(value)
    if name in SECTOR_LEVELS:
        named = nace.short if short else nace.label
        words = named(value, language(), options.revision if options else "2")
        return f"{value} {words}" if words and words != value else value
    if name in ("customer", "customer_group") and options:
        return options.names.get(value, value)
    return value


def within_words(days: int, f: Format) -> str:
    """Return what ends soon, in words: `ending within 60 days`."""
    text = n_("ending within {days} day", "ending within {days} days", days)
    return text.format(days=f.count(days))


def sector_choices(options: Options, f: Format) -> list[dict[str, str]]:
    """Return the choices of the Sector control, as `level:code`, in the order of NACE."""
    seen: dict[str, str] = {}
    classes = Counter(row[:3] for row in options.sectors)
    for row in options.sectors:
        for level, code in zip(SECTOR_LEVELS, row, strict=True):
            key = f"{level}:{code}"
            # 46 as a class of its own would repeat the division above it, and a group of one
            # class says what the class says
            repeated = any(f"{upper}:{code}" in seen for upper in SECTOR_LEVELS if upper != level)
            alone = level == "sector_group" and classes[row[:3]] == 1 and row[3] != code
            if key not in seen and not alone and (not code or not repeated):
                seen[key] = value_label(level, code, options, f)
            if not code:
                break
    return [{"value": key, "label": text} for key, text in seen.items()]
