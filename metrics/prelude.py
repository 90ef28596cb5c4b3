"""The SQL of the prelude's relations: from the cubes where they know, else from the rows.

`metrics.ledger` says what each relation is. In the texts here `o` is the row and `d` the day. A
cube knows whole months; what a day cuts off in the middle of a month comes from the rows, for
that day alone. Without cubes everything comes from the rows: that is the definition.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from data.cubes import (
    AGREED,
    FOR_EVER,
    INVOICES,
    ITEMS,
    PAYMENTS,
    PAYMENTS_ARE,
    SALES,
    SALES_ARE,
    Measure,
    bucket,
    month,
)

_ALIVE = "o.opened_on <= d.as_of and o.ends > d.as_of"
_OPENING = "o.opened_on < d.from_1m and o.ends >= d.from_1m"
_COHORT = "o.kind = 'invoice' and o.amount > 0 and not o.paid_day_assumed"

#: relation -> (table, condition); `o.ends` is when the row closes, if ever
ROWS = {
    "alive": ("open_items", _ALIVE),
    "opening": ("open_items", _OPENING),
    "items": ("open_items", "o.opened_on <= d.as_of"),
    "sales": ("documents", f"{SALES_ARE} and o.issued_on <= d.as_of"),
    "settled": (
        "open_items",
        f"{PAYMENTS_ARE} and o.closed_on >= d.from_window and o.closed_on <= d.as_of",
    ),
    "cohort": (
        "documents",
        f"{_COHORT} and o.issued_on >= d.from_window and o.issued_on <= d.as_of",
    ),
    "slices": (
        "open_items",
        (
            "o.kind = 'invoice' and o.amount > 0 and o.opened_on <= d.as_of"
            " and o.ends >= d.from_window"
        ),
    ),
    "movements": ("documents", "o.issued_on <= d.as_of"),
    # limits stand in the reporting currency, whatever the customer is invoiced in
    "accounts": (
        (
            "(select c.*, c.customer_id as customer, a.reporting_currency as currency"
            " from customers as c cross join about as a)"
        ),
        "1 = 1",
    ),
}

#: The cubes of balances are by market: they do not know these.
_OF_CUSTOMERS = {"customer", "customer_group"}


@dataclass(frozen=True)
class _Months:
    """A relation by month: its rows, its cube, and which months or rows a day asks for.

    whole: condition on months of the cube. part: condition on rows of the month that the day
    cuts. every: both together, as a condition on rows.
    """

    table: str
    day: str
    are: str
    cube: str
    measures: tuple[Measure, ...]
    whole: str
    part: str
    every: str


_MONTHLY = _Months(
    "documents", "o.issued_on", SALES_ARE, "month_sales", (*SALES, *AGREED),
    whole="o.month_start < d.part_from",
    part="o.issued_on >= d.part_from and o.issued_on <= d.as_of",
    every="o.issued_on <= d.as_of",
)  # fmt: skip
_YEAR_BEFORE = _Months(
    "documents", "o.issued_on", SALES_ARE, "month_sales", SALES,
    whole="o.month_start >= d.from_year_ago and o.month_start < d.year_part_from",
    part="o.issued_on >= d.year_part_from and o.issued_on <= d.year_ago",
    every="o.issued_on >= d.from_year_ago and o.issued_on <= d.year_ago",
)  # fmt: skip
_PAYMENTS = _Months(
    "open_items", "o.closed_on", PAYMENTS_ARE, "month_payments", PAYMENTS,
    whole="o.month_start >= d.from_window and o.month_start < d.part_from",
    part="o.closed_on >= d.part_from and o.closed_on <= d.as_of",
    every="o.closed_on >= d.from_window and o.closed_on <= d.as_of",
)  # fmt: skip

RELATIONS = (
    *ROWS, "balances", "aged", "opening_balances", "debtors", "monthly", "year_before",
    "payments", "ended", "whole", "reach",
)  # fmt: skip


@dataclass(frozen=True)
class Prelude:
    """What the relations are asked for.

    by: the dimensions asked for. where: dimension -> names of the bound values. age_from: the
    column of an open item that aging counts from. days: how many as-of days there are; cut: the
    numbers of those that are no month-end; year_cut: of those whose day a year earlier is none;
    first, last: the earliest and the latest. shown: the columns of `days` that are read from the
    relations. asks: whether a column is read at all. cubes: False to read only rows.
    """

    by: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]]
    age_from: str
    days: int
    cut: tuple[int, ...]
    year_cut: tuple[int, ...]
    first: int
    last: int
    shown: tuple[str, ...]
    text: str
    cubes: bool

    def relation(self, name: str) -> str:
        """Return the SELECT of a relation."""
        if name in ROWS:
            table, condition = ROWS[name]
            if name in ("alive", "opening"):
                condition = self._joined(condition)
            return self._rows(table, f"{self._shown}, 'total' as total, o.*", condition)
        return {
            "balances": lambda: self._balances("due_on"),
            "aged": lambda: self._balances(self.age_from),
            "opening_balances": self._opening_balances,
            "debtors": self._debtors,
            "monthly": lambda: self._by_month(_MONTHLY, self.cut),
            "year_before": lambda: self._by_month(_YEAR_BEFORE, self.year_cut),
            "payments": lambda: self._by_month(_PAYMENTS, self.cut),
            "ended": self._ended,
            "whole": self._whole,
            "reach": self._reach,
        }[name]()

    # --- parts of statements --------------------------------------------------------------------

    @property
    def _groups(self) -> tuple[str, ...]:
        return tuple(name for name in self.by if name != "total")

    def _by(self, table: str) -> str:
        return "".join(f", {table}.{name}" for name in self._groups)

    def _filters(self, table: str = "o") -> str:
        return "".join(
            f" and {table}.{column} in ({', '.join(f'${name}' for name in names)})"
            for column, names in self.where.items()
        )

    @property
    def _shown(self) -> str:
        return ", ".join(f"d.{name} as {name}" for name in self.shown)

    @property
    def _by_market(self) -> bool:
        """Whether the cubes of balances know the dimensions that are asked for."""
        return self.cubes and not _OF_CUSTOMERS & {*self.by, *self.where}

    @property
    def _month_ends(self) -> bool:
        """Whether there is a day whose balances they know."""
        return self._by_market and len(self.cut) < self.days

    def _rows(
        self, table: str, columns: str, condition: str, group: str = "", only: int | None = None
    ) -> str:
        """Return a SELECT over the rows that the days see, or that the day `only` sees."""
        if self.days == 1:
            only = 0
        grouped = f"\n    group by {group}" if group else ""
        if only is None:
            # one comparison and no `or`: only then is the join a merge of two sorted sides
            condition = condition.replace("o.ends", f"coalesce(o.closed_on, {FOR_EVER})")
            return (
                f"    select {columns}\n    from {table} as o\n"
                f"    join days as d on {condition}{self._filters()}{grouped}"
            )
        # one day needs no join: the filter then reaches the scan, and skips what closed before
        return _on_day(
            f"    select {columns}\n    from {table} as o\n"
            f"    where {_of_one_day(condition)}{self._filters()}{grouped}",
            only,
        )

    def _cube(self, table: str, key: str, by: str, *conditions: str) -> str:
        """Return the rest of a FROM over a cube: dimensions are joined where they are asked."""
        joined = f"\n        join {table} as k using ({key})" if by or self.where else ""
        asked = " and ".join(conditions or ("1 = 1",))
        return f"{joined}\n        where {asked}{self._filters('k')}"

    # --- balances -------------------------------------------------------------------------------

    def _balances(self, age_from: str) -> str:
        columns = (
            f"{self._shown}, 'total' as total{self._by('o')},\n"
            f"        {bucket('o.amount < 0', f'o.{age_from}', 'd.as_of')} as bucket,\n"
            f"        o.amount, {ITEMS} as items,\n        {INVOICES} as invoices"
        )
        if not self._month_ends:
            return self._rows("open_items", columns, self._joined(_ALIVE))
        basis = f"o.basis = '{'due' if age_from == 'due_on' else 'issued'}'"
        if self.days == 1:
            asked = self._cube("markets", "market", self._by("k"), basis, _of_one_day(_ALIVE))
            return _on_day(
                f"    select {self._shown}, 'total' as total{self._by('k')},\n"
                f"        {bucket('o.unapplied', 'o.ages_from', 'd.as_of')} as bucket,\n"
                f"        o.amount, o.items, o.invoices\n    from month_items as o{asked}",
                0,
            )
        grouped = f"o.opened_on, o.closed_on, o.ages_from, o.unapplied{self._by('k')}"
        asked = self._cube("markets", "market", self._by("k"), basis, self._some_day(_ALIVE))
        parts = [
            f"""    select {self._shown}, m.total{self._by("m")},
        {bucket("m.unapplied", "m.ages_from", "d.as_of")} as bucket,
        m.amount, m.items, m.invoices
    from (
        select 'total' as total, {grouped},
            sum(o.amount) as amount, sum(o.items) as items, sum(o.invoices) as invoices
        from month_items as o{asked}
        group by {grouped}
    ) as m
    join days as d on {_of_cube(_ALIVE)}{" and d.part_from > d.as_of" if self.cut else ""}"""
        ]
        parts += [self._rows("open_items", columns, _ALIVE, only=number) for number in self.cut]
        return _union(parts)

    def _opening_balances(self) -> str:
        if not self._by_market:
            columns = f"{self._shown}, 'total' as total{self._by('o')}, o.amount"
            return self._rows("open_items", columns, self._joined(_OPENING))
        basis, by = "o.basis = 'due'", self._by("k")
        if self.days == 1:
            asked = self._cube("markets", "market", by, basis, _of_one_day(_OPENING))
            return _on_day(
                f"    select {self._shown}, 'total' as total{by}, o.amount\n"
                f"    from month_items as o{asked}",
                0,
            )
        grouped = f"o.opened_on, o.closed_on{by}"
        asked = self._cube("markets", "market", by, basis, self._some_day(_OPENING))
        return f"""    select {self._shown}, m.total{self._by("m")}, m.amount
    from (
        select 'total' as total, {grouped}, sum(o.amount) as amount
        from month_items as o{asked}
        group by {grouped}
    ) as m
    join days as d on {_of_cube(_OPENING)}"""

    def _some_day(self, condition: str) -> str:
        """Return a condition on what some of the days may see: it opened before the last of them
        and closed after the first.
        """
        opened, closed = _of_one_day(condition).split(" and ", 1)
        return f"{_on_day(opened, self.last)} and {_on_day(closed, self.first)}"

    def _joined(self, condition: str) -> str:
        """Leave out what no day of a history sees, before it is joined to the days."""
        if self.days == 1:
            return condition
        seen = f"{self._seen('o.opened_on')} < {self._seen('o.closed_on')}"
        return f"{condition} and (o.closed_on is null or {seen})"

    def _debtors(self) -> str:
        columns = (
            f"{self._shown}, 'total' as total{self._by('o')},"
            " count(distinct o.customer) as customers"
        )
        # by something even for the total: a day on which nobody owes anything has no row
        group = ", ".join(f"d.{name}" for name in self.shown) + self._by("o")
        if not self._month_ends:
            return self._rows("open_items", columns, self._joined(_ALIVE), group)
        parts = [
            f"""    select {self._shown}, m.total{self._by("m")}, count(*) as customers
    from (
        select 'total' as total{self._by("k")}, y.year, bit_or(o.months) as months
        from month_debtors as o
        join cells as k using (cell)
        join (select distinct year from days) as y
            on o.year <= y.year and o.until_year >= y.year
        where 1 = 1{self._filters("k")}
        group by y.year, k.customer{self._by("k")}
    ) as m
    join days as d on d.year = m.year and (m.months & d.month_bit) > 0
        {"and d.part_from > d.as_of" if self.cut else ""}
    group by {self._shown_group}m.total{self._by("m")}"""
        ]
        parts += [
            self._rows("open_items", columns, _ALIVE, group, only=number) for number in self.cut
        ]
        return _union(parts)

    # --- by month -------------------------------------------------------------------------------

    def _by_month(self, months: _Months, cut: tuple[int, ...]) -> str:
        asked = [m for m in months.measures if re.search(rf"\b{m.name}\b", self.text)]
        start = month(months.day)
        sums = ",\n            ".join(f"{m.sql} as {m.name}" for m in asked)
        agreed = "k.agreed_terms_days" in sums
        table = months.table
        if agreed:
            table = (
                "(select o.*, k.agreed_terms_days from documents as o"
                " left join customers as k on k.customer_id = o.customer)"
            )
            sums = sums.replace("k.agreed_terms_days", "o.agreed_terms_days")
        columns = f"'total' as total{self._by('o')}, {start} as month_start,\n            {sums}"

        def summed(condition: str, only: int | None = None) -> str:
            return self._rows(
                table,
                f"{self._shown}, {columns}",
                f"{months.are} and {condition}",
                f"{self._shown_group}{start}{self._by('o')}",
                only,
            )

        if not self.cubes:
            return summed(months.every)
        by = "agreed" if agreed else self._by("k")
        if self.days == 1:
            kept = "".join(f",\n        {m.of_cube} as {m.name}" for m in asked)
            source = self._cube("cells", "cell", by, months.whole)
            parts = [
                _on_day(
                    f"    select {self._shown}, 'total' as total{self._by('k')},"
                    f" o.month_start{kept}\n    from {months.cube} as o{source}",
                    0,
                )
            ]
        else:
            grouped = f"o.month_start{self._by('k')}"
            added = "".join(f",\n            {m.adds}({m.of_cube}) as {m.name}" for m in asked)
            names = "".join(f", m.{m.name}" for m in asked)
            parts = [
                f"""    select {self._shown}, m.total{self._by("m")}, m.month_start{names}
    from (
        select 'total' as total{self._by("k")}, o.month_start{added}
        from {months.cube} as o{self._cube("cells", "cell", by)}
        group by {grouped}
    ) as m
    join days as d on {months.whole.replace("o.", "m.")}"""
            ]
        return _union([*parts, *(summed(months.part, number) for number in cut)])

    @property
    def _shown_group(self) -> str:
        return "".join(f"d.{name}, " for name in self.shown)

    # --- lives ----------------------------------------------------------------------------------

    def _ended(self) -> str:
        """Return how many lives of the cohort ended on each day after issue, paid or not."""
        in_window = "o.issued_on >= d.from_window and o.issued_on <= d.as_of"
        if self.days == 1 or not self.cubes:
            day = (
                "date_diff('day', o.issued_on,"
                " case when o.closed_on <= d.as_of then o.closed_on else d.as_of end)"
            )
            paid = "case when o.closed_on <= d.as_of and o.outcome = 'paid' then 1 else 0 end"
            return self._rows(
                "documents",
                (
                    f"{self._shown}, 'total' as total{self._by('o')},\n        {day} as day,"
                    f" sum({paid}) as paid, count(*) as ended"
                ),
                f"{_COHORT} and {in_window}",
                f"{self._shown_group}{day}{self._by('o')}",
            )
        # added up before they meet the days: closed lives are the same on all later days
        first, last = (
            f"cast($from_window_{self.first} as date)",
            f"cast($as_of_{self.last} as date)",
        )
        asked = f"{_COHORT} and o.issued_on >= {first} and o.issued_on <= {last}{self._filters()}"
        closed, issued = self._seen("o.closed_on"), month("o.issued_on")
        days = "date_diff('day', o.issued_on, o.closed_on)"
        paid = "case when o.outcome = 'paid' then 1 else 0 end"
        opened = self._seen("o.issued_on")
        return f"""    select {self._shown}, m.total{self._by("m")}, m.day,
        m.paid * m.ended as paid, m.ended
    from (
        select 'total' as total{self._by("o")}, {issued} as issued_in,
            {closed} as seen_closed, {days} as day, {paid} as paid, count(*) as ended
        from documents as o
        where {asked} and o.closed_on <= {last}
        group by {issued}, {closed}, {days}, {paid}{self._by("o")}
    ) as m
    join days as d on m.seen_closed <= d.as_of and m.issued_in >= d.from_window
    union all
    select {self._shown}, m.total{self._by("m")}, date_diff('day', m.issued_on, d.as_of) as day,
        0 as paid, m.ended
    from (
        select 'total' as total{self._by("o")}, o.issued_on,
            coalesce({closed}, {FOR_EVER}) as seen_closed, count(*) as ended
        from documents as o
        where {asked} and (o.closed_on is null or {opened} < {closed})
        group by o.issued_on, coalesce({closed}, {FOR_EVER}){self._by("o")}
    ) as m
    join days as d
        on m.seen_closed > d.as_of and m.issued_on >= d.from_window and m.issued_on <= d.as_of"""

    def _seen(self, day: str) -> str:
        """Return SQL for a day that the as-of days cannot tell from `day`: its month's end.

        In a month that an as-of day cuts, it is the day itself.
        """
        end = f"cast(last_day({day}) as date)"
        if not self.cut:
            return end
        months = ", ".join(f"cast($from_1m_{number} as date)" for number in self.cut)
        return f"case when {month(day)} in ({months}) then {day} else {end} end"

    # --- since when -----------------------------------------------------------------------------

    def _whole(self) -> str:
        if self._groups:
            names = ", ".join(f"'' as {name}" for name in self.by)
            return f"    select as_of, {names}\n    from days\n    where 1 = 0"
        return (
            "    select days.as_of, 'total' as total\n    from days\n    join (\n"
            "        select min(o.issued_on) as first_day\n        from documents as o\n"
            f"        where 1 = 1{self._filters()}\n    ) as f on first_day <= days.as_of"
        )

    def _reach(self) -> str:
        """A group that bought nothing at first has known months without sales, not unknown ones."""
        first = (
            "select min(first_sale) as first_sale\n        from month_sales"
            if self.cubes
            else "select min(o.issued_on) as first_sale\n        from documents as o\n"
            f"        where {SALES_ARE}"
        )
        return (
            "    select days.as_of, first_sale\n    from days\n    join (\n"
            f"        {first}\n    ) as f on first_sale <= days.as_of"
        )


def _on_day(sql: str, number: int) -> str:
    """Return `sql` with the columns of day `number` in place of those of `d`."""
    sql = re.sub(r"(group by )(?:d\.[a-z_0-9]+, )+", r"\1", sql)
    return re.sub(r"\bd\.([a-z_0-9]+)", rf"cast($\1_{number} as date)", sql)


def _of_one_day(condition: str) -> str:
    """Return the condition as one whose parts reach the scan of the table."""
    return re.sub(r"o\.ends (>=?) (\S+)", r"(o.closed_on is null or o.closed_on \1 \2)", condition)


def _of_cube(condition: str) -> str:
    """Return a condition on open items as one on months of the cube, which close or never do."""
    ends = f"coalesce(m.closed_on, {FOR_EVER})"
    return condition.replace("o.ends", ends).replace("o.", "m.")


def _union(parts: list[str]) -> str:
    return "\n    union all\n".join(parts)
