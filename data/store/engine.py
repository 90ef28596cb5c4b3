"""SQL and parameters in, an Arrow table out.

The one place that knows which engine answers. Everything above speaks DuckDB's dialect with
named parameters (`$as_of`).
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Mapping
from functools import lru_cache
from typing import ClassVar, Protocol

import duckdb
import pyarrow as pa

from data.core.errors import DAMAGED, EngineError, first_line
from data.core.texts import N_
from data.store.parsed import parsed

LOG = logging.getLogger("tandem")

#: DuckDB recommends cursor.sql(), which plans twice what a page asks; large answers cost the same.
warnings.filterwarnings("ignore", "Arrow output on a DB-API result", UserWarning)

_PARAMETER = re.compile(r"\$([a-z_][a-z_0-9]*)")


class Engine(Protocol):
    """What answers a question about a published state.

    nested: it computes a table that others read again and again once, so that a statement of many
    such tables is answered in time. Where it is false each reading computes it anew.
    cubes: the cubes are there; where they are not, everything is added up from the rows.
    """

    nested: ClassVar[bool]
    cubes: ClassVar[bool]

    def query(self, sql: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """Run one statement and return the whole result.

        `parameters` may hold more than `sql` names; values are bound, never pasted. A list stands
        for the values after `in`, an Arrow table for a relation of its name: `from promises`.
        DECIMAL stays DECIMAL. Safe to call from several threads.
        """
        ...


def apart(
    parameters: Mapping[str, object],
) -> tuple[dict[str, object], dict[str, pa.Table]]:
    """Return the values to bind, and the relations that stand beside the state's own.

    >>> apart({"day": 1, "said": pa.table({"id": ["a"]})})[0]
    {'day': 1}
    """
    tables = {k: v for k, v in parameters.items() if isinstance(v, pa.Table)}
    return {k: v for k, v in parameters.items() if k not in tables}, tables


#: A filter, as the ledger writes it. DuckDB makes comparisons of `in`, and each of them for every
#: row; the place in a list it finds once for every value in a column's dictionary, which saves up
#: to a third of a scan. Customers are too many for a dictionary.
_FILTER = re.compile(r"(\w+\.(?!customer)\w+) in (\$w_\w+)")
_PLACED = r"list_position(\2, \1) > 0"


@lru_cache(1000)
def _placed(sql: str) -> str:
    return _FILTER.sub(_PLACED, sql)


def is_damage(error: duckdb.Error) -> bool:
    """Return whether the file is at fault, not the statement; DuckDB has no one kind for it."""
    of_files = (duckdb.IOException, duckdb.SerializationException, duckdb.FatalException)
    return isinstance(error, of_files) or "orrupt" in str(error)


class DuckDBEngine:
    """Answers from a DuckDB connection; each call has a cursor of its own."""

    nested: ClassVar[bool] = True
    cubes: ClassVar[bool] = True

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Answer from `connection`, which stays the caller's to close."""
        self._connection = connection

    def query(self, sql: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """See `Engine.query`."""
        given, tables = apart(parameters or {})
        named = set(_PARAMETER.findall(sql))
        bound = {k: v for k, v in given.items() if k in named}
        statement = parsed(_placed(sql))
        with self._connection.cursor() as cursor:
            try:
                for name, table in tables.items():
                    cursor.register(name, table)
                # not cursor.sql(): that plans each statement twice
                return cursor.execute(statement, bound).to_arrow_table()
            except duckdb.OutOfMemoryException as error:
                raise EngineError(
                    N_("The answer needs more memory than there is."),
                    N_("Ask for fewer groups or a shorter history."),
                ) from error
            except duckdb.Error as error:
                if is_damage(error):
                    raise EngineError(
                        N_("The data cannot be read: {error}."), DAMAGED, error=first_line(error)
                    ) from error
                # what it says is about a statement, and means nothing to who asked for a figure
                LOG.exception("a statement failed: %s", sql)
                raise EngineError(
                    N_("This could not be computed."),
                    N_("Report it as a fault; the details are in the log."),
                ) from error
