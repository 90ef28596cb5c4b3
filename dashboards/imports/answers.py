"""What a reader says on the Imports page: settings of a load, and answers on the card of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dash import ctx

from dashboards.base.format import Format
from dashboards.imports.cards import parts
from dashboards.imports.editor import drawn, read_as
from dashboards.imports.questions import answered, asked, complete
from data.core.errors import ImportRefusedError, TandemError
from data.core.expectation import Expectation, parse_expectation
from data.core.importing import Found, Importer, LoadSettings, Said
from data.core.texts import N_, Text
from data.reference.currencies import currencies


def settings_of(
    currency: str | None,
    terms: object,
    accounts: str | None,
    expected: tuple[str | None, str | None, str | None] = (None, None, None),
) -> LoadSettings:
    """Return the settings of a load from what was typed; ImportRefusedError if it is no sense.

    expected: what the reader's own system says, as of which day, and the difference that is known.
    """
    code = (currency or "").strip().upper()
    if code and code not in currencies():
        raise ImportRefusedError(
            Text(N_("“{code}” is no currency."), {"code": code}),
            Text(N_("Write the code of three letters, as in EUR.")),
        )
    listed = tuple(filter(None, (a.strip() for a in (accounts or "").split(","))))
    for account in listed:
        if not (account.isascii() and account.isalnum() and len(account) <= 20):
            raise ImportRefusedError(
                Text(N_("“{account}” is no account."), {"account": account}),
                Text(N_("Write the first digits of the accounts, as in 411, 413.")),
            )
    days = int(str(terms)) if str(terms or "").strip().isdigit() else None
    return LoadSettings(code or None, days, listed or None, _expectation(*expected))


def _expectation(amount: str | None, day: str | None, accepted: str | None) -> Expectation | None:
    if not (amount or "").strip():
        return None
    try:
        on = f"@{str(day)[:10]}" if day else ""
        return parse_expectation(f"{amount}{on}", (accepted or "").strip() or None)
    except TandemError as error:
        raise ImportRefusedError(error.reason, error.remedy) from error


def said_of(
    found: Found,
    before: Mapping[str, Mapping[str, Any]],
    now: Mapping[str, Mapping[str, Any]],
    last: str | None = None,
) -> Said:
    """Return what the reader says about a file, from the controls of its card.

    before, now: the values of the controls as drawn and as they are, each with `says` and
    `columns` (position of a header -> our column). last: position of the header that was
    changed; a column chosen twice is the one chosen last.
    """
    says: dict[str, Any] = {k: v or None for k, v in now["says"].items()}
    said = replace(found.said, **says)
    if now["says"]["rows"] == before["says"]["rows"]:
        said = replace(said, rows=found.said.rows)  # what was found stays found
    if now["columns"] == before["columns"] or found.sheet is None:
        return said
    chosen = now["columns"].get(last or "")
    mapped = {
        str(ours): found.sheet.headers[int(at)]
        for at, ours in now["columns"].items()
        if ours and (ours != chosen or at == last)
    }
    return replace(said, columns=mapped, rows=said.rows or found.sheet.rows_kind)


def take(importer: Importer, session: str, changed: dict[str, Any]) -> bool:
    """Do what a control of a card asks; return whether anything changed.

    Controls that have just been drawn also call: then nothing differs from what is known.
    """
    found = next((x for x in importer.files(session) if x.token == changed["file"]), None)
    if found is None:
        return False
    if changed["type"] == "import-remove":
        if not ctx.triggered[0]["value"]:
            return False
        importer.remove(session, found.token)
        return True
    if changed["type"] == "import-apply":
        if not ctx.triggered[0]["value"]:
            return False
        controls = [x for group in ctx.states_list if isinstance(group, list) for x in group]
        given = answered(controls, found.token)
        if not complete(asked(found), given):
            return False
        importer.say(
            session, found.token, replace(found.said, answers={**found.said.answers, **given})
        )
        return True
    if changed["type"] == "import-answer":
        if not ctx.triggered[0]["value"]:
            return False
        said = replace(found.said, **{changed["what"]: changed["value"]})
    else:
        before, now = _controls(found.token)
        if before is None or now == before:
            return False
        last = str(changed["at"]) if changed["type"] == "import-column" else None
        said = said_of(found, before, now, last)
    if said == found.said:
        return False
    importer.say(session, found.token, said)
    return True


def _controls(token: str) -> tuple[dict[str, Any] | None, dict[str, dict[str, Any]]]:
    """Return the values of the controls of one card, as it was drawn and as they are."""
    groups = [g for g in (*ctx.inputs_list, *ctx.states_list) if isinstance(g, list)]
    given = [x for group in groups for x in group]
    mine = [x for x in given if x["id"]["file"] == token]
    now = {
        "says": {
            x["id"]["what"]: x.get("value") or None for x in mine if x["id"]["type"] == "import-say"
        },
        "columns": {
            str(x["id"]["at"]): x.get("value") or None
            for x in mine
            if x["id"]["type"] == "import-column"
        },
    }
    before = [x.get("value") for x in mine if x["id"]["type"] == "import-drawn"]
    return (before[0] if before else None), now


def redrawn(
    found: Found, outputs: Sequence[Sequence[Mapping[str, Any]]], f: Format
) -> Iterator[list[tuple[Mapping[str, Any], Any]]]:
    """Yield, for each group of outputs, each output with what a card now shows there.

    The groups: parts of cards, first values as read, columns chosen, what controls hold.
    """
    sheet = found.sheet
    now = drawn(found, sheet) if sheet else {"says": {}, "columns": {}}
    shown = parts(found, f)
    for group in outputs:
        line: list[tuple[Mapping[str, Any], Any]] = []
        for output in group:
            at = output["id"]
            ours = now["columns"].get(str(at.get("at")))
            match at["type"]:
                case "import-part":
                    line.append((output, shown[at["what"]]))
                case "import-read":
                    line.append((output, read_as(found, ours, f)))
                case "import-column":
                    line.append((output, ours))
                case _:
                    line.append((output, now))
        yield line
