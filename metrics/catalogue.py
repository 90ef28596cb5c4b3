"""All metrics, by name, and the one way to compute them."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from data.core.errors import EngineError
from data.core.texts import N_
from data.store.engine import Engine
from metrics.asking.ledger import Ledger
from metrics.asking.metric import Metric
from metrics.figures.aging import AGING
from metrics.figures.collection_effectiveness import COLLECTION_EFFECTIVENESS
from metrics.figures.concentration import CONCENTRATION
from metrics.figures.disputes import DISPUTES, DISPUTES_BY
from metrics.figures.dso import DSO
from metrics.figures.exposure import EXPOSURE
from metrics.figures.insurance import INSURANCE
from metrics.figures.payment_curve import PAYMENT_CURVE
from metrics.figures.payment_speed import PAYMENT_SPEED
from metrics.figures.promises import PROMISES
from metrics.figures.receivables import RECEIVABLES
from metrics.figures.said_limits import LIMITS_ENDING, OVERRIDES
from metrics.figures.sales import SALES
from metrics.figures.terms import TERMS
from metrics.figures.waiting.order_to_cash import ORDER_TO_CASH
from metrics.figures.waiting.returned import RETURNED
from metrics.figures.waiting.terms_leak import TERMS_LEAK
from metrics.review.dso_bridge import DSO_BRIDGE
from metrics.review.loss.allowance import ALLOWANCE_MOVEMENT
from metrics.review.loss.expected_loss import EXPECTED_LOSS
from metrics.review.loss.roll_rates import ROLL_RATES
from metrics.review.movements import MOVEMENTS

METRICS: dict[str, Metric] = {
    m.name: m
    for m in (
        RECEIVABLES,
        AGING,
        DSO,
        COLLECTION_EFFECTIVENESS,
        PAYMENT_SPEED,
        PAYMENT_CURVE,
        SALES,
        EXPOSURE,
        TERMS,
        TERMS_LEAK,
        RETURNED,
        ORDER_TO_CASH,
        DSO_BRIDGE,
        MOVEMENTS,
        PROMISES,
        DISPUTES,
        DISPUTES_BY,
        LIMITS_ENDING,
        OVERRIDES,
        INSURANCE,
        CONCENTRATION,
        EXPECTED_LOSS,
        ROLL_RATES,
        ALLOWANCE_MOVEMENT,
    )
}


def metric(name: str) -> Metric:
    """Return the metric of that name; ValueError lists the names there are."""
    if name not in METRICS:
        raise ValueError(f"{name!r} is no metric; known are: {', '.join(METRICS)}")
    return METRICS[name]


def answer(engine: Engine, name: str, ledger: Ledger, by: tuple[str, ...] = ("total",)) -> pa.Table:
    """Compute metric `name` for the groups `by`, as `ledger` asks.

    Columns: as_of, the dimensions of `by`, the metric's fields; one row for each day and group
    (for each day, group and step where the metric has several). No rows: there are no data
    under these filters. '' in a dimension means that the data do not say.
    Raises ValueError for a name that does not exist, and for an earlier day where the metric
    compares with none; EngineError for one that the engine has no time for.
    """
    asked = metric(name)
    if asked.nested and not engine.nested:
        raise EngineError(
            N_("What moved between two days is not computed on a cluster: it would take minutes."),
            N_("Ask the store on one machine that was published there."),
        )
    if not engine.cubes:
        ledger = replace(ledger, cubes=False)
    statement = ledger.statement(asked, by)
    return engine.query(statement.sql, statement.parameters).drop_columns(list(asked.hidden))
