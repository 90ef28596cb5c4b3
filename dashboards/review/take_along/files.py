"""The files of a review: which kinds there are, and how they come into a folder."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

from dashboards.base.filters import FILTERS, Options
from dashboards.base.view import Context, NoRows, View
from dashboards.review.month import Review
from dashboards.review.take_along.book import as_workbook
from dashboards.review.take_along.deck import deck_of, name_of
from dashboards.review.take_along.paper import as_paper
from dashboards.review.take_along.slides import as_slides
from dashboards.review.take_along.told import Deck
from data.core.errors import CANNOT_WRITE, MAY_WRITE, StoreError, TandemError
from data.core.texts import N_
from data.store.state import Store
from metrics.asking.ledger import month_end

FORMATS: Mapping[str, str] = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
"""Ending of a file -> what browsers call it."""


class ReviewError(TandemError):
    """There is no review to write, or nowhere to write it."""


def written(kind: str, deck: Deck, review: Review, view: View) -> bytes:
    """Return a file of a review; KeyError for a kind that is none of `FORMATS`."""
    ways = {
        "pptx": lambda: as_slides(deck),
        "xlsx": lambda: as_workbook(deck, review, view),
        "pdf": lambda: as_paper(deck, view.f),
    }
    return ways[kind]()


def write_review(
    store: Store, month: str, out: Path, kinds: Sequence[str] = tuple(FORMATS),
    where: Sequence[str] = (), *, replace: bool = False,
) -> list[Path]:  # fmt: skip
    """Write the review of a month (`2026-10`) into a folder, in the language spoken.

    where: DIMENSION=VALUE, as `show` takes them. Returns the files. Raises ReviewError for a month
    without data, filters that leave nothing or are not known, files that are there already (unless
    `replace`) and a folder that cannot be written to; StoreError where nothing is loaded.
    """
    context = Context(store)
    whole = context.view("")
    if whole is None:
        raise StoreError(N_("{store} holds no data yet."), N_("Load exports first."),
                         store=store.folder)  # fmt: skip
    day = day_in(month, whole.options)
    paths = [out / f"{name_of(day)}.{kind}" for kind in kinds]
    there = [path for path in paths if path.exists()]
    if there and not replace:
        raise ReviewError(
            N_("{path} is there already."), N_("Say --replace to write it anew."), path=there[0]
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReviewError(CANNOT_WRITE, MAY_WRITE, path=out, error=error) from error
    search = urlencode([("as_of", day.isoformat()), *_conditions(where, whole.options)])
    view = context.view(f"?{search}")
    assert view is not None  # noqa: S101 - there was data a moment ago
    if left_out := view.selection.notices:  # a page shows it; a file would go out without it
        raise ReviewError(left_out[0], N_("Mend the filters."))
    try:
        deck, review = deck_of(view)
    except NoRows as nothing:
        raise ReviewError(
            N_("These filters leave nothing of {month}."), N_("Mend the filters."), month=month
        ) from nothing
    made = [written(kind, deck, review, view) for kind in kinds]
    try:
        for path, content in zip(paths, made, strict=True):
            _put(path, content)
    except OSError as error:
        raise ReviewError(CANNOT_WRITE, MAY_WRITE, path=out, error=error) from error
    return paths


def day_in(month: str, options: Options) -> date:
    """Return the last day of a month that the data reach; ReviewError where there is none."""
    reach = {"first": f"{options.first_day:%Y-%m}", "last": f"{options.last_day:%Y-%m}"}
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise ReviewError(
            N_("{month} is no month."),
            N_("Write it as 2026-10; the data reach from {first} to {last}."),
            month=month or "''", **reach,
        ) from error  # fmt: skip
    if first > options.last_day or month_end(first) < options.first_day:
        raise ReviewError(
            N_("{month} has no data."), N_("They reach from {first} to {last}."),
            month=month, **reach,
        )  # fmt: skip
    return min(month_end(first), options.last_day)


def _conditions(where: Sequence[str], options: Options) -> list[tuple[str, str]]:
    """Return the filters as an address says them; ReviewError for what is no filter."""
    known = {**{name: name for name in FILTERS}, **{n: c for c, n in options.own.items()}}
    found = []
    for condition in where:
        name, equals, value = condition.partition("=")
        if not equals:
            raise ReviewError(N_("--where {condition} has no '='."),
                              N_("Write DIMENSION=VALUE."), condition=condition)  # fmt: skip
        if name not in known:
            raise ReviewError(
                N_("{name} is no filter of a review."), N_("Those that are: {names}."),
                name=name, names=", ".join(known),
            )  # fmt: skip
        found.append((known[name], value or "-"))
    return found


def _put(path: Path, content: bytes) -> None:
    """Write a file at once: who opens it sees the one before, or this one whole."""
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_bytes(content)
        os.replace(draft, path)  # noqa: PTH105 - as atomic as the system has it
    finally:
        draft.unlink(missing_ok=True)
