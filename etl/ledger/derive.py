"""What follows from the staged rows: customers, documents, matches and open items."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from data.core.errors import FileError
from data.core.policy.dated import Dated
from data.core.policy.rules import DEFAULTS, Policy
from data.core.texts import N_, Text
from data.store.schema import DERIVED, SCHEMA_VERSION
from data.workspace.decisions import Decision
from etl.ledger.closing import derive_open_items
from etl.ledger.cubes import derive_cubes
from etl.ledger.customers import derive_customers
from etl.ledger.documents import (
    derive_entries,
    describe_documents,
    name_strands,
    number_documents,
)
from etl.ledger.matching.apart import create_elsewhere, keep_apart
from etl.ledger.matching.match import create_made, derive_matches
from etl.ledger.own import own_dimensions
from etl.ledger.states import derive_states, match_states
from etl.ledger.stretches import Stretch, ages, stretches
from etl.sql import Connection, rows, run

#: What `about` says of the documents, in SQL that any engine understands. `last_day` is the latest
#: day of a document that a file holds: due days in the future, and assumed days, do not count.
EXTENT = """
    select min(issued_on) as first_day,
        max(case when not (kind in ('payment', 'credit_note') and paid_day_assumed)
            then issued_on end) as last_day,
        count(*) as documents, coalesce(sum(amount), 0) as ledger_balance
    from documents
"""


@dataclass(frozen=True)
class Settings:
    """What the staged rows alone do not settle."""

    reporting_currency: str
    default_terms_days: int | None = None
    """Given with a load: before those of the policy."""
    decisions: tuple[Decision, ...] = ()
    """Of people, those that hold."""
    sectors: Mapping[str, str] = field(default_factory=dict)
    """Customer number -> NACE code, said by hand."""
    oldest_first: bool = True
    """Whether payments of customers that never name anything settle the oldest documents."""
    policy: Policy = DEFAULTS

    @property
    def terms(self) -> Dated[int]:
        """Days to pay for invoices with neither due day nor terms."""
        given = self.default_terms_days
        return self.policy.terms_days if given is None else Dated.always(given)


def derive(connection: Connection, settings: Settings) -> None:
    """Fill the derived tables, except `findings` and `about`, anew from the staged ones.

    The temporary tables of the steps stay until the connection closes: the checks read them.
    """
    for table in DERIVED:
        run(connection, table.create("create or replace table"))
    create_elsewhere(connection)
    derive_entries(connection, settings.reporting_currency)
    derive_customers(connection, settings.sectors)
    name_strands(connection)
    describe_documents(connection, settings.terms)
    derive_states(connection)
    settle(connection, settings, stretches(connection), ages(connection))
    keep_apart(connection, settings.decisions)
    derive_cubes(connection, settings.policy.ages)


def settle(
    connection: Connection, settings: Settings, parts: Sequence[Stretch], bounds: Sequence[str]
) -> None:
    """Fill documents, instalments, matches, open items and returned invoices from `head`.

    parts, bounds: how large ledgers are cut, see `etl.ledger.stretches`.
    """
    number_documents(connection, parts, bounds)
    create_made(connection)
    match_states(connection)
    derive_matches(connection, settings.policy, settings.decisions, settings.oldest_first)
    derive_open_items(connection, parts, bounds)


def find_reporting_currency(connection: Connection) -> str | None:
    """Return the currency that everything is told in, from the staged rows; None: none is named.

    It is the one whose rate is always 1 where others have other rates (also on rows that were
    left out), else the only one that no file of rates converts. Raises `FileError` where several
    remain.
    """
    found = rows(
        connection,
        """
        select currency, bool_and(rate = 1), bool_or(rate <> 1) from staged_documents
        where currency is not null group by currency order by currency
        """,
    )
    if len(found) > 1:
        own = [c for c, ones, _ in found if ones]
        if len(own) == 1 and any(others for _, _, others in found):
            return str(own[0])
    rated = {c for (c,) in rows(connection, "select distinct currency from staged_rates")}
    named = [str(c) for c, _, _ in found if c not in rated or len(found) == 1]
    if len(named) > 1:
        bases = rows(
            connection,
            "select distinct settings ->> '$.base_currency' as base from files"
            " where (settings ->> '$.base_currency') is not null",
        )
        if len(bases) == 1:
            return str(bases[0][0])
        raise FileError(
            Text(
                N_("The files hold several currencies ({currencies}) and none is the main one."),
                {"currencies": ", ".join(named)},
            ),
            Text(N_("Say which one to report in with --currency, and load a file of rates.")),
            asks="reporting_currency",
        )
    return named[0] if named else None


def write_about(
    connection: Connection, settings: Settings, loaded_at: datetime, report: str = ""
) -> None:
    """Write the row about the state itself; derived days do not move the last day."""
    run(connection, "delete from about")
    run(
        connection,
        f"""
        insert into about by name
        select $version as schema_version, cast($loaded_at as timestamp) as loaded_at, d.*,
            $currency as reporting_currency,
            {settings.terms.sql("d.last_day")} as default_terms_days, $ages as ages,
            $own as own_dimensions, $report as report
        from ({EXTENT}) as d
        """,
        version=SCHEMA_VERSION,
        loaded_at=loaded_at,
        currency=settings.reporting_currency,
        ages=",".join(sorted(settings.policy.ages)),
        own=json.dumps(own_dimensions(connection), ensure_ascii=False),
        report=report,
    )
