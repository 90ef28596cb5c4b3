"""Takes a loaded file out again, as if it had never been loaded; and goes back to the state before.

A removal deletes what the file said, puts back what newer exports had taken the place of, and lets
the files that remain meet again in the order in which they were loaded. What follows from them is
derived anew, and published like a load. To see what a removal would change, all of it is done
but the last step.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from data.core.errors import ImportRefusedError, StoreError
from data.core.importing import Effect, Loaded
from data.core.texts import N_, Text
from data.store.state import State, Store
from etl.ledger.exports.replace import CONTENT
from etl.ledger.exports.replaced import KEPT, drop_files, forget, put_back
from etl.ledger.matching.decisions import there
from etl.load.loaded import choose, loaded, report_of
from etl.load.lock import only_load
from etl.load.making import Making, NothingNewError
from etl.load.newer import compare_exports, supersede
from etl.load.read import Progress
from etl.load.run import load
from etl.report import LoadReport
from etl.sql import Connection, number, rows, run

AGAIN = N_("{file}, which a removed file had replaced, counts again.")
MAY_LOAD = N_(
    "{files} had been replaced by a removed file and is no longer kept: load it again to have"
    " it count."
)
WAITING = N_(
    "Decisions about matches whose documents are not loaded now: {count}. They are kept, and wait"
    " until the documents are loaded again."
)
SECTORS = N_(
    "Sectors said by hand of customers that are not loaded now: {count}. They are kept, and wait"
    " until the customers are loaded again."
)


def remove(
    names: Sequence[str], store: Store, progress: Progress | None = None, memory: int | None = None
) -> LoadReport:
    """Remove loaded files, and publish the state without them.

    names: as `choose` takes them. Raises `ImportRefusedError` where one is not loaded.
    """
    return _Removal(store, progress, memory).run(names)


def effect(names: Sequence[str], store: Store, progress: Progress | None = None) -> Effect:
    """Return what a removal of these files would change; nothing is changed."""
    return _Removal(store, progress).try_out(names)


def undo(store: Store, progress: Progress | None = None) -> LoadReport:
    """Go back to the state before the last load or removal; return the report of that state.

    What people decided since then counts in it. Raises `ImportRefusedError` where there is none.
    """
    with only_load(store.folder):
        current = store.current()
        back = before(store)
        if current is None or back is None:
            raise ImportRefusedError(
                Text(N_("There is nothing to undo.")),
                Text(N_("The state before is not kept, or nothing was loaded before.")),
            )
        state = store.go_back(back.number)
    report = load([], store, progress=progress)  # decisions taken since
    if report.published:
        return report
    found = report_of(state)
    found.published, found.state = True, state.number
    return found


def before(store: Store) -> State | None:
    """Return the state that `undo` goes back to; None where none is kept."""
    return _back(store)[1]


def undoes(store: Store) -> str:
    """Return what `undo` takes back: load or removal; '' where the state before is not kept."""
    what, state = _back(store)
    return what if state is not None else ""


def _back(store: Store) -> tuple[str, State | None]:
    state = store.current()
    if state is None:
        return "", None
    report = report_of(state)
    # a state that was made before this was kept knows the one before it
    what, back = (report.undoes, report.back) if report.undoes else (report.what, report.before)
    try:
        return what, store.state(back) if back is not None else None
    except StoreError:
        return what, None  # it was cleared away, or belongs to another version


class _Removal(Making):
    """One removal, or a trial of it."""

    def __init__(
        self, store: Store, progress: Progress | None = None, memory: int | None = None
    ) -> None:
        super().__init__(store, progress, memory)
        self.trial = False
        self.gone: tuple[Loaded, ...] = ()
        self.back: list[str] = []
        """Files that count again."""
        self.lost: list[str] = []
        """Files that would count again, had they been kept."""
        self.waiting = 0

    def run(self, names: Sequence[str]) -> LoadReport:
        """See `remove`."""
        started = time.monotonic()
        with only_load(self.store.folder):
            self._take_up(names)
            self.publish(self._build)
        self.report.seconds = round(time.monotonic() - started, 2)
        return self.report

    def try_out(self, names: Sequence[str]) -> Effect:
        """See `effect`."""
        self.trial = True
        with only_load(self.store.folder):
            self._take_up(names)
            self.publish(self._build)
        if self.report.failures:
            failure = self.report.failures[0]
            raise ImportRefusedError(failure.reason, failure.remedy)
        assert self.before is not None  # noqa: S101 - _take_up has looked
        about = self.before.engine.query(
            "select documents, ledger_balance, last_day, reporting_currency from about"
        ).to_pylist()[0]
        report = self.report
        return Effect(
            files=tuple(f.name for f in self.gone),
            currency=str(about["reporting_currency"]),
            before=about["ledger_balance"],
            after=report.ledger_balance,
            documents_before=about["documents"],
            documents_after=sum(kind.items for kind in report.documents),
            day_before=about["last_day"],
            day_after=report.last_day,
            notes=tuple(report.notes),
            holds=all(c.ok for c in report.controls),
        )

    def _take_up(self, names: Sequence[str]) -> None:
        self.take_up()
        if self.before is None:
            raise ImportRefusedError(
                Text(N_("Nothing is loaded yet.")), Text(N_("Load exports first."))
            )
        report = self.report
        report.what = "removal"
        self.gone = choose(names, loaded(self.before))
        report.removed = [f.name for f in self.gone]

    def _build(self, connection: Connection) -> None:
        self._step(N_("Taking the files out"))
        self._take_out(connection)
        self._step(N_("Matching, and deriving open items"))
        settings = self.derive(connection)
        self._tell(connection)
        self._step(N_("Checking"))
        self.check(connection, settings)
        self._step(N_("Publishing"))

    def _step(self, text: str) -> None:
        self.progress(Text(text), 0, 0, 0)

    def compare(self, connection: Connection) -> None:
        """All is known that the removal changes: a trial ends here."""
        super().compare(connection)
        if self.trial:
            raise NothingNewError

    def _take_out(self, connection: Connection) -> None:
        """Delete the files, and let those that remain meet again as if they alone were loaded."""
        report = self.report
        keys = [f.key for f in self.gone]
        kept = "(from files union all by name select * exclude (by_file, went) from replaced_files)"
        held = {h for pair in rows(connection, f"select sha256, {CONTENT} from {kept}")
                for h in pair}  # fmt: skip
        gone = [int(n) for (n,) in rows(
            connection,
            f"select distinct file_id from {kept} where {CONTENT} in (select unnest($keys))",
            keys=keys,
        )]  # fmt: skip
        names = {str(n) for (n,) in rows(
            connection, f"select name from {kept} where file_id in (select unnest($gone))",
            gone=gone,
        )}  # fmt: skip
        counted = {str(n) for (n,) in rows(connection, "select name from files")}
        drop_files(connection, gone)
        forget(connection, gone)
        run(connection, "update files set carried = 0")  # it follows from the other files
        lost = {h: newer for h, newer in report.superseded.items() if h not in held}
        # what is not kept stays replaced, unless by what goes now
        self.lost = sorted({h for h, newer in lost.items() if newer in names})
        lost = {h: newer for h, newer in lost.items() if newer not in names and h not in keys}
        again = number(connection, f"select sum(n) from ({_KEPT_ROWS})") > 0
        if again or number(connection, "select count(*) from staged_seen"):
            put_back(connection, CONTENT, all_kept=not lost)
            report.superseded = {**self._meet(connection), **lost}
        else:
            report.superseded = lost
        self.back = sorted(
            str(n) for (n,) in rows(connection, "select name from files") if n not in counted
        )
        self._forget_options(connection)

    def _meet(self, connection: Connection) -> dict[str, str]:
        """Compare the files load by load, as they came; return what is superseded."""
        superseded: dict[str, str] = {}
        run(connection, "create or replace temp table came as from files")
        run(connection, "delete from files")
        for at, first in rows(
            connection, "select loaded_at, min(file_id) from came group by all order by all"
        ):
            run(
                connection,
                "insert into files by name select * from came where loaded_at = $at", at=at,
            )  # fmt: skip
            done, _copies = compare_exports(connection, int(first))
            superseded = supersede(superseded, done)
        run(connection, "drop table came")
        return superseded

    def _forget_options(self, connection: Connection) -> None:
        """Forget the options that only loads gave of whose files nothing remains."""
        report = self.report
        times = {t for (t,) in rows(
            connection,
            "select loaded_at from files union select loaded_at from replaced_files",
        )}  # fmt: skip
        left = [g for g in report.given if not g.of_files or g.at in times]
        given = {name for one in report.given for name in one.options}
        report.options = {k: v for k, v in report.options.items() if k not in given}
        for one in left:
            report.options |= one.options
        report.given = left
        if report.expected is not None and report.expected.at not in times:
            report.expected = None

    def _tell(self, connection: Connection) -> None:
        """Say what counts again, what may be loaded again, and what waits."""
        notes = [Text(AGAIN, {"file": name}) for name in self.back]
        if self.lost:
            notes.append(Text(MAY_LOAD, {"files": self._older()}))
        known = there(connection, [n for d in self.said.decisions for n in d.pair])
        waiting = sum(not set(d.pair) <= known for d in self.said.decisions)
        if waiting:
            notes.append(Text(WAITING, {"count": waiting}))
        if self.said.sectors:
            customers = {c for (c,) in rows(connection, "select customer_id from customers")}
            missing = len(set(self.said.sectors) - customers)
            if missing:
                notes.append(Text(SECTORS, {"count": missing}))
        self.report.notes += notes

    def _older(self) -> str:
        """Return what is known of the files that are no longer kept: their names, else a number."""
        names = [r.older for r in self.earlier.replacements if r.superseded in self.lost]
        return ", ".join(sorted(set(names))) or str(len(self.lost))


_KEPT_ROWS = " union all ".join(f"select count(*) as n from {name}" for name in KEPT.values())
