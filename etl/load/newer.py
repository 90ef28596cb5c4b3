"""Newer exports take the place of older ones: the step of a load that compares its files."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace

from data.core.texts import N_, Text
from etl.ledger.exports.copies import Copy, drop_copies, without
from etl.ledger.exports.repeated import drop_repeated
from etl.ledger.exports.replace import replace_older, replace_readings
from etl.report import LoadReport, Replacement
from etl.sql import Connection, number, rows

#: What a reader can do about a file that was taken for an older export.
OLDER = N_(
    "{newer} reaches as far or further over the same period, and counts. If {file} was exported"
    " later, remove {newer} and load {file} again."
)
#: What a reader should know about a file that lacks documents of an older one.
STAY = N_(
    "Documents of {older} that are not in this later export, which does not reach as far: {count}"
    " ({amount}). They still count. If they were deleted, remove {older}."
)


def compare_exports(connection: Connection, first_new: int) -> tuple[list[Replacement], list[Copy]]:
    """Let newer exports take the place of older ones; files from `first_new` on are new."""
    if number(connection, "select count(*) from files") < 2:
        return [], []
    done = replace_readings(connection, first_new)
    done += [*replace_older(connection, first_new), *drop_repeated(connection, first_new)]
    copies = sorted(drop_copies(connection, first_new), key=lambda c: c.file_id)
    older = {(c.name, c.stays) for c in copies if c.file_id < first_new}
    return done + [Replacement(name, stays, False, "") for name, stays in sorted(older)], copies


def supersede(superseded: Mapping[str, str], done: list[Replacement]) -> dict[str, str]:
    """Return which hashes are not to be read again, with what was replaced now."""
    found = dict(superseded)
    for one in done:
        if one.again:  # what the earlier reading replaced may be loaded again
            found = {h: name for h, name in found.items() if name != one.older}
    for one in done:
        if one.superseded:
            found |= dict.fromkeys((one.superseded, one.content), one.newer)
    return found


def replace_in_load(
    connection: Connection, report: LoadReport, places: Mapping[int, int], first_new: int
) -> None:
    """Compare the files of a load with those before it, and say in its report what came of it.

    places: number of a file -> its place in the report.
    """
    done, copies = compare_exports(connection, first_new)
    report.superseded = supersede(report.superseded, done)
    for file_id, lost in itertools.groupby(copies, key=lambda c: c.file_id):
        if file_id in places:
            place = places[file_id]
            report.files[place] = without(report.files[place], list(lost))
    kept = {str(n) for (n,) in rows(connection, "select name from files")}
    report.replacements = done
    gone = {r.older: r.newer for r in done if r.superseded and r.older not in kept}
    report.files = [
        replace(
            f,
            status="superseded",
            notes=[*f.notes, Text(OLDER, {"file": f.name, "newer": gone[f.name]})],
        )
        if f.status == "loaded" and f.name in gone
        else f
        for f in report.files
    ]
    for one in done:
        if one.stay and one.newer_id in places:
            values = {"older": one.older, "count": one.stay, "amount": str(one.stay_amount)}
            report.files[places[one.newer_id]].notes.append(Text(STAY, values))
