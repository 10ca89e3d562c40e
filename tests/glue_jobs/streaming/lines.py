"""Events as lines of JSON, and running totals of them."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

ABSENT = object()


def event(number: int, **changed: Any) -> str:
    """Return the line of a good event with `changed` values; ABSENT removes a key."""
    values = {
        "event_id": f"e{number}", "timestamp": f"2025-07-01T00:{number % 60:02}:00Z", "org_id": "o1",
        "resource_id": "r1", "service": "compute", "region": "us-east", "metric": "requests",
        "value": 1.5, "unit": "count", "cost_usd_increment": 2.25, "schema_version": 1,
    }  # fmt: skip
    return json.dumps({name: value for name, value in {**values, **changed}.items() if value is not ABSENT})


def lines(*records: str) -> str:
    """Return the content of a file with these records."""
    return "".join(f"{record}\n" for record in records)


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
