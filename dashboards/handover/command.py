"""`python app.py dossier`: all that is known of a customer's debt, in one file for a lawyer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboards.base.i18n import LANGUAGES
from data.core.options import STORE, AsOf, OutFolder, StoreFolder

if TYPE_CHECKING:
    from data.store.state import Store


def dossier_command(opened: Callable[[Path], Store]) -> Callable[..., None]:
    """Return the command; `opened` opens the store in a folder."""

    def dossier(
        customer: Annotated[str, typer.Option(help="Of this customer, by its number.")],
        out: OutFolder,
        store: StoreFolder = STORE,
        as_of: AsOf = None,
        language: Annotated[str, typer.Option(help="Of the reader: en, nl or fr.")] = "en",
    ) -> None:
        """Write a customer's dossier for a lawyer or an agency: a ZIP with a workbook and a page.

        Statement of account, claim, interest to the day, payments, and all that was said, as of
        a day, each sheet with the balance it ties to.
        """
        from data.core.errors import TandemError

        if language not in LANGUAGES:
            raise typer.BadParameter(f"{language!r} is none of: {', '.join(LANGUAGES)}")
        try:
            day = as_of.date() if as_of else None
            path = write_dossier(opened(store), customer, out, day, language)
        except (TandemError, OSError) as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error
        typer.echo(path)

    return dossier


def write_dossier(
    store: Store, customer: str, out: Path, as_of: date | None = None, language: str = "en"
) -> Path:
    """Write the archive into a folder, and return its path.

    Raises StoreError where nothing is loaded, DossierError where there is no such customer,
    OSError where the folder cannot be written to.
    """
    from dashboards.base.i18n import speaking
    from dashboards.base.view import Context
    from dashboards.handover.dossier import dossier
    from dashboards.handover.files import as_zip, name_of
    from data.core.errors import StoreError
    from data.core.texts import N_

    with speaking(language):
        view = Context(store).view(f"?as_of={as_of.isoformat()}" if as_of else "")
        if view is None:
            raise StoreError(N_("{store} holds no data yet."), N_("Load exports first."),
                             store=store.folder)  # fmt: skip
        made = dossier(view, customer)
        out.mkdir(parents=True, exist_ok=True)
        path = out / f"{name_of(made)}.zip"
        path.write_bytes(as_zip(made, view.f))
    return path
