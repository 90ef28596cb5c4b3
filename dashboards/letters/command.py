"""`python app.py statement`: what customers owe and why, a file each, in their language."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

import typer

from data.core.options import STORE, OutFolder, StoreFolder, Where

if TYPE_CHECKING:
    from dashboards.base.view import View
    from data.store.state import Store


def statement_command(opened: Callable[[Path], Store]) -> Callable[..., None]:
    """Return the command; `opened` opens the store in a folder."""

    def statement(
        out: OutFolder,
        store: StoreFolder = STORE,
        customer: Annotated[
            list[str] | None,
            typer.Option(help="Of this one, by its number; repeatable. Else of all that owe."),
        ] = None,
        first: Annotated[
            datetime | None,
            typer.Option(
                "--from", formats=["%Y-%m-%d"], help="First day; 12 months before the last."
            ),
        ] = None,
        last: Annotated[
            datetime | None,
            typer.Option(
                "--to", formats=["%Y-%m-%d"], help="Last day; else the last day of the data."
            ),
        ] = None,
        where: Where = None,
        language: Annotated[
            str, typer.Option(help="en, nl, fr or de, whatever the customer's is.")
        ] = "",
        sender: Annotated[str, typer.Option(metavar="NAME", help="Who signs.")] = "",
    ) -> None:
        """Write statements of account: a page to print and a workbook for each customer.

        Opening balance, every document with the balance after it, what is open and how old, in
        the currency of the documents. Nothing is sent. Templates in the store's folder reminders/
        go before Tandem's own.
        """
        from data.core.errors import TandemError

        try:
            said = write_statements(
                opened(store), out, customer or [], first.date() if first else None,
                last.date() if last else None, where or [], language, sender,
            )  # fmt: skip
        except (TandemError, OSError) as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error
        typer.echo(said, nl=False)

    return statement


def write_statements(
    store: Store, out: Path, customers: Sequence[str] = (), first: date | None = None,
    last: date | None = None, where: Sequence[str] = (), language: str = "", sender: str = "",
) -> str:  # fmt: skip
    """Write statement-NUMBER-FROM-TO.html and .xlsx into a folder, and say what they come to.

    Raises StoreError where nothing is loaded, SaidError for a language without letters,
    StatementError for a filter or a period that is none, TemplateError for a template that is
    none, OSError where the folder cannot be written to.
    """
    from dashboards.base.i18n import speaking
    from dashboards.base.view import Context
    from dashboards.letters.filing import as_page, as_workbook, name_of
    from dashboards.letters.statement import FROM, StatementError, accounts_of
    from data.core.errors import StoreError
    from data.core.texts import N_
    from data.workspace.subjects.work import LANGUAGES, Correspondence

    if language:
        Correspondence(language)  # refuses others than LANGUAGES
    pairs = [(name, value) for name, _equals, value in (one.partition("=") for one in where)]
    pairs += [(FROM, first.isoformat())] if first else []
    pairs += [("as_of", last.isoformat())] if last else []
    with speaking("en"):
        view = Context(store).view(f"?{urlencode(pairs)}")
        if view is None:
            raise StoreError(N_("{store} holds no data yet."), N_("Load exports first."),
                             store=store.folder)  # fmt: skip
        _understood(view, where)
        accounts = accounts_of(view, customers or None, language, sender)
        out.mkdir(parents=True, exist_ok=True)
        taken: Counter[str] = Counter()
        for one in accounts:
            name = name_of(one)
            taken[name] += 1  # two numbers may differ in signs alone
            name += f"-{taken[name]}" if taken[name] > 1 else ""
            (out / f"{name}.html").write_text(as_page(one, store.folder), "utf-8")
            (out / f"{name}.xlsx").write_bytes(as_workbook(one))
    missing = sorted(set(customers) - {one.number for one in accounts})
    lines = [f"{number}: nothing was posted, or no such customer" for number in missing]
    if not accounts:
        if not missing:
            raise StatementError(N_("No customer has a balance here."))
        return "\n".join(lines) + "\n"
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in accounts:
        for section in one.sections:
            sums[section.currency] += section.closing
    spoken = sorted({LANGUAGES[one.language] for one in accounts})
    balances = ", ".join(f"{sums[currency]:,.2f} {currency}" for currency in sorted(sums))
    period = f"{accounts[0].first} to {accounts[0].last}"
    lines += [f"{len(accounts)} statements, {period}, in {', '.join(spoken)}: {balances}", str(out)]
    return "\n".join(lines) + "\n"


def _understood(view: View, where: Sequence[str]) -> None:
    """Refuse filters that are none, rather than leave them out."""
    from dashboards.base.filters import FILTERS
    from dashboards.letters.statement import StatementError
    from data.core.texts import N_

    known = {*FILTERS, *view.options.own.values()}
    for one in where:
        name, equals, _value = one.partition("=")
        if not equals or name not in known:
            raise StatementError(
                N_("“{condition}” is no filter."), N_("Write DIMENSION=VALUE, as for `show`."),
                condition=one,
            )  # fmt: skip
    if view.selection.notices and where:
        raise StatementError(view.selection.notices[0])
