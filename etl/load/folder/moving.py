"""Moves a file of a watched folder to where its outcome says, its report beside it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from data.core.texts import Text, shown
from etl.load.command.printing import report_text
from etl.report import FileReport, LoadReport

REPORTS = (".report.txt", ".report.json")
_ASKED = ("asked", "refused")


def of_file(name: str, path: Path) -> bool:
    """Return whether a report's name is that of a file, or of a sheet of it."""
    return name == shown(path.name) or name.startswith(f"{shown(path.name)} [")


def own_report(report: LoadReport, path: Path, others: frozenset[str] = frozenset()) -> LoadReport:
    """Return what a report says of one file; others: names of the files loaded with it."""
    files = [f for f in report.files if of_file(f.name, path)]
    return replace(
        report,
        files=files,
        failures=[f for f in report.failures if of_file(f.name, path) or f.name not in others],
        replacements=[r for r in report.replacements if of_file(r.newer, path)],
        refused=sum(f.rows_rejected for f in files),
    )


def outcome_of(report: LoadReport, path: Path) -> tuple[str, Text | None]:
    """Return what became of a file (see `Event.outcome`) and why, from its own report."""
    for failure in report.failures:
        if not failure.name or of_file(failure.name, path):
            why = failure.questions[0].text if failure.questions else failure.reason
            return "asked" if failure.asked else "refused", why
    for control in report.controls:
        if not control.ok:
            return "refused", control.text
    for status in ("loaded", "superseded", "known"):
        if any(f.status == status and of_file(f.name, path) for f in report.files):
            return status, None
    return "refused", None


def waits(outcome: str) -> bool:
    """Return whether a person has to do something about the file."""
    return outcome in _ASKED


def is_report(path: Path) -> bool:
    """Return whether a file is the report beside another."""
    return any(
        path.name.endswith(end) and path.with_name(path.name[: -len(end)]).exists()
        for end in REPORTS
    )


def move(path: Path, to: Path, report: LoadReport) -> Path:
    """Move a file into a folder, its report beside it; return where it lies now.

    Nothing is overwritten: a name that is taken gets a number. Raises OSError where it cannot be
    moved, and then leaves nothing behind.
    """
    to.mkdir(parents=True, exist_ok=True)
    for place in _names(to / path.name):
        texts = [place.with_name(place.name + end) for end in REPORTS]
        if any(p.exists() or p.is_symlink() for p in (place, *texts)):
            continue
        try:
            texts[0].open("x").close()  # two that move at once do not take the same name
        except FileExistsError:
            continue
        try:
            texts[0].write_text(report_text(report), encoding="utf-8", errors="replace")
            texts[1].write_text(report.to_json(), encoding="utf-8", errors="replace")
            path.rename(place)
        except BaseException:
            for text in texts:
                with suppress(OSError):
                    text.unlink(missing_ok=True)
            raise
        return place
    raise AssertionError  # the names do not end


def clear(path: Path) -> None:
    """Delete the reports of a file that lay here; a report that cannot be deleted stays."""
    for end in REPORTS:
        with suppress(OSError):
            path.with_name(path.name + end).unlink(missing_ok=True)


def known(path: Path) -> FileReport:
    """Return the part of a report for a file that an earlier load has read."""
    return FileReport(shown(path.name), "", "known")


def _names(place: Path) -> Iterator[Path]:
    """Yield a.csv, a (2).csv, a (3).csv, ..."""
    yield place
    for number in itertools.count(2):
        yield place.with_name(f"{place.stem} ({number}){place.suffix}")
