"""`python app.py review`: the monthly review as PowerPoint, Excel and PDF, for a schedule too."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboards.base.i18n import LANGUAGES
from data.core.options import STORE, OutFolder, StoreFolder, Where

if TYPE_CHECKING:
    from data.store.state import Store


class Kind(StrEnum):
    """What the review is written as."""

    pptx = "pptx"
    xlsx = "xlsx"
    pdf = "pdf"


def review_command(opened: Callable[[Path], Store]) -> Callable[..., None]:
    """Return the command; `opened` opens the store in a folder."""

    def review(
        out: OutFolder,
        month: Annotated[
            str, typer.Option(metavar="YYYY-MM", help="The month: 2026-10. It must be named.")
        ] = "",
        store: StoreFolder = STORE,
        where: Where = None,
        language: Annotated[
            str, typer.Option("--lang", help="Of the reader: en, nl or fr.")
        ] = "en",
        format: Annotated[
            list[Kind] | None, typer.Option(help="pptx, xlsx or pdf; repeatable. All if not given.")
        ] = None,
        replace: Annotated[
            bool, typer.Option("--replace", help="Write anew what is there already.")
        ] = False,
    ) -> None:
        """Write the monthly review: slides with native charts, a workbook with formulas, a PDF.

        As of the last day of the month that the data reach, each file with the receivables that it
        ties to. Prints the files.
        """
        from dashboards.base.i18n import speaking
        from dashboards.review.take_along.files import write_review
        from data.core.errors import TandemError

        if language not in LANGUAGES:
            raise typer.BadParameter(f"{language!r} is none of: {', '.join(LANGUAGES)}")
        kinds = list(dict.fromkeys(one.value for one in format or Kind))
        try:
            with speaking(language):
                paths = write_review(opened(store), month, out, kinds, where or (), replace=replace)
        except TandemError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error
        for path in paths:
            typer.echo(path)

    return review
