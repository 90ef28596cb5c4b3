"""What is known of a company that is no customer yet: by its peers, as of a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from data.core.dimensions import SECTOR_LEVELS
from data.core.policy.rules import Policy
from data.reference import nace
from metrics.asking.ledger import Ledger, Rows
from metrics.decide.deal.deal import Asked, Known
from metrics.decide.deal.kept import Desk
from metrics.decide.deal.prospect import Peers, Prospect, propose
from metrics.desk import beyond_terms, desk_of, ended, share, with_books
from metrics.lists.expected import Figure


def _places(prospect: Prospect) -> Iterator[tuple[str, str]]:
    """Yield whose peers it has, the closest first: sector, country, segment, everybody."""
    if prospect.sector:
        for revision in ("2", "2.1"):
            section, division, group = nace.ancestors(prospect.sector, revision)
            if section:
                break
        codes = (section, division, group, nace.normal(prospect.sector))
        told = dict.fromkeys(zip(reversed(SECTOR_LEVELS), reversed(codes), strict=True))
        yield from ((level, code) for level, code in told if code)
    if prospect.country:
        yield "country", prospect.country
    if prospect.segment:
        yield "segment", prospect.segment
    yield "total", "total"


def peers(
    rows: Rows, figure: Figure, prospect: Prospect, day: date, policy: Policy
) -> tuple[Peers, ...]:
    """Return what its peers did by the day, the closest first; those that are nobody left out."""
    enough, usual = policy.enough_payments.at(day), policy.terms_days.at(day)
    found = []
    for level, code in _places(prospect):
        ledger = Ledger(day, {level: (code,)} if level != "total" else {}, enough=enough)
        speed = figure("payment_speed", ledger)
        if not speed:
            continue
        row = speed[0]
        days, low, high = (row[n] for n in ("median_days_to_pay", "median_low", "median_high"))
        if row["paid_items"] < enough:
            days = low = high = None
        late = None
        if days is not None:
            late = beyond_terms(figure, ledger, usual, days, low, high, level, code)
        end = ended(rows, ledger)
        loss = share(end["lost"], end["paid"] + end["lost"]) if end["lost"] > 0 else None
        found.append(Peers(level, code, row["paid_items"], days, low, high, late, loss))
    return tuple(found)


def desk_of_prospect(
    rows: Rows, figure: Figure, prospect: Prospect, asked: Asked, day: date, policy: Policy
) -> Desk:
    """Return all that the desk says of a prospect's deal, its peers, and the limit proposed.

    Raises DealError for a deal that cannot be.
    """
    among = peers(rows, figure, prospect, day, policy)
    known = known_of_prospect(rows, figure, prospect, among, day)
    deal = asked.deal(known, policy)
    late = known.lateness.days if known.lateness else Decimal(0)
    days = max(deal.terms + late, Decimal(0))
    proposed = propose(prospect, deal.credit, days, day, policy)
    desk = desk_of(prospect.number, asked, replace(known, limit=proposed.limit), policy)
    return replace(desk, peers=among, proposed=proposed)


def known_of_prospect(
    rows: Rows, figure: Figure, prospect: Prospect, among: tuple[Peers, ...], day: date
) -> Known:
    """Return what is known of a prospect: nothing is owed, and its peers stand for it.

    among: as `peers` returns them. Its limit is left open. Lateness rests on the closest peers with
    enough payments, the loss on the closest of whom anything was written off, credit notes on the
    closest.
    """
    close = next((one.late for one in among if one.late is not None), None)
    lost = next((one for one in among if one.loss is not None), None)
    nearest = among[0] if among else None
    where = {nearest.level: (nearest.code,)} if nearest and nearest.level != "total" else {}
    end = ended(rows, Ledger(day, where))
    known = Known(
        as_of=day,
        country=prospect.country,
        lateness=close,
        loss=lost.loss if lost else None,
        loss_level=lost.level if lost else "",
        loss_code=lost.code if lost else "",
        credited=share(end["credited"], end["invoiced"]),
    )
    return with_books(figure, known)
