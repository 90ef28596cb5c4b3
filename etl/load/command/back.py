"""Prints what is loaded, what a removal changes, and how it ended, for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text as Styled

from data.core.importing import Effect, Loaded
from data.core.texts import as_started
from data.store.state import Store
from etl.load.loaded import loaded, report_of
from etl.load.presets import kept
from etl.load.removal import effect, remove, undo
from etl.report import LoadReport


def _console() -> Console:
    console = Console()
    if not console.is_terminal:
        console.width = 120  # a log has no window to fit into
    return console


def print_files(store: Store) -> None:
    """Print the files of the current state."""
    console = _console()
    state = store.current()
    found = loaded(state) if state else ()
    if state is None or not found:
        console.print("Nothing is loaded.")
        return
    report = report_of(state)
    right = [Column(n, justify="right") for n in ("rows", "documents", report.reporting_currency)]
    table = Table(Column("no.", justify="right"), Column("file", overflow="fold", min_width=24),
                  "gives", *right, "period", "loaded (UTC)", box=None)  # fmt: skip
    for one in found:
        if not one.replaced_by:
            table.add_row(*_line(one))
    table.add_row("", "balance", "", "", "", f"{report.ledger_balance:,.2f}", style="bold")
    console.print(table)
    for one in found:
        if one.replaced_by:
            console.print(
                Styled(
                    f"  {one.number} {one.name}: replaced by {one.replaced_by}, does not count",
                    style="dim",
                )
            )
    for answers in kept(store.folder):
        if not answers.since:
            said = str(answers.problem or f"reads exports that show its {answers.headers} marks")
            console.print(Styled(f"  presets/{answers.file}: {said}", style="dim"))
            continue
        console.print(
            Styled(
                f"  answers given for {answers.file} on {answers.since} read exports of the same"
                f" {answers.headers} headers (presets/{answers.name}.toml)",
                style="dim",
            )
        )
    hint = "Take one out: python app.py remove FILE. Undo the last load: python app.py undo"
    console.print(as_started(hint), markup=False)


def _line(one: Loaded) -> list[Styled]:
    sheets = f" [{', '.join(one.sheets)}]" if one.sheets else ""
    period = f"{one.first_day} to {one.last_day}" if one.first_day else ""
    amount = "" if one.amount is None else f"{one.amount:,.2f}"
    kinds = ", ".join(one.kinds)
    return [
        Styled(text)
        for text in (
            str(one.number), f"{one.name}{sheets}", f"{kinds} ({one.format})", f"{one.rows:,}",
            f"{one.documents:,}" if one.documents else "", amount, period,
            f"{one.since:%Y-%m-%d %H:%M}",
        )
    ]  # fmt: skip


def print_effect(names: Sequence[str], store: Store) -> bool:
    """Print what a removal would change; return whether it can be done."""
    console = _console()
    found = effect(names, store)
    for line in effect_lines(found):
        console.print(line, markup=False, highlight=False)
    if not found.holds:
        console.print("A control total would not hold: these files cannot be removed.")
    return found.holds


def effect_lines(found: Effect) -> list[str]:
    """Return what a removal changes, in English sentences."""
    files = ", ".join(found.files)
    lines = [
        f"Without {files}:",
        f"  receivables {_money(found.before)} -> {_money(found.after)} {found.currency}",
        f"  documents {found.documents_before:,} -> {found.documents_after:,}",
    ]
    if found.day_before != found.day_after:
        lines.append(f"  last day of the data {found.day_before} -> {found.day_after or 'none'}")
    return [*lines, *(f"  {note}" for note in found.notes)]


def print_removal(names: Sequence[str], store: Store) -> bool:
    """Remove the files, and say how that ended; return whether they are gone."""
    console = _console()
    report = remove(names, store)
    for failure in report.failures:
        console.print(f"{failure.reason} {failure.remedy}", markup=False, style="bold red")
    if not report.published:
        console.print("Nothing was removed.")
        return False
    for note in report.notes:
        console.print(str(note), markup=False)
    console.print(f"Removed {', '.join(report.removed)}. {_now(report)}", markup=False)
    return True


def print_undo(store: Store) -> None:
    """Go back, and say to what."""
    report = undo(store)
    _console().print(f"Undone. {_now(report)}", markup=False)


def _now(report: LoadReport) -> str:
    days = f", data up to {report.last_day}" if report.last_day else ""
    balance = f"{_money(report.ledger_balance)} {report.reporting_currency}"
    return f"State {report.state} is current: receivables {balance}{days}."


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"
