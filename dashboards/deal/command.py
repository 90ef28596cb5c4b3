"""`python app.py deal`: may this be sold on credit, on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data.core.options import NOTHING, STORE, AsOf, StoreFolder
from data.core.texts import N_

if TYPE_CHECKING:
    from dashboards.base.format import Format
    from data.core.policy.rules import Policy
    from data.store.state import State, Store
    from metrics.asking.ledger import Ledger, Rows
    from metrics.decide.deal.answer import Alternative, Answer
    from metrics.decide.deal.coming import Approved
    from metrics.decide.deal.deal import Asked
    from metrics.decide.deal.kept import Desk


class Shape(StrEnum):
    """How the answer is written."""

    text = "text"
    json = "json"


def deal_command(opened: Callable[[Path], Store]) -> Callable[..., None]:
    """Return the command; `opened` opens the store in a folder."""

    def deal(
        amount: Annotated[str, typer.Option(metavar="AMOUNT", help="What will be owed.")],
        customer: Annotated[str, typer.Option(help="Number of the customer.")] = "",
        prospect: Annotated[
            str, typer.Option(metavar="NAME", help="In place of one: who is no customer yet.")
        ] = "",
        sector: Annotated[str, typer.Option(help="Of the prospect: a code of NACE.")] = "",
        country: Annotated[str, typer.Option(help="Of the prospect: BE, FR ...")] = "",
        segment: Annotated[str, typer.Option(help="Of the prospect, as customers have it.")] = "",
        net_worth: Annotated[
            str, typer.Option(metavar="AMOUNT", help="Of the prospect, by a trade report.")
        ] = "",
        turnover: Annotated[
            str, typer.Option(metavar="AMOUNT", help="Its sales a year, by a trade report.")
        ] = "",
        yearly: Annotated[
            str, typer.Option(metavar="AMOUNT", help="What it will buy in a year.")
        ] = "",
        need: Annotated[str, typer.Option(metavar="AMOUNT", help="The credit it asks for.")] = "",
        store: StoreFolder = STORE,
        without_vat: Annotated[
            str | None,
            typer.Option(metavar="PERCENT", help="The amount is without VAT of so much."),
        ] = None,
        terms: Annotated[
            int | None, typer.Option(metavar="DAYS", help="Days to pay; those agreed if not given.")
        ] = None,
        advance: Annotated[str, typer.Option(metavar="AMOUNT", help="Paid in advance.")] = "0",
        cost: Annotated[
            str, typer.Option(metavar="AMOUNT", help="What the goods cost, without VAT.")
        ] = "",
        margin: Annotated[
            str, typer.Option(metavar="AMOUNT", help="The margin, in place of the cost.")
        ] = "",
        discount: Annotated[
            str, typer.Option(metavar="PERCENT", help="For payment within 10 days.")
        ] = "0",
        instalments: Annotated[int, typer.Option(help="Equal ones, evenly over the terms.")] = 1,
        security: Annotated[
            str, typer.Option(metavar="AMOUNT", help="What else stands for it, a guarantee say.")
        ] = "0",
        orders: Annotated[
            str,
            typer.Option(metavar="AMOUNT", help="Ordered, besides what is said here."),
        ] = "0",
        further: Annotated[
            int, typer.Option(help="So many more orders like it are expected of who pays.")
        ] = 0,
        as_of: AsOf = None,
        ask: Annotated[
            str, typer.Option(metavar="WHY", help="Ask for a decision, and say why.")
        ] = "",
        who: Annotated[str, typer.Option(metavar="NAME", help="Who asks.")] = "",
        format: Annotated[Shape, typer.Option(help="How to print it.")] = Shape.text,
    ) -> None:
        """Say whether this may be sold on credit: the answer, its tests, what would change it."""
        from dashboards.deal.asked import PROSPECT
        from data.core.errors import TandemError
        from metrics.decide.deal.deal import Asked, amount_of

        if cost and margin:
            raise _stop("Say --cost or --margin, not both")
        if bool(customer) == bool(prospect):
            raise _stop("Say --customer or --prospect")
        of = (prospect, sector, country, segment, net_worth, turnover, yearly, need)
        if not prospect and any(of):
            raise _stop("A customer is known: sector, country and the like are of a --prospect")
        try:
            asked = Asked(
                amount_of(amount), amount_of(without_vat) if without_vat else None, terms,
                amount_of(advance), amount_of(cost) if cost else None,
                amount_of(margin) if margin else None, amount_of(discount), instalments,
                amount_of(security), amount_of(orders), further,
            )  # fmt: skip
            state = opened(store).current()
            if state is None:
                raise _stop(NOTHING.format(store=store))
            day = as_of.date() if as_of else None
            if ask and day:
                raise _stop("A decision is asked of the last day: leave --as-of out")
            keys = {n: text for n, text in zip(PROSPECT, of, strict=True) if text}
            text = deal_text(
                state, store, customer, asked, day, as_json=format is Shape.json, why=ask, who=who,
                of=keys,
            )  # fmt: skip
        except TandemError as error:
            raise _stop(error) from error
        typer.echo(text, nl=False)

    return deal


def _stop(message: object) -> typer.Exit:
    typer.echo(str(message), err=True)
    return typer.Exit(1)


def deal_text(
    state: State, store: Path, customer: str, asked: Asked, as_of: date | None, *, as_json: bool,
    why: str = "", who: str = "", of: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """Return what the rules say of a deal with a customer, as text to read or as JSON.

    why: a decision is asked as well, by `who`, and its address told. of: what an address says of a
    prospect, in place of a customer. Raises SaidError for a decision that cannot be asked,
    DealError for a deal that cannot be, StoreError where the customer is not known or there is no
    document.
    """
    from dashboards.base.format import Format
    from dashboards.base.i18n import speaking
    from dashboards.base.words import told
    from dashboards.deal.words import answer_words, as_data, proposed_words
    from data.core.errors import StoreError
    from data.workspace.policy import read
    from metrics.asking.own import day_of

    engine, policy = state.engine, read(store)
    day, _last = day_of(engine, as_of)
    if day is None:
        raise StoreError(N_("{store} holds no document yet."), N_("Load exports first."),
                         store=store)  # fmt: skip
    desk, name = _desk(state, store, customer, asked, day, policy, of or {})
    said = desk.answer
    currency = engine.query("select reporting_currency from about").column(0)[0].as_py()
    f = Format("en", currency)
    with speaking("en"):
        told_of = ""
        if why:
            told_of = _ask(state, store, desk, asked, policy, currency, who, why, of or {})
        if as_json:
            data = {"customer": desk.customer, **as_data(desk, f)}
            data |= {"decision": told_of} if why else {}
            return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
        lines = [f"{name}, as of {f.day(day)}", told(said.says, f)]
        money = Decimal(policy.money_percent.at(day))
        lines += answer_words(said, money, f)
        lines += [told(one.says, f) for one in desk.changes]
        lines += [proposed_words(desk.proposed, f)] if desk.proposed else []
        lines += [f"A decision was asked: /deal?decision={told_of}"] if why else []
        parts = (*_tests(said, f), *_returns(said, f), *_others(desk.others, f))
        return "\n".join([*lines, "", *parts])


def _desk(
    state: State, store: Path, customer: str, asked: Asked, day: date, policy: Policy,
    of: Mapping[str, str],
) -> tuple[Desk, str]:  # fmt: skip
    """Return what the desk says of a customer, or of a prospect, and what they are called."""
    from dashboards.deal.asked import prospect_of
    from data.core.errors import StoreError
    from data.workspace.relations import beside
    from metrics.asking.own import ledger_of
    from metrics.desk import asking_of, desk_of, known_of
    from metrics.prospects import desk_of_prospect

    engine = state.engine
    rows, figure = asking_of(engine)
    prospect = prospect_of(of)
    if prospect is not None:
        desk = desk_of_prospect(rows, figure, prospect, asked, day, policy)
        return desk, prospect.name
    found = engine.query(
        "select * from customers where customer_id = $customer", {"customer": customer}
    ).to_pylist()
    ledger = ledger_of(
        engine, policy, day, {"customer": (customer,)}, 12, basis="due", buckets=None, since=None,
        history=1, lines=beside(store, engine, policy),
    )  # fmt: skip
    approved = _approved(store, rows, ledger, policy) if found else ()
    known = known_of(rows, figure, ledger, found[0], policy, approved) if found else None
    if known is None:
        raise StoreError(N_("No customer has the number {number}."),
                         N_("Look it up on the page of customers."), number=customer)  # fmt: skip
    name = f"{found[0]['customer_name']} ({customer})"
    return desk_of(customer, asked, known, policy), name


def _approved(store: Path, rows: Rows, ledger: Ledger, policy: Policy) -> tuple[Approved, ...]:
    """Return the deals that were approved by the ledger's day and still hold."""
    from data.workspace.memory import Memory
    from metrics.asking.said import BY_NOW
    from metrics.decide.deal.cases import SUBJECTS, cases
    from metrics.decide.deal.kept import read
    from metrics.desk import approvals, followed, invoices_of, may_be_followed

    memory, day = Memory(store), ledger.as_of
    by = ledger.said.by(day) if ledger.said else day
    try:
        asked = cases(memory.lines(subjects=SUBJECTS, by=None if by == BY_NOW else by))
    finally:
        memory.close()
    decided = [(one, read(one.asked.rests_on)) for one in asked if may_be_followed(one, day)]
    if not decided:
        return ()
    numbers = tuple(sorted({case.line.customer for case, _kept in decided}))
    invoices = invoices_of(rows, replace(ledger, where={"customer": numbers}))
    return approvals(decided, followed(decided, invoices), day, policy)


