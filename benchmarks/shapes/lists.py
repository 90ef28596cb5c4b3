"""The kinds of lists that people export: how each shows a ledger, and what can be known from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from benchmarks.shapes.demo import demo_slice
from benchmarks.shapes.ledger import (
    LAST,
    Credit,
    Figures,
    Invoice,
    Party,
    Payment,
    Wanted,
    World,
    bucket,
    invent,
    tally,
)
from benchmarks.shapes.shape import Made, Money, Row, Shape, Table, titled
from benchmarks.shapes.words import STATES, UNKNOWN_STATES, word

#: Lists of invoices with a second file, of payments.
WITH_PAYMENTS = ("payments", "payments_bare", "payments_account")
LEDGERS = ("ledger", "ledger_no_kind", "ledger_flag", "ledger_signed")
#: Lists that show nothing of what was paid.
ALL_OPEN = ("plain", "lines", "lines_total")
STATUS = ("status", "open_status")
NO_DOCUMENT = ("void", "draft")


def world_of(shape: Shape) -> World:
    """Return the ledger that a shape shows."""
    kind = shape["list"]
    states: tuple[str, ...] = ()
    if kind in STATUS and shape["state"]:
        state = shape["state"]
        states = ("part_paid",) if state.startswith("part") else (state,)
    refunds = ""
    if shape["refunds"] and (kind in WITH_PAYMENTS or kind in LEDGERS):
        refunds = "account" if kind in ("payments_account", "ledger_no_kind") else "named"
    world = (
        demo_slice(shape.random("ledger"), shape["credits"] != "")
        if shape["ledger"] == "demo"
        else invent(shape.random("ledger"), _wanted(shape, refunds, states))
    )
    if kind in (*STATUS, "paid_flag", "paid_on"):  # they show no parts
        parts = shape["state"].startswith("part")
        world = replace(world, invoices=tuple(
            i if i.paid in (0, i.cents) or (parts and i == _part(world)) else
            replace(i, payments=()) for i in world.invoices))  # fmt: skip
    return world


def _wanted(shape: Shape, refunds: str, states: tuple[str, ...]) -> Wanted:
    return Wanted(
        zeros=shape["texts"] != "",
        numbering=shape["numbering"] or "letters",
        companies=shape["company"] == "several",
        credits=shape["credits"] != "",
        refunds=refunds,
        states=states,
        whole=shape["number"].startswith("whole"),
    )


def _part(world: World) -> Invoice:
    return next(i for i in world.invoices if 0 < i.paid < i.cents)


def figures(
    shape: Shape,
    world: World,
    payments: str = "sum",
    aging: bool = True,
    paid: bool = False,
) -> Figures:
    """Return what follows from a ledger; `payments`: each, sum or none (all is open)."""
    if payments == "none":
        world = replace(world, invoices=tuple(replace(i, payments=()) for i in world.invoices))
    live = [i for i in world.invoices if i.state not in NO_DOCUMENT]
    owed = [
        *((shape.key(i.party), i.open) for i in live),
        *((shape.key(c.party), -c.cents) for c in world.credits),
        *((shape.key(r.party), -r.cents) for r in world.refunds),
    ]
    ages = [*((bucket(i.due, LAST), i.open) for i in live),
            *(("unapplied", -c.cents) for c in world.credits)]  # fmt: skip
    credit = sum(c.cents for c in world.credits)
    billed = sum(i.cents for i in live)
    each = world.payments
    return Figures(
        receivables=tally(owed),
        invoices=(len(live), billed),
        credit_notes=(len(world.credits), -credit),
        payments=(len(each) if payments == "each" else None, -sum(p.cents for p, _ in each)),
        aging=tally(ages) if aging and not world.refunds else None,
        paid={i.number: i.paid_on for i in live if i.paid_on} if paid else None,
        sales=billed - credit,
        written_off=-sum(i.cents - i.paid for i in live if i.state == "written_off"),
    )


def customer(shape: Shape, party: Party) -> Row:
    """Return the cells that say whose it is."""
    row: Row = {}
    if shape["company"]:
        row["company"] = party.company or "North Ltd"
    if shape["by"] == "joined":
        row["customer"] = shape.key(party)
        return row
    if shape["by"] != "name":
        row["customer_no"] = party.number
    if shape["by"] != "number":
        row["customer"] = party.name
    return row


def _invoice(shape: Shape, i: Invoice) -> Row:
    """Return the cells that every list of invoices has."""
    row: Row = {"number": i.number, **customer(shape, i.party), "date": i.day, "due": i.due,
                "amount": Money(i.cents)}  # fmt: skip
    way = shape["credits"]
    if way in ("kind", "kind_sign"):
        row["kind"] = shape.kind("invoice")
    elif way == "flag":
        row["credit_flag"] = shape.yes(False)
    elif way == "text":
        row["text"] = "Consultancy and goods"
    return row


def _credit(shape: Shape, c: Credit) -> Row:
    """Return the cells of a credit note in a list of invoices."""
    way = shape["credits"]
    sign = -1 if way in ("sign", "kind_sign") else 1
    row: Row = {"number": c.number, **customer(shape, c.party), "date": c.day, "due": c.day,
                "amount": Money(sign * c.cents)}  # fmt: skip
    if way in ("kind", "kind_sign"):
        row["kind"] = shape.kind("credit")
    elif way == "flag":
        row["credit_flag"] = shape.yes(True)
    elif way == "text":
        row["text"] = shape.kind("credit")
    return row


def _invoices(shape: Shape, world: World, more: Callable[[Invoice | Credit, int], Row]) -> Table:
    """Return a list of invoices and credit notes; `more` says what a row has besides.

    It is told the sign with which the row shows its amount.
    """
    pairs: list[tuple[Invoice | Credit, Row]] = [
        *((i, _invoice(shape, i)) for i in world.invoices),
        *((c, _credit(shape, c)) for c in world.credits),
    ]
    rows = []
    for document, row in pairs:
        amount = row["amount"]
        sign = -1 if isinstance(amount, Money) and amount.cents < 0 else 1
        rows.append(row | more(document, sign))
    return _table(shape, "invoices", rows)


def _table(shape: Shape, name: str, rows: Iterable[Row]) -> Table:
    found = list(rows)
    return Table(name, titled(shape, list(found[0])), found)


def _plain(shape: Shape, world: World) -> Made:
    table = _invoices(shape, world, lambda _d, _s: {})
    return Made([table], (figures(shape, world, "none"),))


def _open(shape: Shape, world: World) -> Made:
    def more(d: Invoice | Credit, sign: int) -> Row:
        return {"open": Money(sign * (d.open if isinstance(d, Invoice) else d.cents))}

    return Made([_invoices(shape, world, more)], (figures(shape, world),))


def _status(shape: Shape, world: World) -> Made:
    states = STATES[shape["states"] or shape.language]
    other = shape.random("states") if shape["state_words"] == "other" else None
    said = {state: word(words, other) for state, words in states.items()}
    unknown = shape.random("unknown").choice(UNKNOWN_STATES.split("; "))

    def more(d: Invoice | Credit, sign: int) -> Row:
        name = "open"
        if isinstance(d, Invoice):
            name = d.state or ("open" if not d.paid else "paid" if d.paid == d.cents else "part")
        row: Row = {"status": said.get(name, unknown)}
        if shape["state"] == "part_open" or shape["list"] == "open_status":
            row["open"] = Money(sign * (d.open if isinstance(d, Invoice) else d.cents))
        elif shape["state"] == "part_amount":
            row["paid"] = Money(d.paid if isinstance(d, Invoice) else 0)
        return row

    table = _invoices(shape, world, more)
    known = "open" in table.keys or shape["state"] != "part"
    known = known and shape["state"] != "unknown"
    return Made([table], (figures(shape, world),) if known else ())


def _paid_on(shape: Shape, world: World) -> Made:
    def more(d: Invoice | Credit, _: int) -> Row:
        return {"paid_on": d.paid_on if isinstance(d, Invoice) else None}

    return Made([_invoices(shape, world, more)], (figures(shape, world, paid=True),))


def _paid_amount(shape: Shape, world: World) -> Made:
    def more(d: Invoice | Credit, _: int) -> Row:
        return {"paid": Money(d.paid if isinstance(d, Invoice) else 0)}

    return Made([_invoices(shape, world, more)], (figures(shape, world),))


def _paid_both(shape: Shape, world: World) -> Made:
    def more(d: Invoice | Credit, _: int) -> Row:
        if not isinstance(d, Invoice) or not d.payments:
            return {"paid_on": None, "paid": Money(0)}
        return {"paid_on": max(p.day for p in d.payments), "paid": Money(d.paid)}

    return Made([_invoices(shape, world, more)], (figures(shape, world, paid=True),))


def _paid_flag(shape: Shape, world: World) -> Made:
    def more(d: Invoice | Credit, _: int) -> Row:
        return {"paid_flag": shape.yes(isinstance(d, Invoice) and d.paid == d.cents)}

    return Made([_invoices(shape, world, more)], (figures(shape, world),))


def _payment(shape: Shape, payment: Payment, invoice: Invoice | None) -> Row:
    """Return a row of a list of payments."""
    kind = shape["list"]
    row: Row = {} if shape["pay_numbers"] == "none" else {"pay_number": payment.number}
    if kind != "payments_bare":
        row |= customer(shape, payment.party)
    elif shape["company"]:
        row["company"] = payment.party.company or "North Ltd"
    row["pay_date"] = payment.day
    if shape["refunds"] in ("word", "both"):
        row["pay_kind"] = shape.kind("payment" if payment.cents > 0 else "refund")
    cents = abs(payment.cents) if shape["refunds"] == "word" else payment.cents
    row["pay_amount"] = Money(-cents if shape["payment_sign"] == "negative" else cents)
    if kind in ("payments", "payments_bare"):
        row["pay_invoice"] = invoice.number if invoice else ""
    return row


def _payments(shape: Shape, world: World) -> Made:
    invoices = _invoices(shape, world, lambda _d, _s: {})
    rows = [_payment(shape, p, i) for p, i in world.payments]
    named = shape["list"] != "payments_account"
    free = bool(world.credits)  # where credit notes lie about, payments may be read beside them
    right = figures(shape, world, "each", aging=named and not free, paid=named)
    return Made([invoices, _table(shape, "payments", rows)], (right,))


def _receipts(shape: Shape, world: World) -> Made:
    rows = [_payment(shape, p, i) for p, i in world.payments]
    table = _table(shape, "receipts", rows)
    owed = tally((shape.key(p.party), -p.cents) for p, _ in world.payments)
    total = -sum(p.cents for p, _ in world.payments)
    return Made([table], (Figures(owed, (0, 0), (0, 0), (len(rows), total),
                                  last=max(p.day for p, _ in world.payments)),))  # fmt: skip


def _entry(shape: Shape, kind: str, number: str, party: Party, cents: int) -> Row:
    """Return the cells of a posting that every ledger has, but for its days."""
    row: Row = {"number": number, **customer(shape, party)}
    if shape["list"] != "ledger_no_kind":
        row["kind"] = shape.kind(kind)
    if shape["list"] == "ledger_signed":
        return row | {"amount": Money(cents)}
    if shape["list"] == "ledger_flag":
        sides = {"de": "SH", "nl": "DC", "fr": "DC"}.get(shape.language, "DC")
        return row | {"amount": Money(abs(cents)), "dc": sides[0 if cents > 0 else 1]}
    return row | {
        "debit": Money(cents) if cents > 0 else None,
        "credit": Money(-cents) if cents < 0 else None,
    }


def _ledger(shape: Shape, world: World) -> Made:
    bare = shape["list"] == "ledger_no_kind"
    rows: list[Row] = []

    def add(
        kind: str, d: Invoice | Credit | Payment, cents: int, of: Invoice | Credit | None
    ) -> None:
        row = _entry(shape, kind, d.number, d.party, cents)
        more: Row = {"date": d.day, "due": d.due if isinstance(d, Invoice) else None}
        if bare:
            more["text"] = f"{shape.kind(kind)} {of.number if of else ''}".strip()
        else:
            more["reference"] = of.number if of and of is not d else None
        rows.append(row | more)

    for i in world.invoices:
        add("invoice", i, i.cents, i)
    for c in world.credits:
        add("credit", c, -c.cents, c)
    for p, paid in world.payments:
        add("payment" if p.cents > 0 else "refund", p, -p.cents, paid)
    rows.sort(key=lambda r: str(r["date"]))
    named = not bare and not world.credits
    right = figures(shape, world, "each", aging=named, paid=not bare)
    return Made([_table(shape, "ledger", rows)], (right,))


def _repeated(shape: Shape, world: World) -> Made:
    nothing: Row = {"pay_date": None, "pay_amount": None}
    rows: list[Row] = []
    for i in world.invoices:
        paid: list[Row] = [{"pay_date": p.day, "pay_amount": Money(p.cents)} for p in i.payments]
        rows += [_invoice(shape, i) | row for row in paid or [nothing]]
    rows += [_credit(shape, c) | nothing for c in world.credits]
    right = figures(shape, world, "each", paid=True)
    return Made([_table(shape, "invoices", rows)], (right,))


def _instalments(shape: Shape, world: World) -> Made:
    rows: list[Row] = []
    ages: list[tuple[str, int]] = [("unapplied", -c.cents) for c in world.credits]
    for n, i in enumerate(world.invoices):
        halves = [(i.due, i.cents)]
        if n % 2 == 0:
            half = i.cents // 2
            later = i.due.replace(year=i.due.year + 1) if n == 0 else i.due + (i.due - i.day)
            halves = [(i.due, half), (later, i.cents - half)]
        left = i.paid
        for k, (due, cents) in enumerate(halves, 1):
            paid = min(left, cents)
            left -= paid
            ages.append((bucket(due, LAST), cents - paid))
            row = _invoice(shape, i) | {"due": due, "amount": Money(cents)}
            if shape["instalment"] == "numbered":
                row["instalment"] = k
            rows.append(row | {"open": Money(cents - paid)})
    for c in world.credits:
        row = _credit(shape, c)
        if shape["instalment"] == "numbered":
            row["instalment"] = 1
        rows.append(row | {"open": row["amount"]})
    right = replace(figures(shape, world), aging=tally(ages))
    return Made([_table(shape, "invoices", rows)], (right,))


def _lines(shape: Shape, world: World) -> Made:
    """Return an article on each row: its own amount, or the invoice's total repeated."""
    total = shape["list"] == "lines_total"
    rows: list[Row] = []
    random = shape.random("articles")

    def add(row: Row, cents: int) -> None:
        shown = row["amount"]
        sign = -1 if isinstance(shown, Money) and shown.cents < 0 else 1
        count = random.choice((1, 2, 3))
        # never alike: lines that are all alike look like a total that is repeated
        parts = [cents * (3 + k) // 13 for k in range(count - 1)]
        for k, part in enumerate([*parts, cents - sum(parts)]):
            line: Row = {"article": random.choice(("Valve", "Pipe 3m", "Seal", "Pump")),
                         "quantity": random.choice((1, 2, 5, 10 + k))}  # fmt: skip
            if total:
                line["line_amount"] = Money(sign * part)
                rows.append(row | line)
            else:
                rows.append(row | {"amount": Money(sign * part)} | line)

    for i in world.invoices:
        add(_invoice(shape, i), i.cents)
    for c in world.credits:
        add(_credit(shape, c), c.cents)
    return Made([_table(shape, "invoices", rows)], (figures(shape, world, "none"),))


#: Name -> what writes such a list. The plain one is the first.
LISTS: dict[str, Callable[[Shape, World], Made]] = {
    "open": _open,
    "plain": _plain,
    "status": _status,
    "open_status": _status,
    "paid_on": _paid_on,
    "paid_amount": _paid_amount,
    "paid_both": _paid_both,
    "paid_flag": _paid_flag,
    "payments": _payments,
    "payments_bare": _payments,
    "payments_account": _payments,
    "receipts": _receipts,
    "ledger": _ledger,
    "ledger_no_kind": _ledger,
    "ledger_flag": _ledger,
    "ledger_signed": _ledger,
    "repeated": _repeated,
    "instalments": _instalments,
    "lines": _lines,
    "lines_total": _lines,
}


def listed(shape: Shape) -> Made:
    """Return the tables of a shape, before anything is added, with what is right."""
    made = LISTS[shape["list"] or "open"](shape, world_of(shape))
    made.by = "name" if shape.by_name else "number"
    return made
