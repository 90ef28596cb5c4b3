"""Writes docs/benchmarks.md, one section at a time; says on what machine, with which versions.

A section is everything below a heading `## name` up to the next. Writing one leaves the others as
they are, so that each benchmark can be run again alone.
"""

from __future__ import annotations

import os
import platform
import re
import time
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
INTRODUCTION = """# Benchmarks

The same work, ours beside the limit and beside what people would use instead. The limit is the
least that could be done on the same machine: DuckDB copying the same files into plain tables, or
scanning once the columns that a balance needs. Every ratio comes from runs side by side on one
machine; answers are compared to the cent before anything is written. `make bench SIZE=1M` writes
a section anew. Sections measured before December 2026 are of an earlier book, whose customers all
bought alike, and set all columns that a page shows beside the few that others compute.
"""
_SIZE = re.compile(r"([\d,]+) invoices")


def write_section(name: str, text: str, page: Path = PAGE) -> None:
    """Write the section `name` of the page, in place of the one of that name if there is one.

    `text` is Markdown without the heading; headings inside it start at `###`. Sections stand in
    the order of their size, then of their name, whatever order they were written in.
    """
    if re.search(r"^##? ", text, re.MULTILINE):
        raise ValueError(f"section {name!r} has headings of its own above '###'")
    sections = read_sections(page) | {name: text.strip()}
    body = "".join(f"\n## {key}\n\n{sections[key]}\n" for key in sorted(sections, key=_place))
    page.parent.mkdir(parents=True, exist_ok=True)
    draft = page.with_suffix(f".{os.getpid()}.part")
    draft.write_text(INTRODUCTION + body, encoding="utf-8")
    draft.replace(page)


def read_sections(page: Path = PAGE) -> dict[str, str]:
    """Return the sections of the page by name; none where there is no page yet."""
    if not page.exists():
        return {}
    parts = re.split(r"^## (.+)\n", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def _place(name: str) -> tuple[bool, int, str]:
    found = _SIZE.fullmatch(name)
    return (found is None, int(found[1].replace(",", "")) if found else 0, name)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Return a Markdown table that can be read as it is; columns of `right` align right."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )  # fmt: skip
        return f"| {' | '.join(padded)} |"

    rule = ("-" * (w - 1) + ":" if i in right else "-" * w for i, w in enumerate(widths))
    return "\n".join([line(head), f"| {' | '.join(rule)} |", *map(line, rows)])


def machine() -> str:
    """Return cores, memory, processor, system and pace in one line, as far as they are known."""
    parts = [f"{os.cpu_count()} cores"]
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        parts.append(f"{memory / 2**30:.0f} GB of memory")
    if processor := _processor():
        parts.append(processor)
    return ", ".join([*parts, f"{platform.system()} {platform.machine()}", _pace()])


def _pace() -> str:
    """Return how long a fixed loop takes: machines of one name are not equally fast every day."""

    def once() -> float:
        started, total = time.process_time(), 0
        for step in range(1_000_000):
            total += step
        return time.process_time() - started

    return f"a million steps of Python in {min(once() for _time in range(3)) * 1000:.0f} ms"


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    text = facts.read_text(encoding="utf-8", errors="replace") if facts.exists() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.processor()


def versions(*packages: str) -> str:
    """Return Python and the packages with their versions in one line; absent ones are left out."""
    parts = [f"Python {platform.python_version()}"]
    for name in packages:
        try:
            parts.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(parts)
