"""Answers given once are kept for the exports of the same shape that come later.

They are kept as presets in the store's folder `presets/`, as those that come with the program are
written (etl/intake/mappings/preset.py): known by all the headers of the export in any order, and by
its sheet. A preset written by hand for a program of one's own stands there too. What is said with
a load (`--map`, or by hand) goes before.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from data.core.errors import FileError
from data.core.importing import Kept
from data.core.reading import Question
from data.core.texts import N_, Text
from data.store.state import write_whole
from etl.intake.files.grid import tidy_headers
from etl.intake.formats.heads import heads
from etl.intake.headers import bare
from etl.intake.mappings.preset import Layout, Preset, bares, read_preset
from etl.intake.mappings.writing import as_toml, value
from etl.intake.source import SourceFile

FOLDER = "presets"
READ_BY = N_("It was read by the answers that were given for {file} on {day}.")
READ_BY_OWN = N_("It was read by the preset {name} of this store.")
NOT_KEPT = N_("What was said of {file} could not be kept for later exports: {error}.")


@dataclass(frozen=True)
class Recognised:
    """What is kept for exports of one shape, and what it says of one of them."""

    preset: Preset
    layout: Layout
    mapping: Mapping[str, object]

    @property
    def note(self) -> Text:
        """What the reader of a file's report should know."""
        marks = self.layout.marks
        if marks.file and marks.since:
            return Text(READ_BY, {"file": marks.file, "day": marks.since})
        return Text(READ_BY_OWN, {"name": self.preset.path.name})


def presets(folder: Path) -> tuple[list[Preset], list[tuple[Path, FileError]]]:
    """Return what is kept in the store's folder, and what is wrong with those of no use."""
    found, wrong = [], []
    for path in sorted((folder / FOLDER).glob("*.toml")):
        try:
            found.append(read_preset(path))
        except FileError as error:
            wrong.append((path, error))
    return found, wrong


def recognise(known: Sequence[Preset], file: SourceFile) -> Recognised | None:
    """Return the preset for exports of the shape of this file; None where there is none."""
    if not known:
        return None
    for sheet, rows in heads(file):
        for cells in rows:
            for preset in known:
                if layout := preset.layout_of(cells, sheet):
                    return Recognised(preset, layout, layout.mapping(tidy_headers(cells)))
    return None


def headers_of(mapping: Mapping[str, object], settings: Mapping[str, str]) -> list[str]:
    """Return headers that a file was read by: those that a mapping names, else those found."""
    named = mapping.get("columns")
    if isinstance(named, Mapping) and named:
        return [str(header) for header in named.values()]
    try:
        found = json.loads(settings.get("columns") or "{}")
    except ValueError:
        return []
    if not isinstance(found, Mapping):
        return []
    return [str(header) for header in found.values() if header]


def keep(
    folder: Path,
    file: SourceFile,
    mapping: Mapping[str, object],
    format_: str,
    found: Sequence[str],
    today: date,
) -> Path | None:
    """Keep what was said of a file for others of its shape; None where it has no header row.

    found: headers that are known to stand in its header row.
    """
    named = {bare(h) for h in found if h}
    rows = ((sheet, bares(cells)) for sheet, listed in heads(file) for cells in listed)
    match = next(((s, h) for s, h in rows if named <= h and len(h) > 1), None)
    if match is None or not named or not mapping:
        return None
    _sheet, headers = match
    source = mapping.get("source")
    sheet = str(source.get("sheet") or "") if isinstance(source, Mapping) else ""
    marks = {
        "file": file.name,
        "since": today.isoformat(),
        "format": format_,
        "sheet": sheet,
        "headers": sorted(headers),
    }
    name = hashlib.sha256("\n".join([sheet, *sorted(headers)]).encode()).hexdigest()[:12]
    path = folder / FOLDER / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, as_toml({**mapping, "marks": marks}).encode())
    return path


def kept(folder: Path) -> tuple[Kept, ...]:
    """Return what is kept, in words, the last first; what users wrote themselves by its name."""
    found, wrong = presets(folder)
    said = [_kept(preset) for preset in found]
    said += [Kept(path.stem, path.name, "", "", problem=error) for path, error in wrong]
    return tuple(sorted(said, key=lambda k: (k.since, k.name), reverse=True))


def _kept(preset: Preset) -> Kept:
    layout = preset.layouts[0]
    text = as_toml(layout.says) if layout.marks.file else preset.path.read_text(encoding="utf-8")
    marks = layout.marks
    return Kept(preset.name, marks.file or preset.path.name, marks.since, text, marks.weight)


def forget(folder: Path, name: str) -> None:
    """Forget what is kept under this name; nothing where there is none."""
    if re.fullmatch(r"[\w-]+", name):
        (folder / FOLDER / f"{name}.toml").unlink(missing_ok=True)


def key_of(question: Question) -> str:
    """Return what a question is known by from one look at a file to the next.

    >>> from data.core.texts import Text
    >>> key_of(Question("states", Text("?"), (), column="Status"))
    'states:Status'
    """
    return f"{question.about}:{question.column}"


def lines_of(question: Question) -> list[str]:
    """Return the lines of a mapping file that answer a question, each answer with what it means.

    A question with a table gets one block, to be filled in; another a block for each choice.
    """
    if question.table:
        known = " | ".join(choice.value for choice in question.choices)
        first = question.choices[0].value if question.choices else ""
        return [
            f"[{question.table}]  # {known}",
            *(f"{value(v.text)} = {value(first)}" for v in question.values),
        ]
    lines: list[str] = []
    for choice in question.choices:
        lines += [f"# {choice.label}", *as_toml(choice.tables).splitlines()]
    return lines
