"""Prints the policy of a store, for the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from data.core.policy.dated import written
from data.core.policy.file import NAME, SETS
from data.core.policy.rules import RULES, changes
from data.store.state import Store
from data.workspace.policy import read, write_template
from etl.load.loaded import report_of


def print_policy(folder: Path) -> None:
    """Print every value, where it stands, and what waits for the next load or derivation.

    Where the store has no file it is written, with every default.
    """
    console = Console()
    if not console.is_terminal:
        console.width = 120  # a log has no window to fit into
    made = write_template(folder)
    found = read(folder)
    table = Table("name", "value", "since", "by", "acts", box=None)
    for name, value in found.dated.items():
        acts = "at the next load" if RULES[name].books else "at once"
        for step in value.steps:
            first = step.since == date.min
            table.add_row(
                name if first else "",
                Styled(written(step.value)),
                "" if first else str(step.since),
                Styled(", ".join(filter(None, (step.by, step.note)))),
                acts if first else "",
            )
    for name, ends in found.sets.items():
        table.add_row(Styled(f"[{SETS}] {name}"), Styled(ends), "", "", "at once")
    console.print(table)
    state = Store(folder).current()
    waits = changes(report_of(state).policy, found.books) if state else ""
    if waits:
        console.print(Styled(f"Not in the figures yet: {waits}. The next load makes them anew."))
    said = "Written, with every default" if made else "Change it in"
    console.print(Styled(f"{said}: {folder / NAME}"))