def _ask(
    state: State, store: Path, desk: Desk, asked: Asked, policy: Policy, currency: str, who: str,
    why: str, of: Mapping[str, str],
) -> str:  # fmt: skip
    """Ask for a decision; return the id of its line."""
    from dashboards.deal.asked import keys_of
    from data.workspace.line import today
    from data.workspace.memory import Memory
    from data.workspace.subjects.keeping import Person
    from metrics.decide.deal.cases import asking, is_person
    from metrics.decide.deal.kept import Kept, version

    memory = Memory(store)
    try:
        revision = memory.revision()
        kept = Kept(desk, {**keys_of(asked), **of}, state.number, revision, version(policy))
        person = bool(of) or is_person(memory.lines(desk.customer, (Person.name,)))
        said = asking(kept, currency, policy, today(), person=person)
        return memory.say(who, desk.customer, said, why).id
    finally:
        memory.close()


def _tests(said: Answer, f: Format) -> list[str]:
    from dashboards.base.words import told
    from dashboards.deal.words import number
    from metrics.decide.deal.tested import VERDICTS

    lines = []
    for one in said.tests:
        found, allowed = (number(value, one.unit, f) for value in (one.number, one.limit))
        lines += [f"{one.label}: {VERDICTS[one.verdict]} ({found} of {allowed})",
                  f"    {told(one.says, f)}"]  # fmt: skip
    return [*lines, ""]


def _returns(said: Answer, f: Format) -> list[str]:
    from dashboards.deal.words import parts_of

    if said.returns is None:
        return []
    head = "As asked:" if said.granted in (None, said.deal) else "With what is in advance:"
    return [
        head,
        *(f"{name:24}{f.exact(amount):>20}" for name, amount in parts_of(said.returns)),
        "",
    ]


def _others(others: tuple[Alternative, ...], f: Format) -> list[str]:
    from dashboards.base.words import told

    return [f"{told(one.differs, f)}: {told(one.answer.says, f)}" for one in others] + [""]
