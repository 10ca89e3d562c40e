"""Takings by day; grain: stall, day."""

from __future__ import annotations

from pyspark.sql import DataFrame


def build(takings: DataFrame) -> DataFrame:
    """Return the takings."""
    return takings.select("stall", "day", "taken")
