"""SQL that reads the cells of an FEC: amounts and days."""

from __future__ import annotations


def unspaced(cell: str) -> str:
    """Return SQL for a cell without spaces, which some packages put between thousands."""
    return f"replace(replace(replace({cell}, ' ', ''), chr(160), ''), chr(8239), '')"


_AMOUNT = r"[+-]?(\d+([.,]\d*)?|[.,]\d+|\d{1,3}(\.\d{3})+,\d*|\d{1,3}(,\d{3})+\.\d*)-?"


def amount_of(cell: str) -> str:
    """Return SQL for an amount with all its decimals; 0 where empty, null where it is none."""
    # the last comma or point is the decimal sign; the earlier ones group thousands
    number = f"regexp_replace(regexp_replace({cell}, '[.,](\\d*)-?$', '#\\1'), '[^0-9#]', '', 'g')"
    value = f"try_cast(replace({number}, '#', '.') as decimal(38, 6))"
    sign = f"(case when contains({cell}, '-') then -1 else 1 end)"
    return (
        f"case when {cell} is null then 0 "
        # nearly all amounts are plain digits with one decimal sign: the quick way
        rf"when regexp_full_match({cell}, '\d+([.,]\d*)?') "
        f"then try_cast(replace({cell}, ',', '.') as decimal(38, 6)) "
        f"when regexp_full_match({cell}, '{_AMOUNT}') then {sign} * {value} end"
    )


def cents_of(cell: str) -> str:
    """Return SQL for an amount in cents, from its digits alone: a proof of `amount_of`."""
    whole = f"regexp_replace(regexp_replace({cell}, '[.,]\\d*-?$', ''), '[^0-9]', '', 'g')"
    behind = f"regexp_extract({cell}, '[.,](\\d*)-?$', 1)"
    cents = (
        f"(coalesce(try_cast({whole} as hugeint), 0) * 100"
        f" + coalesce(try_cast(rpad({behind}, 2, '0')[:2] as integer), 0)"
        f" + case when {behind}[3:3] >= '5' then 1 else 0 end)"
    )
    return f"coalesce({cents} * (case when contains({cell}, '-') then -1 else 1 end), 0)"


_YEAR = r"(19[5-9]\d|20\d\d)"  # a receivable lies in no other


def day_of(cell: str) -> str:
    """Return SQL for a day; null where it is empty or none."""
    shapes = (
        (rf"{_YEAR}\d{{4}}", "%Y%m%d"),
        (rf"{_YEAR}-\d\d-\d\d", "%Y-%m-%d"),
        (rf"\d\d/\d\d/{_YEAR}", "%d/%m/%Y"),
    )
    whens = " ".join(
        f"when regexp_full_match({cell}, '{shape}') then try_strptime({cell}, '{written}')"
        for shape, written in shapes
    )
    return f"(case {whens} end)::date"
