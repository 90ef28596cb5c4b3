"""A statement of account as a file: a page to print, and a workbook that says the same."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from dashboards.letters.sheets import TABLE_STYLE, table, workbook
from dashboards.letters.statement import Account, sheets_of
from dashboards.letters.templates import Places, filled, template
from dashboards.letters.words import WORDS
from metrics.statement import Section

HERE = Path(__file__).parent / "statements"
PLACES = Places(
    words=("customer", "number", "from", "to", "balance", "overdue", "owed", "sender"),
    tables=("account",),
)
_STYLE = (
    "body{font:10.5pt/1.45 Georgia,serif;color:#111;background:#fff;margin:0}"
    "article{max-width:19cm;margin:0 auto;padding:1.2cm .8cm}"
    "h1{font-size:13pt}h2{font-size:11pt;margin:1.2em 0 .2em;break-after:avoid}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:0 1em;margin:.4em 0 1.2em}"
    f"dd{{margin:0}}{TABLE_STYLE}.scroll{{overflow-x:auto}}@page{{size:A4;margin:1.2cm}}"
    "@media print{article{padding:0;max-width:none}.scroll{overflow:visible}}"
)


def name_of(account: Account) -> str:
    """Return the name of its file without an ending: of plain letters only."""
    number = re.sub(r"[^A-Za-z0-9]+", "-", account.number).strip("-") or "customer"
    return f"statement-{number[:60]}-{account.first.isoformat()}-{account.last.isoformat()}"


def as_page(account: Account, store: Path) -> str:
    """Return the page to print, in the words of a template.

    Raises `TemplateError` where that of the store's folder is none.
    """
    spoken, language = account.spoken, account.language
    kind = "statement_overdue" if any(one.to_pay for one in account.sections) else "statement"
    form = template(HERE, store, kind, language, PLACES)
    parts = []
    for _section, sheets in sheets_of(account):
        for one in sheets:
            notes = "".join(f'<p class="note">{html.escape(note)}</p>' for note in one.notes)
            drawn = f'<div class="scroll">{table(one, spoken)}</div>'
            parts.append(f"<h2>{html.escape(one.title)}</h2>{drawn}{notes}")
    places = {
        "customer": account.name, "number": account.number, "sender": account.sender,
        "from": spoken.long(account.first), "to": spoken.long(account.last),
        "balance": _amounts(account, lambda one: one.closing, zeros=True),
        "overdue": _amounts(account, lambda one: one.overdue),
        "owed": _amounts(account, lambda one: one.to_pay),
    }  # fmt: skip
    subject, _text, body = filled(form, places, {"account": ("", "\n".join(parts))})
    title = html.escape(subject)
    lines = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>"
        for name, value in head(account)
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n<body><article>"
        f"<h1>{title}</h1>\n<dl>{lines}</dl>\n{body}\n</article></body>\n</html>\n"
    )


def as_workbook(account: Account) -> bytes:
    """Return the workbook: three sheets a currency, each with whose account it is and when."""
    sheets = [one for _section, made in sheets_of(account) for one in made]
    footer = f"{account.name} ({account.number}), {account.last.isoformat()}"
    return workbook(sheets, head(account), footer, account.last)


def head(account: Account) -> tuple[tuple[str, str], ...]:
    """Return the lines above the tables: name and value."""
    words, spoken = WORDS[account.language], account.spoken
    lines = [
        (words["customer"], account.name),
        (words["number"], account.number),
        (words["period"], f"{spoken.day(account.first)} – {spoken.day(account.last)}"),
        (words["balance"], _amounts(account, lambda one: one.closing, zeros=True)),
    ]
    if account.only:
        lines.append((words["only"], account.only))
    return tuple(lines)


def _amounts(account: Account, of: Callable[[Section], Decimal], *, zeros: bool = False) -> str:
    """Return the amounts of all currencies in words: “1.00 EUR and 2.00 USD in your favour”."""
    words, spoken = WORDS[account.language], account.spoken
    found = [(of(one), one.currency) for one in account.sections]
    shown = [x for x in found if x[0]] or (found[:1] if zeros else [])
    said = [
        spoken.money(abs(amount), currency) + (f" {words['favour']}" if amount < 0 else "")
        for amount, currency in shown
    ]
    if not said:
        return words["nothing"]
    *first, last = said
    return f"{', '.join(first)} {words['and']} {last}" if first else last
