"""What watched folders did: `watched.json` in the store's folder, which the page reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from data.core.errors import CANNOT_WRITE, MAY_WRITE, StoreError
from data.core.importing import Event
from data.core.texts import Text, shown
from data.store.state import write_whole
from data.store.writer import only_writer

NAME = "watched.json"
MOST = 100
"""So many events are kept."""


@dataclass(frozen=True)
class Journal:
    """The folders that were watched, and the last events, the newest first."""

    folders: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def now() -> datetime:
    """Return the time of an event: UTC, to the second."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def stamp(store: Path) -> str:
    """Return what changes when the journal does; '' where there is none."""
    try:
        found = (store / NAME).stat()
    except OSError:
        return ""
    return f"{found.st_mtime_ns}-{found.st_size}"


def read(store: Path) -> Journal:
    """Return the journal; an empty one where it is missing or broken, since nothing rests on it."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        plain = json.loads((store / NAME).read_text(encoding="utf-8"))
        return Journal([str(f) for f in plain["folders"]], [_event(e) for e in plain["events"]])
    return Journal()


def write(store: Path, folder: Path, events: Sequence[Event] = ()) -> None:
    """Add a folder, and what it did. Raises `StoreError` where that cannot be written."""
    path = store / NAME
    try:
        store.mkdir(parents=True, exist_ok=True)
        with only_writer(path):
            before = read(store)
            folders = [*dict.fromkeys([*before.folders, str(folder)])]
            if not events and folders == before.folders:
                return
            kept = [*reversed(events), *before.events][:MOST]
            plain = {"folders": folders, "events": [_plain(e) for e in kept]}
            write_whole(path, json.dumps(plain, indent=0).encode())
    except OSError as error:
        raise StoreError(CANNOT_WRITE, MAY_WRITE, path=path, error=error) from error


def _plain(event: Event) -> dict[str, object]:
    why = event.why and {
        "template": event.why.template,
        "values": {k: v if isinstance(v, int) else shown(v) for k, v in event.why.values.items()},
    }
    return {
        "at": event.at.isoformat(),
        "file": shown(event.file),
        "outcome": event.outcome,
        "place": shown(event.place),
        "why": why,
    }


def _event(plain: Mapping[str, object]) -> Event:
    why = plain["why"]
    return Event(
        datetime.fromisoformat(str(plain["at"])),
        str(plain["file"]),
        str(plain["outcome"]),
        str(plain["place"]),
        Text(str(why["template"]), dict(why["values"])) if isinstance(why, Mapping) else None,
    )
