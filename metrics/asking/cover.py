"""What the credit insurer's contract says, as statements read it: by the policy, dated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from data.core.policy.dated import Dated
from data.core.policy.kinds import Amount
from data.core.policy.rules import DEFAULTS, Policy


@dataclass(frozen=True)
class Cover:
    """The days and the share that a credit insurer counts; see `metrics.decide.insurer`.

    extension, handover: as of the due day of an open item. percent: of an insured limit where no
    limit says another, as of the day that is asked about.
    """

    extension: Dated[int]
    handover: Dated[int]
    percent: Dated[Amount]

    @classmethod
    def of(cls, policy: Policy) -> Cover:
        """Return what a policy says."""
        return cls(policy.extension_days, policy.handover_days, policy.insured_percent)

    @property
    def slots(self) -> Mapping[str, str]:
        """The SQL in the places of a query: days of an item of `owing`, percent of an account.

        extension: from the due day on, deliveries are insured for so many days. handover: so many
        days after that the claim must be handed over.
        """
        return {
            "extension": self.extension.sql("owing.due_on"),
            "handover": self.handover.sql("owing.due_on"),
            "insured_percent": self.percent.sql("accounts.as_of"),
        }


USUAL = Cover.of(DEFAULTS)
