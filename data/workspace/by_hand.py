"""What people said of customers by hand: their sectors, in the store's folder beside the states.

`sectors.json` holds customer number -> NACE code. A load gives it precedence over what files say,
so that a later customer list does not undo it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from data.core.errors import CANNOT_READ, CANNOT_WRITE, MAY_WRITE, MEND, StoreError
from data.core.texts import N_
from data.reference import nace
from data.store.state import write_whole
from data.workspace.decisions import only_writer

NAME = "sectors.json"
SAID = "sectors"
"""Under this name a load report's options keep the fingerprint of what was said."""


def sectors(folder: Path) -> dict[str, str]:
    """Return customer number -> NACE code; empty where nothing was ever said.

    Raises `StoreError` where the file cannot be read: to skip it would move sales between sectors
    without a word.
    """
    path = folder / NAME
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StoreError(CANNOT_READ, MEND, path=path, error=error) from error
    if not isinstance(said, dict) or not all(isinstance(v, str) for v in said.values()):
        raise StoreError(
            N_("{path} does not hold customer numbers with their sectors."), MEND, path=path
        )
    return {str(customer): code for customer, code in said.items()}


def say_sector(folder: Path, customer: str, code: str | None) -> None:
    """Say the sector of a customer, on disk when this returns; None takes it back.

    Raises ValueError for what is no NACE code, `StoreError` where the folder cannot be written.
    """
    if code is not None and nace.level(code) is None:
        raise ValueError(f"{code!r} is no NACE code")
    path = folder / NAME
    try:
        with only_writer(folder):
            said = sectors(folder)
            said.pop(customer, None)
            if code is not None:
                said[customer] = nace.normal(code)
            text = json.dumps(said, ensure_ascii=False, indent=0, sort_keys=True)
            write_whole(path, text.encode())
    except OSError as error:
        raise StoreError(CANNOT_WRITE, MAY_WRITE, path=path, error=error) from error


def fingerprint(said: Mapping[str, str]) -> str:
    """Return what tells this from anything else that could be said; '' where nothing is."""
    if not said:
        return ""
    text = json.dumps(dict(said), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
