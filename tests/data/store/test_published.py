"""Published payment statistics: which tables are read, and what is asked or refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.core.errors import TandemError
from data.store.published import (
    COLUMNS,
    MEASURES,
    Published,
    PublishedError,
    keep,
    parse,
    read,
    seen,
)
from tests.depth import checked

SAID = {"source": "Reports", "licence": "CC BY 4.0", "period": "2017-2026", "country": "gb"}


def test_a_table_of_our_columns():
    text = (
        "source;licence;period;measure;sector;p10;median;p90;n\n"
        "Bureau;by name;2025;days_to_pay;43;10,5;30;61,25;1200\n"
    )
    (row,) = parse(text, "a.csv").rows
    assert (row.sector, row.p10, row.median, row.p90) == (
        "43", Decimal("10.5"), Decimal(30), Decimal("61.25"),
    )  # fmt: skip
    assert (row.n, row.q1, row.country, row.year) == (1200, None, "", 2025)


def test_quantiles_as_they_are_published_and_the_columns_that_nothing_is_made_of():
    text = (
        "measure,n,p10,q1,median,q3,p90,pct\n"
        "days_actual_minus_agreed_terms,7490,-16,-4,10,25,39,65\n"
    )
    found = parse(text, "uk.csv", SAID)
    (row,) = found.rows
    assert (row.measure, row.p10, row.q3, row.country) == (
        "days_beyond_terms", Decimal(-16), Decimal(25), "GB",
    )  # fmt: skip
    assert found.unused == ("pct",)


def test_medians_by_year_are_a_row_each():
    text = (
        "year,reports,median_avg_days_to_pay,median_pct_paid_within_30d,"
        "median_pct_not_paid_on_time,median_standard_terms_days\n2025,12721,32,64,15,30\n"
    )
    found = parse(text, "uk.csv", SAID)
    assert [(r.measure, r.median, r.period, r.n) for r in found.rows] == [
        ("days_to_pay", Decimal(32), "2025", 12721),
        ("paid_late", Decimal(15), "2025", 12721),
        ("terms", Decimal(30), "2025", 12721),
    ]
    assert found.unused == ("median_pct_paid_within_30d",)


@pytest.mark.parametrize(
    ("head", "line", "words"),
    [
        ("measure,median", "days_to_pay,30", "line 2: nothing says its source"),
        ("measure,median,q1", "days_to_pay,30,31", "no quantiles"),
        ("measure,median", "paid_late,130", "no quantiles"),
        ("measure,median", "speed,30", "“speed” is not known"),
        ("measure,median", "days_to_pay,x", "median: “x”"),
        ("measure,median", "days_to_pay,NaN", "median: “NaN”"),
        ("measure,median,p10", "days_to_pay,,3", "no median"),
        ("measure,median,sector", "days_to_pay,30,Z9", "sector: “Z9”"),
        ("measure,median,country", "days_to_pay,30,GBR", "country: “GBR”"),
        ("measure,median,n", "days_to_pay,30,1.5", "n: “1.5”"),
        ("measure,median,median", "days_to_pay,30,31", "names a column twice"),
        ("name,value", "a,1", "needs the columns measure and median"),
        ("measure,median", "", "has no rows"),
    ],
)
def test_what_has_no_meaning_is_refused_with_its_place(head, line, words):
    said = {} if "nothing says" in words else SAID
    with pytest.raises(PublishedError) as refused:
        parse(f"{head}\n{line}\n", "a.csv", said)
    assert words in str(refused.value)
    assert "a.csv" in str(refused.value)


def test_a_table_is_kept_and_replaced_and_gone_with_its_file(tmp_path):
    assert read(tmp_path) == ()
    rows = parse("measure,median\ndays_to_pay,30\nterms,20\n", "a.csv", SAID).rows
    path = keep(tmp_path, "../my figures", rows)
    assert path.parent == tmp_path / "benchmarks"
    before = seen(tmp_path)
    assert read(tmp_path) == rows
    keep(tmp_path, "../my figures", rows[:1])
    assert seen(tmp_path) != before
    assert read(tmp_path) == rows[:1]
    path.unlink()
    assert read(tmp_path) == ()


def test_a_file_that_is_not_text_is_said(tmp_path):
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "a.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TandemError, match=r"a\.csv"):
        read(tmp_path)


_DAYS = st.decimals(0, 100, places=1)
_ROWS = st.lists(
    st.builds(
        lambda measure, values, n, sector: Published(
            "S, “x”", "L;1", "2025", "BE", sector, measure, n, *sorted(values), "a\tnote"
        ),
        st.sampled_from(MEASURES), st.lists(_DAYS, min_size=5, max_size=5),
        st.none() | st.integers(1, 10**6), st.sampled_from(("", "F", "43", "43.2")),
    ),
    min_size=1, max_size=5,
)  # fmt: skip


@checked(30)
@given(rows=_ROWS)
def test_what_is_kept_is_read_again(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("kept")
    keep(folder, "a", rows)
    assert read(folder) == tuple(rows)
    assert len(COLUMNS) == 13
