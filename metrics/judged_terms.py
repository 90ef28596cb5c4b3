"""What the law and our own rule say of the terms that invoices have, each pair of days once."""

from __future__ import annotations

import pyarrow as pa

from data.core.policy.rules import Policy
from data.reference.late_payment import caps
from metrics.asking.ledger import Ledger, Rows, Statement
from metrics.decide.terms import Agreement, judge_terms
from metrics.lists.term_leaks import JUDGED_SCHEMA, TERMS_GIVEN


def judged_terms(rows: Rows, ledger: Ledger, policy: Policy) -> pa.Table:
    """Return the verdict on the terms of the invoices of the window, of `JUDGED_SCHEMA`.

    Terms no longer than the shortest of all caps and own rules are within them, and not judged.
    Of the receipt of an invoice the books know nothing.
    """
    own = (days for step in policy.longest_terms.steps for days in step.value.values())
    shortest = min([*(cap.days for cap in caps()), *own])
    asked = ledger.over(TERMS_GIVEN)
    found = []
    for row in rows(Statement(asked.sql, {**asked.parameters, "shortest": shortest})):
        one = judge_terms(Agreement(row["country"], row["issued_on"], row["due_on"]), policy)
        found.append(
            {
                **{name: row[name] for name in ("country", "issued_on", "due_on")},
                "verdict": one.verdict, "latest": one.latest, "lacks": ",".join(one.lacks),
            }
        )  # fmt: skip
    return pa.Table.from_pylist(found, JUDGED_SCHEMA)
