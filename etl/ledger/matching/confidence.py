"""How sure a match is: the share of such matches that proved right where the truth is known.

`python -m benchmarks.matching` measures them, and docs/matching.md holds the table. A figure here
is what was measured in the messier sample, rounded down, less where few cases were seen; 1.00 is
kept for what the source says.
"""

from __future__ import annotations

from decimal import Decimal

STRUCTURED = Decimal("0.99")
"""One document carries this structured reference."""
NAMED = Decimal("0.99")
"""The documents named add up to exactly what was paid."""
NAMED_OTHERWISE = Decimal("0.98")
"""They do not: a part, a discount, a mistake."""
PART = Decimal("0.98")
"""A part of the number, and the amount."""
AMOUNT = Decimal("0.98")
"""No other open document has this amount."""
AMOUNT_SEVERAL = Decimal("0.75")
"""Several have it; the oldest is taken."""
AMOUNT_PREPAID = Decimal("0.65")
"""The document came after the payment."""
SUM = Decimal("0.96")
"""The only two to four documents that add up to it."""
RUN = Decimal("0.85")
"""Five or more documents due one after the other."""
DISCOUNT = Decimal("0.95")
"""Less a usual discount, within its days."""
FEE = Decimal("0.90")
"""Less what a bank may charge."""
OLDEST = Decimal("0.25")
"""The oldest first: a habit of bookkeeping, no knowledge."""
RETURNED = Decimal("0.98")
"""A return and the payment that it takes back. Not measured: the sample has too few."""
