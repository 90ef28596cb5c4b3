"""The worklist as a long table: every customer, with each number of its worth, as a file too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa

from dashboards.base.grid import CARD, Column, Listing
from dashboards.base.i18n import _
from dashboards.base.view import View
from dashboards.work.asked import OWNER, list_of, listed, signs_told
from dashboards.work.words import (
    LISTED,
    STATES,
    away_words,
    basis_words,
    last_words,
    promise_words,
    why_words,
)
from data.core.policy.kinds import VERBS
from data.core.texts import N_
from metrics.asking.ledger import Statement
from metrics.decide.work.rules import last_step
from metrics.decide.work.today import Row

_MONEY, _TEXT = pa.decimal128(18, 2), pa.string()
_SCHEMA = pa.schema(
    [
        ("rank", pa.int32()), ("customer", _TEXT), ("customer_name", _TEXT), ("sector", _TEXT),
        ("country", _TEXT), ("salesperson", _TEXT), ("owner", _TEXT), ("state", _TEXT),
        ("verb", _TEXT), ("level", _TEXT), ("gain", _MONEY), ("asked", _MONEY),
        ("late", pa.int32()), ("why", _TEXT), ("sign", _TEXT), ("last_on", pa.date32()),
        ("last_contact", _TEXT),
        ("promise", _TEXT), ("back_on", pa.date32()), ("reason", _TEXT),
        ("if_left", _MONEY), ("if_asked", _MONEY), ("sooner", _MONEY), ("days", pa.float64()),
        ("interest", _MONEY), ("loss", _MONEY), ("cover", _MONEY), ("cost", _MONEY),
        ("minutes", pa.int32()), ("disputed", _MONEY), ("unapplied", _MONEY), ("basis", _TEXT),
    ]
)  # fmt: skip


def table_of(view: View, rows: list[Row]) -> pa.Table:
    """Return the rows with the columns of the listing."""
    return pa.Table.from_pylist([_values(view, one) for one in rows], _SCHEMA)


def _values(view: View, row: Row) -> Mapping[str, Any]:
    account, value, last = row.account, row.worth, last_step(row.account)
    found: dict[str, Any] = {
        "rank": row.rank, "customer": account.number, "customer_name": account.name,
        "sector": account.sector, "country": account.country, "salesperson": account.salesperson,
        "owner": account.said.owner, "state": row.state, "verb": row.verb,
        "level": _(row.level) if row.level else "", "gain": row.gain, "asked": row.asks,
        "late": row.oldest, "why": why_words(row, view.f),
        "sign": signs_told(view).get(account.number, ""),
        "last_on": last.said_on if last else None, "last_contact": last_words(row, view.f),
        "promise": promise_words(row, view.f), "back_on": row.back_on, "reason": away_words(row),
        "minutes": row.minutes, "disputed": account.disputed, "unapplied": account.unapplied,
    }  # fmt: skip
    if value is not None:
        found |= {
            "if_left": value.left, "if_asked": value.asked, "sooner": value.sooner,
            "days": float(value.days), "interest": value.interest, "loss": value.loss,
            "cover": value.cover, "cost": value.cost, "basis": basis_words(value, view),
        }  # fmt: skip
    return found


def _listed(view: View, params: Mapping[str, str]) -> Statement:
    rows = listed(view, list_of(view, params))
    return Statement("select * from shown_work", {"shown_work": table_of(view, rows)})


def narrowed(view: View) -> str:
    """Return what is listed, in words, and whose customers alone."""
    return ", ".join(filter(None, (_(LISTED[list_of(view)]), of_owner(view))))


def of_owner(view: View) -> str:
    """Return whose customers alone are listed, in words; '' where those of everybody are."""
    owner = view.selection.page.get(OWNER, "")
    return _("looked after by {owner}").format(owner=owner) if owner else ""


def _today(view: View, _params: Mapping[str, str]) -> Statement:
    return Statement(
        "select * from shown_work", {"shown_work": table_of(view, listed(view, "today"))}
    )


WORK = Listing(
    "work",
    N_("Work today"),
    (
        Column(
            "customer_name", N_("Customer"), width=200,
            options={"cellRenderer": "CustomerLink", "pinned": "left"},
        ),
        Column("rank", N_("#"), "count", 62),
        Column("verb", N_("Step"), width=120, words=VERBS, options=CARD),
        Column("level", N_("Stage"), width=130),
        Column("gain", N_("Gained by acting today"), "money", 118, total="sum(gain)",
               options=CARD),
        Column("asked", N_("Asked for"), "money", 118, total="sum(asked)", options=CARD),
        Column("late", N_("Oldest, days late"), "count", 96, options=CARD),
        Column("why", N_("Why"), width=420),
        Column("sign", N_("Early sign"), width=260),
        Column("state", N_("Stands"), width=170, words=STATES),
        Column("back_on", N_("Back on"), "day", options=CARD),
        Column("reason", N_("Reason to wait"), width=180),
        Column("last_on", N_("Last contact"), "day"),
        Column("last_contact", N_("What was done last"), width=240),
        Column("promise", N_("Promise"), width=210),
        Column("if_left", N_("Expected if nobody asks"), "money", 118, total="sum(if_left)"),
        Column("if_asked", N_("Expected if we do"), "money", 118, total="sum(if_asked)"),
        Column("sooner", N_("Comes sooner"), "money", 118, total="sum(sooner)"),
        Column("days", N_("by days, on average"), "days", 96),
        Column("interest", N_("Interest saved"), "money", 110, total="sum(interest)"),
        Column("loss", N_("Expected loss avoided"), "money", 118, total="sum(loss)"),
        Column("cover", N_("Insurance saved"), "money", 110, total="sum(cover)"),
        Column("cost", N_("Cost of the step"), "money", 110, total="sum(cost)"),
        Column("minutes", N_("Minutes"), "count", 88, total="sum(minutes)"),
        Column("disputed", N_("Disputed"), "money", 110, total="sum(disputed)"),
        Column("unapplied", N_("Unapplied"), "money", 110, total="sum(unapplied)"),
        Column("basis", N_("The chances rest on"), width=220),
        Column("owner", N_("Owner"), width=130),
        Column("salesperson", N_("Salesperson"), width=130),
        Column("sector", N_("Sector"), dimension="sector", width=140, brief=True),
        Column("country", N_("Country"), dimension="country", width=98),
        Column("customer", N_("Number"), width=92),
    ),
    statement=_listed,
    sort="rank",
    narrowed=narrowed,
    grouped=True,
)  # fmt: skip
TODAY = replace(
    WORK,
    name="work-today",
    title=N_("Work today, a day's work"),
    statement=_today,
    narrowed=of_owner,
)
"""Today's rows alone, whatever the table lists: the file of the panel above it."""
