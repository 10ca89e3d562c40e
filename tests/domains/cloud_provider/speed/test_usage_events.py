"""Running totals of usage events as rows of the mart."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from domains.cloud_provider.speed.usage_events import build

DAY = dt.date(2025, 8, 1)


def total(metric: str, cost: str, value: str | None, events: int) -> dict[str, object]:
    return {
        "day": DAY, "org_id": "org_1", "service": "compute", "metric": metric,
        "cost_usd_increment": Decimal(cost), "value": None if value is None else Decimal(value), "events": events,
    }  # fmt: skip


def test_totals_by_metric_become_one_row_per_organisation_day_and_service() -> None:
    totals = [total("requests", "1.50", "20", 2), total("cpu_hours", "0.25", "3.5", 1)]
    assert build(totals) == [
        {
            "org_id": "org_1", "usage_date": DAY, "service": "compute", "cost_usd": Decimal("1.75"), "events": 3,
            "requests": Decimal(20), "cpu_hours": Decimal("3.5"), "storage_gb_hours": Decimal(0),
        }
    ]  # fmt: skip


def test_metric_without_values_is_zero() -> None:
    [row] = build([total("requests", "1", None, 1)])
    assert row["requests"] == Decimal(0)


def test_other_services_are_rows_of_their_own() -> None:
    other = {**total("requests", "2", "1", 1), "service": "genai"}
    assert [row["service"] for row in build([total("requests", "1", "1", 1), other])] == ["compute", "genai"]
