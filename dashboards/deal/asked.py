"""The address of the deal desk <-> the deal that is asked about, and what the desk says of it.

`?customer=101378&amount=20000&vat=21&terms=60&margin=3000&advance=0&discount=2`; VAT says that the
amount is without it. `?decision=1f3a...` names a deal that was asked, with the figures of then; a
deal with `again=1f3a...` would take its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dashboards.base.view import Explain, View
from dashboards.frame.deals import alone, approvals_of, cases_of, kept_of, rows_of
from data.core.errors import TandemError
from data.core.texts import N_
from data.workspace.subjects.subject import SaidError
from metrics.asking.ledger import Ledger
from metrics.decide.deal.cases import Case
from metrics.decide.deal.coming import Coming
from metrics.decide.deal.deal import Asked, DealError, Known, amount_of
from metrics.decide.deal.kept import Desk, Kept
from metrics.decide.deal.prospect import Prospect, name_of
from metrics.desk import coming_of, known_of
from metrics.desk import desk_of as said_of
from metrics.prospects import desk_of_prospect

FIELDS = ("amount", "vat", "terms", "margin", "advance", "discount", "instalments", "orders",
          "security", "further")  # fmt: skip
"""What the address says of a deal besides the customer."""
PROSPECT = ("prospect", "of_sector", "of_country", "of_segment", "worth", "turnover", "yearly",
            "need")  # fmt: skip
"""What it says of whoever is no customer yet, its name first."""


DECISION, AGAIN = "decision", "again"
"""Keys of the address that name the line of an asking: to look at, and to take the place of."""


def asked_of(keys: Mapping[str, str]) -> Asked | None:
    """Return the deal of an address; None where no amount is said. Raises DealError for none.

    >>> asked_of({"amount": "20000", "vat": "21"}).without_vat
    Decimal('21')
    """
    said = {name: amount_of(keys[name]) for name in FIELDS if keys.get(name, "").strip()}
    if "amount" not in said:
        return None
    whole = {name: said.pop(name) for name in ("terms", "instalments", "further") if name in said}
    for value in whole.values():
        if value != value.to_integral_value() or not 0 <= value <= 10**6:
            raise DealError(N_("{value} is no whole number of this kind."), value=value)
    vat = said.pop("vat", None)
    return Asked(**said, without_vat=vat, **{name: int(value) for name, value in whole.items()})  # type: ignore[arg-type]  # amounts and whole numbers, each by its name


def keys_of(asked: Asked) -> dict[str, str]:
    """Return what an address says of a deal, so that `asked_of` reads it; its cost as a margin.

    >>> from decimal import Decimal
    >>> keys_of(Asked(Decimal(20000), Decimal(21), cost=Decimal(17000)))
    {'amount': '20000', 'vat': '21', 'margin': '3000'}
    """
    cost = asked.cost
    said: dict[str, object] = {
        "vat": asked.without_vat, "margin": asked.margin if cost is None else asked.amount - cost,
    }  # fmt: skip
    usual = Asked(asked.amount)
    for name in FIELDS:
        if name not in said and name != "amount":
            value = getattr(asked, name)
            said[name] = None if value == getattr(usual, name) else value
    found = {"amount": asked.amount, **{name: said[name] for name in FIELDS if name != "amount"}}
    return {name: str(value) for name, value in found.items() if value is not None}


def prospect_of(keys: Mapping[str, str]) -> Prospect | None:
    """Return the prospect of an address; None where it names none. Raises DealError as Prospect.

    >>> prospect_of({"prospect": "Nova", "of_country": "BE", "worth": "80000"}).worth
    Decimal('80000')
    """
    if not keys.get("prospect", "").strip():
        return None
    words = {name.removeprefix("of_"): keys.get(name, "") for name in PROSPECT[1:4]}
    amounts = {name: amount_of(keys[name]) for name in PROSPECT[4:] if keys.get(name, "").strip()}
    return Prospect(keys["prospect"][:80], **words, **amounts)  # type: ignore[arg-type]  # each by its name


def customer_of(view: View) -> str:
    """Return the number of the customer in question, or what stands for a prospect; '' for none."""
    if view.selection.page.get(DECISION):
        return case_of(view, DECISION)[0].line.customer
    prospect = prospect_of(view.selection.page)
    return prospect.number if prospect else view.selection.page.get("customer", "")


def called(view: View, number: str) -> str:
    """Return what a customer, or a prospect, is called."""
    return name_of(number) or view.label("customer", number)


def asked_keys(view: View) -> Mapping[str, str]:
    """Return what the address says of a deal, or was asked where it names a decision."""
    if view.selection.page.get(DECISION):
        return case_of(view, DECISION)[1].asked
    return view.selection.page


def case_of(view: View, key: str) -> tuple[Case, Kept]:
    """Return the asking that the address names. Raises `SaidError` where there is none."""
    named = view.selection.page.get(key, "")
    for case in cases_of(view):
        if case.line.id == named:
            return case, kept_of(case)
    raise SaidError(
        N_("No decision has this address: it is not, or no longer, in the memory."),
        N_("Who sees a part of the customers sees what was asked on the figures of that part."),
    )


def desk_of(view: View) -> Desk | None:
    """Return what the desk says, or said then; None where no customer or amount is said.

    Raises TandemError for a customer or a decision that is not there, or a deal that cannot be.
    """
    if view.selection.page.get(DECISION):
        return case_of(view, DECISION)[1].desk
    asked = asked_of(view.selection.page)
    if asked is None or not customer_of(view):
        return None
    who = prospect_of(view.selection.page) or customer_of(view)
    desk: Desk = view.derived(("deal", who, asked), lambda: _made(view, asked))
    return desk


def known_again(view: View, keys: Mapping[str, str]) -> Known | None:
    """Return what is known today of a prospect; keys: what was asked of it; None of a customer."""
    asked, prospect = asked_of(keys), prospect_of(keys)
    if prospect is None or asked is None:
        return None
    desk: Desk = view.derived(
        ("deal", prospect, asked), lambda: _of_prospect(view, prospect, asked)
    )
    return desk.answer.known


def known_now(view: View, number: str, but: str = "", *, later: bool = True) -> Known | None:
    """Return what is known of a customer on the day looked at, whatever the filters.

    None where it is not there. but: the id of the asking that it is known for, which does not count
    as a debt to come; later: whether what was approved after it does.
    """
    found: Known | None = view.derived(
        ("known", number), lambda: _known(view, number, alone(view, number))
    )
    return _but(view, found, number, but, later=later) if found else None


def _but(view: View, known: Known, number: str, but: str, *, later: bool) -> Known:
    """Return what is known where one of the deals that were approved is looked at itself."""
    if all(one.id != but for one in approvals_of(view)):
        return known
    coming = coming_now(view, number, known.holder)
    return replace(
        known,
        coming=coming.of(but=but, later=later),
        own_coming=coming.of(customer=number, but=but, later=later),
    )


def coming_now(view: View, number: str, holder: str) -> Coming:
    """Return what is coming of a customer and of all under the same limit, which is `holder`'s."""
    found: Coming = view.derived(
        ("coming", number),
        lambda: coming_of(rows_of(view), alone(view, number), number, holder, approvals_of(view)),
    )
    return found


def _known(view: View, number: str, ledger: Ledger) -> Known | None:
    who = view.query("select * from customers where customer_id = $customer", {"customer": number})
    if not who:
        return None
    return known_of(
        rows_of(view), view.rows_of, ledger, who[0], view.options.policy, approvals_of(view)
    )


def _of_prospect(view: View, prospect: Prospect, asked: Asked) -> Desk:
    day, policy = view.selection.as_of, view.options.policy
    return desk_of_prospect(rows_of(view), view.rows_of, prospect, asked, day, policy)


def _made(view: View, asked: Asked) -> Desk:
    number, policy = customer_of(view), view.options.policy
    prospect = prospect_of(view.selection.page)
    if prospect is not None:
        return _of_prospect(view, prospect, asked)
    known = _known(view, number, view.explained(Explain("exposure", where={"customer": (number,)})))
    if known is None:
        raise TandemError(
            N_("No customer has the number {number}."), N_("Choose one above."), number=number[:40]
        )
    known = _but(view, known, number, view.selection.page.get(AGAIN, ""), later=True)
    return said_of(number, asked, known, policy)
