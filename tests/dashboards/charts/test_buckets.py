"""What charts say of buckets; that unapplied money stays aside is in its docstring."""

from __future__ import annotations

from dashboards.charts.buckets import overdue_share


def test_no_overdue_share_of_nothing():
    assert overdue_share({}) is None
    assert overdue_share({"not_due": 0}) is None
