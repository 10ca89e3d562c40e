"""Running totals of usage events, as the speed view keeps them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any


def total(
    org: str,
    day: date,
    cost: str,
    *,
    events: int = 1,
    metric: str = "requests",
    value: str | None = "10",
) -> dict[str, Any]:
    """Return a total of one metric of an organisation's day."""
    return {
        "day": day, "org_id": org, "service": "compute", "metric": metric, "events": events,
        "cost_usd_increment": Decimal(cost), "value": None if value is None else Decimal(value),
        "carbon_kg": None, "genai_tokens": None,
    }  # fmt: skip
