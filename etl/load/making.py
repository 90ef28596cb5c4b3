"""What every run that makes a state does: it takes up the state before, derives, checks, publishes.

load and removal fill the staged tables -> derive -> check -> publish
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import duckdb

from data.core.errors import FileError
from data.core.policy.rules import DEFAULTS, changes
from data.core.texts import N_, Text
from data.store import reported
from data.store.keeping import clear
from data.store.months import MONTHS
from data.store.schema import STAGED
from data.store.state import State, Store
from data.workspace import policy
from data.workspace.books import SECTORS, Said, said, sectors_print
from data.workspace.decisions import DECIDED, fingerprint
from etl.findings.check import Finding
from etl.findings.find import OF_MATCHES, OF_SECTORS, find, find_again, outcomes
from etl.intake.staged import create_staged
from etl.ledger.checks import Control, control
from etl.ledger.derive import (
    Settings,
    derive,
    find_reporting_currency,
    write_about,
)
from etl.ledger.exports.replaced import KEPT, create_replaced
from etl.ledger.matching.apart import FACTS
from etl.ledger.over.laid import lay
from etl.ledger.over.totals import control_again
from etl.load.expect import balance
from etl.load.fault import OF_THE_ENGINE, unforeseen
from etl.load.rates import FORMAT as RATES
from etl.load.rates import add_reference_rates
from etl.load.read import Progress
from etl.report import ControlTotal, Failure, FindingLine, LoadReport, fill_report
from etl.sql import Connection, number, rows, run

STOPPED = N_(
    "The load met something that was not expected, and stopped. What was loaded before is"
    " unchanged."
)

ANEW = N_("The policy has changed, and the books are made by what it says now: {changes}.")


#: What a report says of the state that was derived whole.
_UNCHANGED = (
    "reporting_currency", "default_terms_days", "first_day", "last_day", "ledger_balance",
    "documents", "matches", "controls", "rejected", "rejects",
)  # fmt: skip


class NothingNewError(Exception):
    """The next state would hold what the current one holds."""


class DoesNotTieError(Exception):
    """A control total does not hold."""


class Making:
    """One run that makes a state, with the report as it grows."""

    def __init__(
        self, store: Store, progress: Progress | None = None, memory: int | None = None
    ) -> None:
        """Make the next state of `store`; memory: megabytes, see `limit_memory`."""
        self.store = store
        self.progress = progress or (lambda *_: None)
        self.memory = memory
        self.now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        self.report = LoadReport(loaded_at=self.now)
        self.earlier = LoadReport()
        self.before: State | None = None
        self.said = Said()
        self.policy = DEFAULTS

    def take_up(self) -> None:
        """Read what the current state says about itself, and what people decided since."""
        self.before = before = self.store.current()
        report = self.report
        if before is not None:
            about = before.engine.query("select report from about").to_pylist()[0]
            self.earlier = LoadReport.from_json(about["report"] or "{}")
            last = before.engine.query("select max(loaded_at) as t from files").to_pylist()[0]["t"]
            # two loads within a second, or a clock set back: what comes later is still the newer
            self.now = max(self.now, last + timedelta(seconds=1)) if last else self.now
            report.before = before.number
        report.options = dict(self.earlier.options)
        report.given = list(self.earlier.given)
        report.superseded = dict(self.earlier.superseded)
        report.expected = self.earlier.expected
        self.said = said(self.store.folder)
        self.policy = policy.read(self.store.folder)
        report.policy = self.policy.books
        told = changes(self.earlier.policy, report.policy)
        if before is not None and told:
            report.notes.append(Text(ANEW, {"changes": told}))
        for name, print_ in (
            (DECIDED, fingerprint(self.said.decisions)),
            (SECTORS, sectors_print(self.said.sectors)),
            (policy.SAID, self.policy.fingerprint),
        ):
            report.options.pop(name, None)
            if print_:
                report.options[name] = print_

    def publish(self, build: Callable[[Connection], None]) -> None:
        """Build the next state from the staged tables of the current one, and publish it.

        What goes wrong stands in the report; the current state is then as it was.
        """
        report = self.report
        derived = report.what == "derivation"
        report.undoes = self.earlier.undoes if derived else report.what
        report.back = self.earlier.back if derived else report.before

        def made(connection: Connection, _previous: object) -> None:
            limit_memory(connection, self.memory)
            create_staged(connection)
            create_replaced(connection)
            build(connection)

        keep = {*(table.name for table in STAGED), *KEPT.values(), MONTHS.name}
        self._attempt(lambda: self.store.publish(made, keep))

    def publish_over(self) -> bool:
        """Publish what people say of sectors and matches over the current state.

        Returns whether that could be done, where nothing else is new; where it could not all is to
        be derived anew.
        """
        report, earlier = self.report, self.earlier
        others = [
            {name: said for name, said in options.items() if name not in (SECTORS, DECIDED)}
            for options in (report.options, earlier.options)
        ]
        if (
            self.before is None
            or report.what != "derivation"
            or others[0] != others[1]
            or report.policy != earlier.policy
        ):
            return False
        filed = "select 1 from duckdb_tables() where table_name = $name"
        if not self.before.engine.query(filed, {"name": FACTS}).num_rows:
            return False
        report.undoes, report.back = earlier.undoes, earlier.back
        self._attempt(lambda: self.store.publish_over(self._lay))
        return report.published or bool(report.failures)

    def _lay(self, connection: Connection) -> None:
        limit_memory(connection, self.memory)
        report = self.report
        whole = LoadReport.from_json(str(rows(connection, "select report from below.about")[0][0]))
        settings = self._settings_in(whole.reporting_currency)
        if not lay(connection, settings):
            raise NothingNewError
        before = [
            Finding(name, Text(template, json.loads(places)), items, amount, sql)
            for name, template, places, items, amount, sql in rows(
                connection,
                "select name, template, places, items, amount, sql from below.findings"
                " order by position",
            )
        ]
        for name in _UNCHANGED:
            setattr(report, name, getattr(whole, name))
        report.files = [f for f in whole.files if f.format == RATES]
        if number(connection, "select count(*) from touched"):
            told = [Control(c.name, c.text, c.left, c.right) for c in whole.controls]
            self._control(control_again(connection, told))
            found = find_again(connection, self.policy, OF_MATCHES, before)
            report.checks = outcomes(connection, found)
            fill_report(connection, report)
        else:
            found = find_again(connection, self.policy, OF_SECTORS, before)
            names = {f.name for f in found}
            report.checks = whole.checks | {
                name: "found" if name in names else "nothing" for name in OF_SECTORS
            }
        self._conclude(connection, found)

    def _attempt(self, publish: Callable[[], State]) -> None:
        """Publish, and clear what goes; what goes wrong stands in the report."""
        report = self.report
        try:
            state = publish()
            report.published, report.state = True, state.number
            clear(self.store, {state.number, *([report.back] if report.back else [])})
            reported.clear(self.store)
        except NothingNewError:
            pass
        except DoesNotTieError:
            report.published = False
        except FileError as error:
            report.failures.append(Failure("", error.reason, error.remedy))
        except duckdb.OutOfMemoryException:
            self.fail(
                "",
                N_("The load needs more memory, or more room for what it spills to disk."),
                N_("Give it more with --memory, make room on the disk, or leave it out."),
            )
        except OF_THE_ENGINE as error:
            told = unforeseen(self.store.folder, error, STOPPED)
            report.failures.append(Failure("", told.reason, told.remedy))
        if not report.published and self.before:
            report.state = self.before.number

    def fail(self, name: str, reason: str, remedy: str = "", **values: object) -> None:
        """Report a file that is not read, or '' for the load as a whole."""
        self.report.failures.append(Failure(name, Text(reason, values), Text(remedy, values)))

    def derive(self, connection: Connection) -> Settings:
        """Derive all that follows from the staged tables."""
        settings = self._settings(connection)
        rates = add_reference_rates(connection, settings.reporting_currency, self.now)
        self.report.files += [rates] if rates else []
        derive(connection, settings)
        return settings

    def _settings(self, connection: Connection) -> Settings:
        """Return what was given to this load or an earlier one, else what the data say."""
        given = self.report.options
        currency = given.get("reporting_currency")
        if not currency:
            try:
                currency = find_reporting_currency(connection)
            except FileError:
                if not self.earlier.reporting_currency:
                    raise
                currency = self.earlier.reporting_currency
        self.currency_assumed = currency is None
        return self._settings_in(currency or "EUR")

    def _settings_in(self, currency: str) -> Settings:
        given = self.report.options
        terms = given.get("default_terms_days")
        oldest = given.get("oldest_first") != str(False)
        return Settings(
            currency,
            int(terms) if terms else None,
            self.said.decisions,
            self.said.sectors,
            oldest,
            self.policy,
        )

    def check(self, connection: Connection, settings: Settings) -> None:
        """Check the control totals, write findings, the report and `about`."""
        report = self.report
        report.reporting_currency = settings.reporting_currency
        self._control(control(connection))
        loaded_at = report.loaded_at
        assert loaded_at is not None  # noqa: S101 - tells the type checker
        write_about(connection, settings, loaded_at)
        report.default_terms_days = number(connection, "select default_terms_days from about")
        found = find(connection, self.policy, self.currency_assumed)
        report.checks = outcomes(connection, found)
        fill_report(connection, report)
        self._conclude(connection, found)
        # the last step: a run that stops before it has reported nothing
        reported.keep(connection, self.store.folder, loaded_at)

    def _control(self, found: Sequence[Control]) -> None:
        """Keep the control totals; raise `DoesNotTieError` where one does not hold."""
        report = self.report
        report.controls = [ControlTotal(c.name, c.text, c.left, c.right, c.ok) for c in found]
        if not report.ok and not all(c.ok for c in report.controls):
            raise DoesNotTieError

    def _conclude(self, connection: Connection, found: Sequence[Finding]) -> None:
        """Say what was found, and keep the report with the state."""
        report = self.report
        report.findings = [FindingLine(f.name, f.text, f.items, f.amount) for f in found]
        self.compare(connection)
        report.published = True
        run(
            connection,
            "update about set report = $report, loaded_at = cast($at as timestamp)",
            report=report.to_json(),
            at=report.loaded_at,
        )

    def compare(self, connection: Connection) -> None:
        """Compare with what the user's own system was said to say at an earlier load.

        The state is whole but for its report.
        """
        said = self.report.expected
        if said is not None:
            found = balance(connection, said.day)
            self.report.expected = replace(said, found=found, exact=[], causes=[])


def limit_memory(connection: Connection, megabytes: int | None) -> None:
    """Keep a load within so much, else 6 GB or what DuckDB would take where that is less.

    The rest spills.

    Rows may be written in any order: keeping theirs takes memory, and each has its line.
    """
    run(connection, "set preserve_insertion_order = false")
    if megabytes is not None:
        run(connection, f"set memory_limit = '{int(megabytes)}MB'")
        return
    limit = str(rows(connection, "select current_setting('memory_limit')")[0][0])
    amount, _, unit = limit.partition(" ")
    if unit in ("GiB", "TiB") and (unit == "TiB" or Decimal(amount) > 6):
        run(connection, "set memory_limit = '6GiB'")
