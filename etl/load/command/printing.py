"""Prints the load report, and writes refused rows to a CSV file, for the command line."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text as Styled

from data.core.texts import Text, inert
from data.store.engine import Engine
from data.store.state import Store, StoreError
from etl.load.run import LoadOptions, load
from etl.report import STATUS, FileReport, LoadReport


def print_load(
    paths: Sequence[Path],
    store: Path,
    options: LoadOptions,
    rejects: Path | None = None,
    console: Console | None = None,
) -> bool:
    """Load the files with a progress bar and print the report; return whether all went well.

    `rejects` names a CSV file for the refused rows.
    """
    console = console or Console()
    if not console.is_terminal:
        console.width = 120  # a log has no window to fit into
    states = Store(store)
    try:
        with progress_bar(console) as bar:
            task = bar.add_task("", total=None, count="")

            def progress(text: Text, done: int, total: int, rows: int) -> None:
                count = f"{done:,} of {total:,} files, {rows:,} rows"
                bar.update(task, description=str(text), completed=done, total=total, count=count)

            report = load(paths, states, options, progress)
        print_report(report, console)
        if rejects and (state := states.current()):
            count = write_rejects(state.engine, rejects)
            console.print(f"{count:,} refused rows written to {rejects}", markup=False)
    except (StoreError, OSError) as error:
        console.print(str(error), style="bold red", markup=False)
        return False
    return report.ok


def progress_bar(console: Console | None = None) -> Progress:
    """Return a bar whose tasks have a description and a `count` field; it vanishes when done."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[count]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def print_report(report: LoadReport, console: Console) -> None:
    """Print what a load did, in English."""
    for failure in report.failures:
        name = f"{failure.name}: " if failure.name else ""
        line = Styled(f"✗ {name}{failure.reason} {failure.remedy}".rstrip(), style="bold red")
        console.print(line)
    if report.files:
        console.print(_files(report.files))
    for file in report.files:
        if file.totals:
            sums = ", ".join(f"{_money(t)} {c}".rstrip() for c, t in sorted(file.totals.items()))
            console.print(Styled(f"  {file.name}: sum of the rows kept {sums}", style="dim"))
        for reason, count in file.left_out.items():
            console.print(Styled(f"  {file.name}: {count:,} left out: {reason}", style="dim"))
        for note in file.notes:
            console.print(Styled(f"  {file.name}: {note}", style="dim"))
    for one in report.replacements:
        what = "replaces" if one.whole else "speaks for the documents it shares with"
        if one.again:
            what = "is read otherwise than before, and replaces"
        if one.listed:
            what = "is a later list of open items than"
        console.print(
            Styled(
                f"{one.newer} {what} {one.older}: {one.added:,} documents added"
                f" ({_money(one.added_amount)}), {one.gone:,} gone ({_money(one.gone_amount)}),"
                f" {one.changed:,} changed ({_money(one.changed_amount)})"
            )
        )
    if report.published:
        _print_figures(report, console)
    elif all(c.ok for c in report.controls):
        console.print("Nothing new was read: the data are as they were.")
    for control in report.controls:
        if not control.ok:
            console.print(
                Styled(
                    f"✗ {control.text} {_money(control.left)} is not {_money(control.right)}."
                    " Nothing was published.",
                    style="bold red",
                )
            )


def _print_figures(report: LoadReport, console: Console) -> None:
    for reject in report.rejects:
        console.print(
            Styled(
                f"  {reject.file}, line {reject.line:,}, {reject.column or 'whole row'}:"
                f" {reject.value!r}. {reject.reason} {reject.remedy}",
                style="yellow",
            )
        )
    if report.rejected > len(report.rejects):
        rest = report.rejected - len(report.rejects)
        console.print(Styled(f"  and {rest:,} more: --rejects FILE.csv lists them", style="yellow"))
    table = Table("documents", *_right("count", report.reporting_currency), box=None)
    for kind in report.documents:
        table.add_row(kind.name.replace("_", " "), f"{kind.items:,}", _money(kind.amount))
    table.add_row("balance", "", _money(report.ledger_balance), style="bold")
    console.print(table)
    if report.matches:
        table = Table("matched", *_right("count", report.reporting_currency, "share"), box=None)
        for method in report.matches:
            share = f"{100 * (method.share or 0):.1f} %"
            table.add_row(method.name, f"{method.items:,}", _money(method.amount), share)
        console.print(table)
    table = Table(Column(), Column("control totals"), *_right("one side", "the other"), box=None)
    for control in report.controls:
        sign = Styled("✓", "green") if control.ok else Styled("✗", "bold red")
        table.add_row(sign, Styled(str(control.text)), _money(control.left), _money(control.right))
    console.print(table)
    for finding in report.findings:
        amount = "" if finding.amount is None else f" ({_money(finding.amount)})"
        console.print(Styled(f"• {finding.text}{amount}"))
    days = f"data from {report.first_day} to {report.last_day}"
    if report.first_day is None:
        days = "it holds no document yet"
    console.print(
        Styled(
            f"Published state {report.state}: {days}, {report.seconds:,.1f} seconds",
            style="bold",
        )
    )


def _files(files: Sequence[FileReport]) -> Table:
    table = Table("file", "format", "", *_right("read", "kept", "refused", "left out"), box=None)
    table.add_column("period")
    for f in files:
        period = f"{f.first_day} to {f.last_day}" if f.first_day else ""
        counts = [f.rows_read, f.rows_kept, f.rows_rejected, sum(f.left_out.values())]
        # what was not read again has no counts to show
        shown = [f"{n:,}" if f.status == "loaded" else "" for n in counts]
        table.add_row(Styled(f.name), f.format, STATUS[f.status], *shown, period)
    return table


def _right(*names: str) -> list[Column]:
    return [Column(name, justify="right") for name in names]


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def write_rejects(engine: Engine, path: Path) -> int:
    """Write all refused rows of a state to a CSV file; return how many.

    A cell that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    table = engine.query(
        "select f.name as file, r.line, r.column_name as column, r.value, r.reason, r.remedy,"
        " r.raw as row from rejects as r join files as f using (file_id) order by f.name, r.line"
    )
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(table.column_names)
        for batch in table.to_batches():
            columns = [[inert(v) for v in column.to_pylist()] for column in batch.columns]
            writer.writerows(zip(*columns, strict=True))
    return int(table.num_rows)
