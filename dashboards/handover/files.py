"""A dossier in one file: a workbook and a page to print, both saying the same, in one archive."""

from __future__ import annotations

import html
import io
import re
import zipfile

from dashboards.base.format import Format
from dashboards.base.i18n import _
from dashboards.handover.dossier import Dossier
from dashboards.letters.sheets import TABLE_STYLE, table, workbook

_STYLE = (
    "body{font:10pt/1.4 Georgia,serif;color:#111;background:#fff;margin:1.5cm}"
    "h1{font-size:15pt;margin:0}h2{font-size:12pt;margin:1.2em 0 .2em;break-after:avoid}"
    "section{break-after:page}section:last-child{break-after:auto}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:0 1em;margin:.4em 0}dd{margin:0}"
    f"{TABLE_STYLE}@page{{size:A4 landscape;margin:1.5cm}}"
)


def name_of(made: Dossier) -> str:
    """Return the name of its file without an ending: of plain letters only."""
    number = re.sub(r"[^A-Za-z0-9]+", "-", made.number).strip("-") or "customer"
    return f"dossier-{number[:60]}-{made.day.isoformat()}"


def as_zip(made: Dossier, f: Format) -> bytes:
    """Return the archive: the workbook and the page. The same dossier is the same bytes."""
    out, name = io.BytesIO(), name_of(made)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for ending, content in (("xlsx", as_workbook(made)), ("html", as_page(made, f).encode())):
            archive.writestr(zipfile.ZipInfo(f"{name}.{ending}", (1980, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def as_workbook(made: Dossier) -> bytes:
    """Return the workbook, a sheet each."""
    footer = f"{made.name} ({made.number}), {made.day.isoformat()}"
    return workbook(made.sheets, made.head, footer, made.day)


def as_page(made: Dossier, f: Format) -> str:
    """Return the page to print: a section each, every one with its head."""
    head = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in made.head
    )
    parts = "".join(
        f"<section><h2>{html.escape(one.title)}</h2><dl>{head}</dl>"
        + "".join(f'<p class="note">{html.escape(note)}</p>' for note in one.notes)
        + table(one, f)
        + "</section>"
        for one in made.sheets
    )
    title = html.escape(_("Dossier of {name}").format(name=made.name))
    return (
        f'<!DOCTYPE html>\n<html lang="{made.language}">\n<head><meta charset="utf-8">'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n<body><h1>{title}</h1>\n"
        f"{parts}\n</body>\n</html>\n"
    )
