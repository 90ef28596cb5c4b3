"""SQL that reads the cells of an FEC: amounts and days."""

from __future__ import annotations


def unspaced(cell: str) -> str:
    """Return SQL for a cell without spaces, which some packages put between thousands."""
    return f"regexp_replace({cell}, '[\\s\\x{{00A0}}\\x{{202F}}]', '', 'g')"


_AMOUNT = r"[+-]?(\d+([.,]\d*)?|[.,]\d+|\d{1,3}(\.\d{3})+,\d*|\d{1,3}(,\d{3})+\.\d*)-?"


def amount_of(cell: str) -> str:
    """Return SQL for an amount with all its decimals; 0 where empty, null where it is none."""
    # the last comma or point is the decimal sign; the earlier ones group thousands
    number = f"regexp_replace(regexp_replace({cell}, '[.,](\\d*)-?$', '#\\1'), '[^0-9#]', '', 'g')"
    value = f"try_cast(replace({number}, '#', '.') as decimal(38, 6))"
    sign = f"(case when contains({cell}, '-') then -1 else 1 end)"
    return (
        f"case when {cell} is null then 0 "
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


def day_of(cell: str) -> str:
    """Return SQL for a day; null where it is empty or none."""
    day = (
        f"coalesce(try_strptime({cell}, '%Y%m%d'), try_strptime({cell}, '%Y-%m-%d'), "
        f"try_strptime({cell}, '%d/%m/%Y'))::date"
    )
    shaped = rf"regexp_full_match({cell}, '\d{{8}}|\d{{4}}-\d\d-\d\d|\d\d/\d\d/\d{{4}}')"
    return (
        f"case when {shaped} and {day} between date '1950-01-01' and date '2100-12-31' "
        f"then {day} end"
    )
