"""The demo company: a wholesaler of technical supplies in the Benelux and France, invented.

`write_exports` writes what its four branches' packages would export, three years of it up to
31 October 2026; it is loaded like any user's files. `ground_truth` says which payment really
pays which invoice, which the Dutch export does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from data.demo import benelux, french
from data.demo.model import invent

#: The smallest company: a dozen customers, some 200 invoices, every branch.
TINY = 1 / 300

#: Called with what is being done and the share of the work that is done, 0 to 1.
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class TruePair:
    """What really settles what: document numbers as the exports print them."""

    ledger: str
    """`FR`, `NL`, `BE` or `LU`."""
    debit_id: str
    credit_id: str
    amount: Decimal
    """Positive, in the currency of the document."""


def write_exports(folder: Path, scale: float = 1.0, progress: Progress | None = None) -> list[Path]:
    """Write all export files into `folder`, which is created; return their paths.

    `scale` 1 gives 600 customers and some 60,000 invoices, `TINY` a dozen and some 200. The
    same scale gives the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tell = progress or (lambda _what, _share: None)
    tell("business", 0.0)
    company = invent(scale)
    steps: tuple[tuple[str, Callable[[], list[Path]]], ...] = (
        ("France", lambda: french.write_fec(folder, company)),
        ("Nederland", lambda: benelux.write_dutch(folder, company)),
        ("België / Belgique", lambda: benelux.write_belgian(folder, company)),
        ("Lëtzebuerg", lambda: benelux.write_luxembourgish(folder, company)),
        ("customers", lambda: benelux.write_lists(folder, company)),
    )
    paths: list[Path] = []
    for done, (name, write) in enumerate(steps, 1):
        tell(name, done / (len(steps) + 1))
        paths += write()
    tell("done", 1.0)
    return paths


def ground_truth(scale: float = 1.0) -> list[TruePair]:
    """Return what really settles what, for judging how well payments are matched."""
    return [
        TruePair(s.debit.customer.branch, s.debit.number, s.credit.number, Decimal(s.amount) / 100)
        for s in invent(scale).settlements
    ]
