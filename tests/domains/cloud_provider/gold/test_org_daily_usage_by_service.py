"""Daily usage and cost of each service by organisation."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.cloud_provider.gold.org_daily_usage_by_service import build
from domains.cloud_provider.marts import ORG_DAILY_USAGE_BY_SERVICE
from domains.cloud_provider.tables import USAGE_EVENTS
from tests.frames import assert_published, frame

COLUMNS = (*USAGE_EVENTS.columns, *USAGE_EVENTS.enrichment)


def test_values_are_summed_by_metric(spark: SparkSession) -> None:
    events = frame(
        spark,
        COLUMNS,
        """
        event_id | org_id | usage_date | service | metric           | value    | cost_usd_increment | carbon_kg | genai_tokens
        e1       | org_1  | 2025-07-14 | compute | requests         | 100      | 1.000001           | null      | null
        e2       | org_1  | 2025-07-14 | compute | requests         | 0.5      | 2                  | 0.1       | null
        e3       | org_1  | 2025-07-14 | compute | cpu_hours        | 3.25     | 0                  | 0         | null
        e4       | org_1  | 2025-07-14 | genai   | storage_gb_hours | 7        | 5                  | null      | 0
        e5       | org_1  | 2025-07-15 | compute | requests         | 1        | 4                  | null      | null
        e6       | org_2  | 2025-07-14 | compute | requests         | null     | 8                  | null      | null
        """,
    )
    assert_published(
        build(events),
        ORG_DAILY_USAGE_BY_SERVICE,
        """
        org_id | usage_date | service | cost_usd | events | requests   | cpu_hours | storage_gb_hours | genai_tokens | carbon_kg
        org_1  | 2025-07-14 | compute | 3.000001 | 3      | 100.500000 | 3.250000  | 0.000000         | null         | 0.100000
        org_1  | 2025-07-14 | genai   | 5.000000 | 1      | 0.000000   | 0.000000  | 7.000000         | 0.000000     | null
        org_1  | 2025-07-15 | compute | 4.000000 | 1      | 1.000000   | 0.000000  | 0.000000         | null         | null
        org_2  | 2025-07-14 | compute | 8.000000 | 1      | 0.000000   | 0.000000  | 0.000000         | null         | null
        """,
    )


def test_absurd_amounts_are_summed(spark: SparkSession) -> None:
    events = frame(
        spark,
        COLUMNS,
        """
        event_id | org_id | usage_date | service | metric   | value               | cost_usd_increment
        e1       | org_1  | 2025-07-14 | compute | requests | 999999999999.999999 | 999999999999.999999
        e2       | org_1  | 2025-07-14 | compute | requests | 999999999999.999999 | 999999999999.999999
        """,
    )
    assert_published(
        build(events),
        ORG_DAILY_USAGE_BY_SERVICE,
        """
        cost_usd             | requests
        1999999999999.999998 | 1999999999999.999998
        """,
    )
