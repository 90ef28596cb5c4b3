"""Prints the load report, and writes refused rows to a CSV file, for the command line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text as Styled

from data.core.errors import StoreError
from data.core.texts import Text, inert
from data.store.engine import Engine
from data.store.state import Store
from etl.load.command.net import said
from etl.load.command.screen import failure, green, last_line, left_out, money, samples, sentence
from etl.load.expect import sentences
from etl.load.run import LoadOptions, load
from etl.report import STATUS, FileReport, LoadReport


def print_load(
    paths: Sequence[Path],
    store: Path,
    options: LoadOptions,
    rejects: Path | None = None,
    console: Console | None = None,
) -> int:
    """Load the files with a progress bar and print the report; return the exit code.

    0: everything was understood; 1: a file was not, or a question is open, or it does not tie;
    3: loaded, but rows were refused. `rejects` names a CSV file for the refused rows.
    """
    console = console or Console()
    if not console.is_terminal:
        console.width = 120  # a log has no window to fit into
    states = Store(store)
    try:
        with _bar(console) as bar:
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
        console.print(said(error), style="bold red", markup=False)
        return 1
    return report.code


@contextmanager
def progress_bar(description: str) -> Iterator[Callable[[str, float], None]]:
    """Show a bar while something long runs; yields what is told its step and the share done."""
    with _bar() as bar:
        task = bar.add_task(description, total=1.0, count="")
        yield lambda step, share: bar.update(task, completed=share, count=step)


def _bar(console: Console | None = None) -> Progress:
    """Return a bar whose tasks have a description and a `count` field; it vanishes when done."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[count]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def report_text(report: LoadReport) -> str:
    """Return what `load` prints of a report, as plain text."""
    console = Console(file=io.StringIO(), width=120, color_system=None)
    with console.capture() as captured:
        print_report(report, console)
    return captured.get()


def print_report(report: LoadReport, console: Console) -> None:
    """Print what a load did, in English."""
    for file in report.files:
        _print_file(file, console)
    for failed in report.failures:
        for number, line in enumerate(failure(failed)):
            style = "yellow" if failed.asked else "bold red"
            console.print(Styled(line, style=style if number == 0 or not failed.asked else ""))
    for one in report.replacements:
        if one.again and not (one.added or one.gone or one.changed):
            console.print(Styled(f"{one.newer} is read otherwise; its amounts are as they were"))
            continue
        what = "replaces" if one.whole else "speaks for the documents it shares with"
        if one.again:
            what = "is read otherwise than before, and replaces"
        if one.listed:
            what = "is a later list of open items than"
        console.print(
            Styled(
                f"{one.newer} {what} {one.older}: {one.added:,} documents added"
                f" ({money(one.added_amount)}), {one.gone:,} gone ({money(one.gone_amount)}),"
                f" {one.changed:,} changed ({money(one.changed_amount)})"
            )
        )
    for note in report.notes:
        console.print(Styled(str(note)))
    if report.published:
        _print_figures(report, console)
    for control in report.controls:
        if not control.ok:
            console.print(
                Styled(
                    f"✗ {control.text} {money(control.left)} is not {money(control.right)}.",
                    style="bold red",
                )
            )
    if report.expected is not None:
        style = "" if report.expected.ties else "bold red"
        for line in sentences(report.expected, explain=not report.tied):
            console.print(Styled(line, style=style))
            style = ""
    console.print(Styled(last_line(report), style="bold" if report.ok else "bold red"))


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
        table.add_row(kind.name.replace("_", " "), f"{kind.items:,}", money(kind.amount))
    table.add_row("balance", "", money(report.ledger_balance), style="bold")
    console.print(table)
    if report.matches:
        table = Table("matched", *_right("count", report.reporting_currency, "share"), box=None)
        for method in report.matches:
            share = f"{100 * (method.share or 0):.1f} %"
            table.add_row(method.name, f"{method.items:,}", money(method.amount), share)
        console.print(table)
    table = Table(Column(), Column("control totals"), *_right("one side", "the other"), box=None)
    for control in report.controls:
        sign = Styled("✓", "green") if control.ok else Styled("✗", "bold red")
        table.add_row(sign, Styled(str(control.text)), money(control.left), money(control.right))
    console.print(table)
    for finding in report.findings:
        amount = "" if finding.amount is None else f" ({money(finding.amount)})"
        console.print(Styled(f"• {finding.text}{amount}"))
    if report.last_day is not None:
        console.print(
            Styled(
                f"Receivables on {report.last_day}, the last day of the data:"
                f" {money(report.ledger_balance)} {report.reporting_currency}",
                style="bold",
            )
        )
    days = f"data from {report.first_day} to {report.last_day}"
    if report.first_day is None:
        days = "it holds no document yet"
    console.print(
        Styled(
            f"Published state {report.state}: {days}, {report.seconds:,.1f} seconds",
            style="bold",
        )
    )


def _print_file(file: FileReport, console: Console) -> None:
    """Print what a file tells of, three of its rows as documents, and what does not count."""
    if file.status != "loaded":
        console.print(Styled(f"  {file.name}: {STATUS[file.status]}", style="dim"))
        for note in file.notes:
            console.print(Styled(f"    {note}", style="dim"))
        return
    mark, style = ("✓", "green") if green(file) else ("!", "bold red")
    kind = f" ({file.format})" if file.format else ""
    console.print(Styled(f"{mark} ", style) + Styled(f"{file.name}{kind}: {sentence(file)}"))
    shown = samples(file)
    if shown:
        table = Table(*[""] * (len(shown[0]) - 1), *_right(""), box=None, show_header=False)
        for row in shown:
            table.add_row("   ", *map(Styled, row))
        console.print(table)
    if file.totals:
        sums = ", ".join(f"{money(t)} {c}".rstrip() for c, t in sorted(file.totals.items()))
        console.print(Styled(f"    sum of the rows kept {sums}", style="dim"))
    for line in left_out(file):
        console.print(Styled(f"    {line}", style="" if "refused" in line else "dim"))
    for note in file.notes:
        console.print(Styled(f"    {note}", style="dim"))


def _right(*names: str) -> list[Column]:
    return [Column(name, justify="right") for name in names]


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
