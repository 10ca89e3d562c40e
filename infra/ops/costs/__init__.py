"""Estimate what the synthesised templates cost: at rest, idle, per drop, per month of schedules.

Prices are AWS list prices of us-east-1 in US dollars, as of November 2026; other regions differ by some
percent. Costs that depend on the amount of data (storage, scans) are given as a rate.
"""

from infra.ops.costs.estimate import against, estimate
from infra.ops.costs.sections import (
    Line,
    Section,
    at_rest,
    continuous,
    drops,
    histories,
    idle,
    scheduled,
    sections,
    streams,
    total,
    trainings,
)

__all__ = [
    "Line", "Section", "against", "at_rest", "continuous", "drops", "estimate", "histories", "idle",
    "scheduled", "sections", "streams", "total", "trainings",
]  # fmt: skip
