"""The policy of a store: `policy.toml` in its folder, beside the states."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from data import demo
from data.core.errors import CANNOT_READ, CANNOT_WRITE, MAY_WRITE, MEND, StoreError
from data.core.policy.file import NAME, parse, template
from data.core.policy.rules import DEFAULTS, Policy
from data.store.state import write_whole

_DEMO = Path(demo.__file__).with_name(NAME)
SAID = "policy"
"""Under this name a load report's options keep the fingerprint of the policy."""


def read(folder: Path) -> Policy:
    """Return the policy that holds; the defaults where there is no file.

    Raises `PolicyError` for what has no meaning, `StoreError` where the file cannot be read. Cheap
    to ask for again: a file is parsed once for each time it was changed.
    """
    path = folder / NAME
    try:
        return _parsed(path, _look(path))
    except FileNotFoundError:
        return DEFAULTS
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(CANNOT_READ, MEND, path=path, error=error) from error


def seen(folder: Path) -> tuple[int, ...]:
    """Return what changes with the file, which is replaced as a whole: a look at it."""
    try:
        return _look(folder / NAME)
    except OSError:
        return ()


def _look(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


@lru_cache(maxsize=8)
def _parsed(path: Path, _seen: tuple[int, ...]) -> Policy:
    return parse(path.read_text(encoding="utf-8-sig"), str(path))


def write_template(folder: Path) -> Path | None:
    """Write the file with every default where there is none; return its path, None if there is."""
    return _write(folder, template().encode())


def write_demo(folder: Path) -> Path | None:
    """Write the policy of the demo company where there is none; as `write_template`."""
    return _write(folder, _DEMO.read_bytes())


def _write(folder: Path, content: bytes) -> Path | None:
    path = folder / NAME
    if path.exists():
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise StoreError(CANNOT_WRITE, MAY_WRITE, path=path, error=error) from error
    return path


def carry(folder: Path, to: Path) -> None:
    """Let a publication in `to` answer by the policy of the store in `folder`.

    The file is copied as it stands; where the store has none, one of before goes.
    Raises `StoreError` where it cannot be read or written.
    """
    path = to / NAME
    try:
        if (folder / NAME).exists():
            write_whole(path, (folder / NAME).read_bytes())
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(CANNOT_WRITE, MAY_WRITE, path=path, error=error) from error
