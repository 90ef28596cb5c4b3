"""Slices of the demo company's books: a branch's latest invoices as of a day, moved to our last."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from functools import cache
from random import Random

from benchmarks.shapes.ledger import LAST, Credit, Invoice, Party, Payment, World
from data.demo.model import invent
from data.demo.records import Company, Document

#: Sixty customers, about a thousand invoices.
SCALE = 1 / 10
INVOICES = 40


@cache
def _company() -> Company:
    return invent(SCALE)


def _money(document: Document) -> bool:
    return document.customer.currency == "EUR" and document.due is not None


def demo_slice(random: Random, with_credits: bool) -> World:
    """Return some forty invoices of one branch, with what was paid on them until the last."""
    company = _company()
    branch = random.choice(("NL", "BE", "LU", "FR"))
    found = [d for d in company.of(branch) if d.kind == "invoice" and _money(d) and d.amount > 0]
    end = random.randrange(INVOICES, len(found))
    chosen = found[end - INVOICES : end]
    shift = LAST - chosen[-1].day
    parties: dict[str, Party] = {}
    for d in chosen:
        parties.setdefault(d.account.number, Party(d.account.number, d.account.name))
    paid: dict[int, list[tuple[Document, int]]] = defaultdict(list)
    for s in company.settlements:
        if s.credit.kind == "payment" and s.credit.day + shift <= LAST:
            paid[id(s.debit)].append((s.credit, s.amount))
    invoices, count = [], 0
    for d in chosen:
        party = parties[d.account.number]
        payments = []
        for credit, cents in sorted(paid[id(d)], key=lambda pair: pair[0].day):
            count += 1
            # what pays several invoices stands in as many rows
            day = max(credit.day, d.day) + shift
            payments.append(Payment(f"R{4000 + count}", party, day, cents))
        due = (d.due or d.day) + shift
        invoices.append(Invoice(d.number, party, d.day + shift, due, d.amount, tuple(payments)))
    invoices[-1] = replace(invoices[-1], payments=())
    if not any(0 < i.paid < i.cents for i in invoices):  # a list of payments needs one
        last = invoices[0]
        part = Payment("R3999", last.party, min(last.due, LAST), last.cents // 2)
        invoices[0] = replace(last, payments=(part,))
    credits_ = [
        Credit(d.number, parties[d.account.number], d.day + shift, -d.amount)
        for d in company.of(branch)
        if d.kind == "credit_note" and d.account.number in parties and _money_of(d)
        and LAST - timedelta(days=150) <= d.day + shift <= LAST
    ]  # fmt: skip
    return World(tuple(parties.values()), tuple(invoices),
                 tuple(credits_[-3:]) if with_credits else ())  # fmt: skip


def _money_of(document: Document) -> bool:
    return document.customer.currency == "EUR" and document.amount < 0
