"""Derives open items and cubes on a Spark cluster, from documents and matches in Parquet.

It runs the very steps of a load: `etl.ledger.open_items` and `etl.ledger.cubes`. The publication it
starts from needs the tables customers, documents, instalments, matches and about; what was derived
from them before is made anew, and everything else is carried along.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from data.core.errors import StoreError
from data.core.texts import N_
from data.store.parquet import (
    PARTITIONS,
    Draft,
    Manifest,
    Progress,
    published_tables,
    read_manifest,
)
from data.store.schema import (
    ABOUT,
    BELONGS,
    CUBES,
    CUSTOMERS,
    DOCUMENTS,
    INSTALMENTS,
    MATCHES,
    OPEN_ITEMS,
    RETURNED_INVOICES,
    SCHEMA_VERSION,
    TABLES,
)
from data.store.spark import SparkEngine
from etl.ledger import cubes, customers, open_items
from etl.ledger.derive import EXTENT
from etl.sql import Step

_GIVEN = "given_documents"
_STEPS = "steps"
_MADE = (BELONGS, DOCUMENTS, OPEN_ITEMS, RETURNED_INVOICES, *CUBES, ABOUT)

_ABOUT = f"""
select {SCHEMA_VERSION} as schema_version, a.loaded_at, d.first_day, d.last_day,
    a.reporting_currency, a.default_terms_days, a.ages, a.own_dimensions, d.documents,
    d.ledger_balance, a.report
from about as a
cross join ({EXTENT}) as d
"""
_TIES = """
select coalesce((select sum(amount) from documents), 0)
    - coalesce((select sum(amount) from open_items), 0) as difference
"""


def derive_on_cluster(url: str, folder: Path, progress: Progress | None = None) -> Manifest:
    """Derive the publication in `folder` anew on the cluster at `url`, and publish that.

    Raises `StoreError` where nothing is published there or the open items do not add up to the
    documents, `EngineError` where the cluster cannot be used; then nothing has changed.
    """
    found = read_manifest(folder)
    if found is None:
        raise StoreError(
            N_("{folder} holds no tables."),
            N_("Write them with python app.py publish."),
            folder=folder,
        )
    given = folder / found.folder
    engine = SparkEngine(url, given, (CUSTOMERS, INSTALMENTS, MATCHES, ABOUT))
    engine.read(_GIVEN, DOCUMENTS, given)
    ages = engine.query("select ages from about").column("ages")[0].as_py().split(",")
    for name, sql in open_items.inputs(_GIVEN):
        engine.define(name, sql)
    with Draft(folder) as draft:
        steps: Sequence[Step] = (*customers.BELONGING, *open_items.steps(), *cubes.steps(ages))
        for done, step in enumerate(steps):
            if progress:
                progress(step.name, done / len(steps))
            _make(engine, step, steps[done + 1 :], draft.path)
            if step.name == DOCUMENTS.name:
                _check(engine)
        engine.write(ABOUT, _ABOUT, draft.path)
        engine.read(ABOUT.name, ABOUT, draft.path)
        last_day = engine.query("select last_day from about").column("last_day")[0].as_py()
        shutil.rmtree(draft.path / _STEPS, ignore_errors=True)
        for table in published_tables():
            if table not in _MADE and (given / table.name).exists():
                shutil.copytree(given / table.name, draft.path / table.name, dirs_exist_ok=True)
        return draft.publish(found.state + 1, last_day)


def _check(engine: SparkEngine) -> None:
    """Refuse open items that do not add up to the documents."""
    difference = engine.query(_TIES).column("difference")[0].as_py()
    if difference:
        raise StoreError(
            N_("Open items and documents differ by {difference}: a match names a document that is"
               " not there, or more than it has."),
            N_("Nothing was published."),
            difference=difference,
        )  # fmt: skip


def _make(engine: SparkEngine, step: Step, later: Sequence[Step], draft: Path) -> None:
    """Write a table; keep what is read several times; what is read once stays a SELECT."""
    if step.name in TABLES:
        table = TABLES[step.name]
        part, value = PARTITIONS.get(table.name, ("", ""))
        sql = f"select *, {value} as {part} from (\n{step.sql}\n) as whole" if part else step.sql
        engine.write(table, sql, draft, part)
        engine.read(table.name, table, draft)
    elif sum(len(re.findall(rf"\b(?:from|join) {step.name}\b", s.sql)) for s in later) > 1:
        engine.keep(step.name, step.sql, draft / _STEPS)
    else:
        engine.define(step.name, step.sql)
