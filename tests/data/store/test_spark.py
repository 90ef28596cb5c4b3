"""How statements are carried over to Spark, as far as that shows without a cluster."""

from __future__ import annotations

import subprocess
import sys

import pytest

from data.core.errors import EngineError
from data.store.schema import CUSTOMERS
from data.store.spark import carry_over, connected, one_by_one, spark_schema
from tests.places import ROOT


@pytest.mark.parametrize(
    ("duckdb", "spark"),
    [
        (
            "select date_diff('day', a, $b) as n",
            "SELECT CAST(DATEDIFF(:b, a) AS BIGINT) AS n",
        ),
        (
            "select date_diff('month', a, b)",
            "SELECT CAST((YEAR(b) - YEAR(a)) * 12 + MONTH(b) - MONTH(a) AS BIGINT)",
        ),
        (
            "with d as (select $x_0 as x union all select $x_1 as x) select x from d",
            "WITH d AS (SELECT * FROM VALUES (:x_0), (:x_1) AS constants(x)) SELECT x FROM d",
        ),
        (
            "select 1 as x union select 2 as x",
            "SELECT 1 AS x UNION SELECT 2 AS x",
        ),
        (
            "select a from t union all select b from u",
            "SELECT a FROM t UNION ALL SELECT b FROM u",
        ),
        (
            "with a as (with b as (select 1 as x) select x from b) select x from a",
            "WITH a AS (WITH b AS (SELECT 1 AS x) SELECT x FROM b) SELECT x FROM a",
        ),
        (
            "with a as not materialized (select 1 as x) select x from a",
            "WITH a AS (SELECT 1 AS x) SELECT x FROM a",
        ),
        ("select a from t order by a desc", "SELECT a FROM t ORDER BY a DESC"),
        ("select a from t order by a", "SELECT a FROM t ORDER BY a NULLS LAST"),
        ("select '''' || 'a\\b'", "SELECT '\\'' || 'a\\\\b'"),
    ],
)  # fmt: skip
def test_what_differs_is_said_in_other_words(duckdb, spark):
    assert carry_over(duckdb).sql == spark


def test_the_values_a_statement_takes_are_known_by_name():
    assert carry_over("select $a_0 as a, '$no' as b where x in ($a_0, $b)").names == {"a_0", "b"}


def test_a_list_is_bound_one_by_one():
    sql = "select 1 from t where a in $names and b = $name and c in $others"
    given = {"names": ["x", "$name"], "name": "y", "others": ["z"]}
    said, bound = one_by_one(sql, given)
    assert said == (
        "select 1 from t where a in ($names_0, $names_1) and b = $name and c in ($others_0)"
    )
    assert bound == {"names_0": "x", "names_1": "$name", "name": "y", "others_0": "z"}
    assert one_by_one("select 1 where a in $none", {"none": []}) == (
        "select 1 where a in (null)",
        {},
    )


def test_letters_lose_their_marks_one_by_one():
    said = carry_over("select strip_accents(name) from t").sql
    assert said.startswith("SELECT TRANSLATE(name, 'ÀÁ")
    _, marked, plain = said.split("'")[0], *said.split("'")[1:4:2]
    pairs = dict(zip(marked, plain, strict=False))
    assert [pairs[c] for c in "éÇğőÅñẽ"] == list("eCgoAne")
    assert len(marked) > len(plain), "marks that stand alone are deleted"
    assert "\N{COMBINING ACUTE ACCENT}" in marked[len(plain) :]


@pytest.mark.parametrize(
    "sql",
    ["select date_diff('week', a, b)", "select from where"],
)
def test_what_cannot_be_carried_over_says_so(sql):
    with pytest.raises(EngineError, match="carried over to Spark"):
        carry_over(sql)


def test_types_are_those_of_the_schema():
    said = spark_schema(CUSTOMERS)
    assert "`customer_id` STRING" in said
    assert "`credit_limit` DECIMAL(18,2)" in said
    assert "`agreed_terms_days` INT," in said


@pytest.mark.parametrize("url", ["", "local", "http://127.0.0.1:7077", "yarn"])
def test_only_the_address_of_a_cluster_will_do(url):
    with pytest.raises(EngineError, match="spark://host:port"):
        connected(url)


@pytest.mark.parametrize("url", ["sc://127.0.0.1:1", "spark://127.0.0.1:1,127.0.0.1:2", "sc://a"])
def test_a_cluster_that_is_not_there_is_said_at_once(url):
    with pytest.raises(EngineError, match="cannot be reached"):
        connected(url)


def test_pyspark_is_not_imported_unless_a_cluster_is_asked_for():
    code = (
        "import sys, app, data.store.parquet, data.store.spark\n"
        "app.create_app('none')\n"
        "assert not [name for name in sys.modules if name.split('.')[0] in ('pyspark', 'py4j')]"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
