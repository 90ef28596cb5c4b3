"""`python app.py reminders`: the letters to customers who are late, as files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data.core.options import STORE, AsOf, OutFolder, StoreFolder

if TYPE_CHECKING:
    from data.store.state import Store


def reminders_command(opened: Callable[[Path], Store]) -> Callable[..., None]:
    """Return the command; `opened` opens the store in a folder."""

    def reminders(
        out: OutFolder,
        store: StoreFolder = STORE,
        as_of: AsOf = None,
        customer: Annotated[
            list[str] | None,
            typer.Option(
                help="To this one, by its number; repeatable. Else to all whose step on"
                " the worklist is a letter."
            ),
        ] = None,
        language: Annotated[
            str, typer.Option(help="en, nl, fr or de, whatever the customer's is.")
        ] = "",
        sender: Annotated[str, typer.Option(metavar="NAME", help="Who signs.")] = "",
    ) -> None:
        """Write reminders and notices as one HTML file to print and one ZIP of mail drafts.

        Nothing is sent. Templates in the store's folder reminders/ go before Tandem's own.
        """
        from data.core.errors import TandemError

        try:
            found = write_reminders(
                opened(store), out, as_of.date() if as_of else None, customer or [], language,
                sender,
            )  # fmt: skip
        except (TandemError, OSError) as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error
        typer.echo(found, nl=False)

    return reminders


def write_reminders(
    store: Store, out: Path, as_of: date | None = None, customers: list[str] | None = None,
    language: str = "", sender: str = "",
) -> str:  # fmt: skip
    """Write reminders-DAY.html and reminders-DAY.zip into a folder, and say what they hold.

    Raises StoreError where nothing is loaded, SaidError for a language without letters,
    TemplateError for a template that is none, OSError where the folder cannot be written to.
    """
    from dashboards.base.i18n import speaking
    from dashboards.base.view import Context
    from dashboards.work.drafting import all_written, letters_of
    from dashboards.work.letters import as_page, as_zip
    from data.core.errors import StoreError
    from data.core.texts import N_
    from data.workspace.subjects.work import LANGUAGES, Correspondence

    if language:
        Correspondence(language)  # refuses others than LANGUAGES
    with speaking("en"):
        view = Context(store).view(f"?as_of={as_of.isoformat()}" if as_of else "")
        if view is None:
            raise StoreError(N_("{store} holds no data yet."), N_("Load exports first."),
                             store=store.folder)  # fmt: skip
        letters = letters_of(view, customers or None, language, sender)
        made = all_written(letters, store.folder)
        day = view.selection.as_of.isoformat()
    missing = sorted(set(customers or []) - {one.number for one in letters})
    lines = [f"{number}: nothing to ask for, or no such customer" for number in missing]
    if made:
        out.mkdir(parents=True, exist_ok=True)
        page, drafts = out / f"reminders-{day}.html", out / f"reminders-{day}.zip"
        page.write_text(as_page(made), "utf-8")
        drafts.write_bytes(as_zip(made))
        spoken = sorted({LANGUAGES[one.language] for one in letters})
        lines += [f"{len(made)} letters in {', '.join(spoken)}", str(page), str(drafts)]
    elif not missing:
        lines.append("No customer's step on the worklist is a letter.")
    return "\n".join(lines) + "\n"
