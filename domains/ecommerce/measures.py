"""Measures that more than one published table computes."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F


def gross_profit() -> Column:
    """Return line total − cost × quantity of an order line joined to its product; null without a cost."""
    return F.col("line_total_usd") - F.col("cost_usd") * F.col("quantity")
