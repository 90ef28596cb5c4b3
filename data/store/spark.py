"""Answers on Apache Spark, from the tables that `data.store.parquet` publishes.

Statements come in DuckDB's dialect and are carried over by sqlglot. Where the two engines mean
different things by the same words, a small named step on the syntax tree says what is meant:
they stand in `STEPS`, each with a test. Values are bound, as everywhere.

pyspark is imported here only, and only when a cluster is asked for.
"""

from __future__ import annotations

import re
import socket
import unicodedata
import warnings
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar

import pyarrow as pa
import sqlglot
from sqlglot import exp
from sqlglot.dialects.spark import Spark

from data.core.errors import UNREACHABLE, EngineError
from data.core.texts import N_
from data.store.columns import Table
from data.store.engine import apart

#: DuckDB's type -> Spark's, where the names differ
_TYPES = {"VARCHAR": "STRING", "TIMESTAMP": "TIMESTAMP_NTZ", "INTEGER": "INT"}

#: What statements rely on, whatever the cluster's own settings are.
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.enforceReservedKeywords": "false",
    "spark.sql.caseSensitive": "false",
}

#: The command line prints answers, not the cluster's log.
_QUIET = {"spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}

_SCHEMES = ("spark://", "sc://")
_connecting = Lock()
_VIEWS = Lock()


class SparkEngine:
    """Answers from a Spark session of its own; its views are the tables of one publication.

    `define`, `keep` and `write` build the tables of another one on the cluster.
    """

    nested: ClassVar[bool] = False
    cubes: ClassVar[bool] = True

    def __init__(self, url: str, folder: Path, tables: tuple[Table, ...]) -> None:
        """Answer from the publication in `folder` on the cluster at `url`.

        Every machine of the cluster must see `folder` under the same path. Raises `EngineError`
        where the cluster cannot be reached or pyspark is not installed.
        """
        self.session = connected(url).newSession()
        for name, value in _SETTINGS.items():
            self.session.conf.set(name, value)
        for table in tables:
            self.read(table.name, table, folder)

    def read(self, name: str, table: Table, folder: Path) -> None:
        """Let `name` stand for the rows of `table` in the publication `folder`."""
        rows = self.session.read.schema(spark_schema(table)).parquet(_uri(folder / table.name))
        rows.select(*table.names).createOrReplaceTempView(name)

    def define(self, name: str, sql: str) -> None:
        """Let `name` stand for a SELECT, computed anew wherever it is read."""
        self.session.sql(carry_over(sql).sql).createOrReplaceTempView(name)

    def keep(self, name: str, sql: str, folder: Path) -> None:
        """Compute a SELECT once, keep its rows in `folder`, and let `name` stand for them."""
        path = _uri(folder / name)
        self.session.sql(carry_over(sql).sql).write.parquet(path)
        self.session.read.parquet(path).createOrReplaceTempView(name)

    def write(self, table: Table, sql: str, folder: Path, part: str = "") -> None:
        """Write a SELECT as `table` of the publication `folder`, with exactly its types.

        `part` is a further column of it, by which the rows are partitioned.
        """
        columns = ", ".join(f"cast({c.name} as {c.type}) as {c.name}" for c in table.columns)
        more = f", {part}" if part else ""
        text = carry_over(f"select {columns}{more} from (\n{sql}\n) as made").sql
        rows = self.session.sql(text)
        writer = rows.hint("rebalance", part).write.partitionBy(part) if part else rows.write
        writer.mode("append").parquet(_uri(folder / table.name))

    def query(self, sql: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """See `Engine.query`. Raises `EngineError` for what cannot be answered, saying why."""
        from pyspark.errors import PySparkException

        values, tables = apart(parameters or {})
        sql, given = one_by_one(sql, values)
        carried = carry_over(sql)
        bound = {name: given[name] for name in carried.names}
        try:
            # a view is seen by the whole session: one at a time
            with _VIEWS if tables else nullcontext():
                for name, table in tables.items():
                    self.session.createDataFrame(table).createOrReplaceTempView(name)
                return self.session.sql(carried.sql, args=bound).toArrow()
        except PySparkException as error:
            said = str(error).strip().splitlines()
            raise EngineError(
                N_("Spark cannot answer: {error}."), error=said[0] if said else repr(error)
            ) from error


def one_by_one(sql: str, parameters: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
    """Return a statement and its values with each element of a list bound by itself.

    `in $names` becomes `in ($names_0, $names_1)`, which Spark looks for in Parquet's statistics.
    """
    single = {name: value for name, value in parameters.items() if not isinstance(value, list)}
    for name, values in parameters.items():
        if isinstance(values, list):
            places = [f"{name}_{n}" for n in range(len(values))]
            single.update(zip(places, values, strict=True))
            listed = ", ".join(f"${place}" for place in places) or "null"
            sql = re.sub(rf"\${name}\b", f"({listed})", sql)
    return sql, single


def _uri(path: Path) -> str:
    return path.resolve().as_uri()


def spark_schema(table: Table) -> str:
    """Return the columns of `table` as Spark writes a schema."""
    return ", ".join(f"`{c.name}` {_TYPES.get(c.type, c.type)}" for c in table.columns)


def connected(url: str) -> Any:  # noqa: ANN401 - a SparkSession, of a library that is optional
    """Return this process's session on the cluster at `url`, spark://host:port or sc://host:port.

    Memory, cores and the like come from the cluster's and Spark's own settings
    (spark-defaults.conf). Raises `EngineError` where that is no such address, where pyspark is
    not installed or where nothing answers.
    """
    if not url.startswith(_SCHEMES):
        raise EngineError(
            N_("TANDEM_ENGINE is {url}, which is no address of a cluster."),
            N_("Write spark://host:port or sc://host:port (Spark Connect), or leave it empty for"
               " DuckDB."),
            url=repr(url),
        )  # fmt: skip
    with _connecting:
        _answers(url)
        return _session(url)


def _answers(url: str) -> None:
    """Refuse an address where nothing listens, which Spark itself would try for minutes."""
    scheme, _, rest = url.partition("://")
    said = "no address"
    for place in rest.partition("/")[0].split(","):
        host, _, port = place.rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), timeout=10):
                return
        except (OSError, ValueError) as error:
            said = str(error)
    raise EngineError(UNREACHABLE, url=f"{scheme}://{rest}", error=said)


@cache
def _session(url: str) -> Any:  # noqa: ANN401
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise EngineError(
            N_("TANDEM_ENGINE names a Spark cluster, but pyspark is not installed."),
            N_("Install it: pip install --require-hashes -r requirements-spark.lock"),
        ) from error
    # it is about pandas frames, which are not used here
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    builder = SparkSession.builder
    try:
        if url.startswith("sc://"):
            return builder.remote(url).getOrCreate()
        for name, value in _QUIET.items():
            builder = builder.config(name, value)
        return builder.master(url).appName("Tandem").getOrCreate()
    except PySparkException as error:
        raise EngineError(UNREACHABLE, url=url, error=error) from error


@dataclass(frozen=True)
class Carried:
    """A statement in Spark's dialect, and the names of the values bound to it."""

    sql: str
    names: frozenset[str]


@lru_cache(maxsize=512)
def carry_over(sql: str) -> Carried:
    """Return a statement of DuckDB's dialect in Spark's; `EngineError` where that is impossible."""
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
        for step in STEPS:
            tree = tree.transform(step)
        names = frozenset(p.name for p in tree.find_all(exp.Placeholder))
        writer = Spark().generator(unsupported_level=sqlglot.ErrorLevel.RAISE)
        # sqlglot takes this for Hive's own; Spark nests WITH as DuckDB does
        writer.EXPRESSIONS_WITHOUT_NESTED_CTES = set()
        text = writer.generate(tree)
    except sqlglot.errors.SqlglotError as error:
        raise EngineError(
            N_("This statement cannot be carried over to Spark: {error}."), error=error
        ) from error
    return Carried(text, names)


def borders_crossed(node: exp.Expr) -> exp.Expr:
    """Carry `date_diff` over: DuckDB counts the days or months begun, Spark those completed."""
    if not isinstance(node, exp.DateDiff):
        return node
    until, since, unit = node.this, node.expression, node.text("unit").lower()
    if unit == "day":
        days = exp.Anonymous(this="datediff", expressions=[until.copy(), since.copy()])
        return exp.cast(days, "bigint")
    if unit == "month":
        months = "cast((year({u}) - year({s})) * 12 + month({u}) - month({s}) as bigint)"
        return sqlglot.parse_one(
            months.format(u=until.sql("duckdb"), s=since.sql("duckdb")), read="duckdb"
        )
    raise EngineError(
        N_("This statement cannot be carried over to Spark: {error}."), error=f"date_diff in {unit}"
    )


def constants_as_rows(node: exp.Expr) -> exp.Expr:
    """Write a union of selects without FROM as VALUES: one small table, not a task for each row."""
    if not isinstance(node, exp.Union) or node.args.get("distinct"):
        return node
    selects = _united(node)
    if any(set(_given(s)) != {"expressions"} for s in selects):
        return node
    names = [e.alias_or_name for e in selects[0].expressions]
    if not all(names):
        return node
    rows = [exp.Tuple(expressions=[e.unalias().copy() for e in s.expressions]) for s in selects]
    columns = [exp.to_identifier(name) for name in names]
    alias = exp.TableAlias(this=exp.to_identifier("constants"), columns=columns)
    return exp.select("*").from_(exp.Values(expressions=rows, alias=alias))


def _united(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.Union) and not node.args.get("distinct"):
        return [*_united(node.this), *_united(node.expression)]
    return [node]


def _given(node: exp.Expr) -> list[str]:
    return [name for name, value in node.args.items() if value]


def without_accents(node: exp.Expr) -> exp.Expr:
    """Carry `strip_accents` over, which Spark lacks: letter by letter, the marks deleted."""
    if not isinstance(node, exp.Anonymous) or node.name.lower() != "strip_accents":
        return node
    marked, plain = _letters()
    text = node.expressions[0].copy()
    return exp.Anonymous(
        this="translate",
        expressions=[text, exp.Literal.string(marked), exp.Literal.string(plain)],
    )


@cache
def _letters() -> tuple[str, str]:
    """Return the letters with a mark and, in the same order, those without; then the marks."""
    pairs = []
    for code in range(0xA0, 0x2000):
        base, *marks = list(unicodedata.normalize("NFD", chr(code)))
        if marks and all(unicodedata.combining(m) for m in marks):
            pairs.append((chr(code), base))
    alone = (chr(code) for code in range(0x300, 0x370) if unicodedata.combining(chr(code)))
    return "".join(a for a, _ in pairs) + "".join(alone), "".join(b for _, b in pairs)


def without_hints(node: exp.Expr) -> exp.Expr:
    """Leave `materialized` out, which tells DuckDB how to compute a WITH and not what it is."""
    if isinstance(node, exp.CTE):
        node.set("materialized", None)
    return node


STEPS: tuple[Callable[[exp.Expr], exp.Expr], ...] = (
    borders_crossed,
    constants_as_rows,
    without_accents,
    without_hints,
)
