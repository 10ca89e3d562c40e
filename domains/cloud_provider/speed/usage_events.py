"""Running totals of usage events as rows of `org_daily_usage_by_service`, with the served columns only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from domains.cloud_provider.tables import UNITS

MART = "org_daily_usage_by_service"

NOTHING = Decimal(0)


def build(totals: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of the mart with cost, events and quantities by metric; grain: org_id, usage_date, service.

    `totals` have the grain day, org_id, service, metric.
    """
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for total in totals:
        key = (total["org_id"], total["day"], total["service"])
        row = rows.setdefault(key, _empty(*key))
        row["cost_usd"] += total["cost_usd_increment"]
        row["events"] += total["events"]
        row[total["metric"]] += total["value"] or NOTHING
    return list(rows.values())


def _empty(org: str, day: Any, service: str) -> dict[str, Any]:
    zeros = dict.fromkeys(UNITS, NOTHING)
    return {"org_id": org, "usage_date": day, "service": service, "cost_usd": NOTHING, "events": 0, **zeros}
