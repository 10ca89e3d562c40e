"""Daily costs with their anomaly scores by three tests."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.cloud_provider.gold.cost_anomaly_mart import build
from domains.cloud_provider.marts import COST_ANOMALY_MART
from tests.domains.cloud_provider.anomaly.costs import daily
from tests.frames import assert_published


def test_spike_is_an_anomaly_by_all_three_tests(spark: SparkSession) -> None:
    mart = build(daily(spark, {("org_1", "compute"): [9, 11] * 7 + [100]}))
    assert_published(
        mart.where("usage_date >= DATE '2025-07-14'"),
        COST_ANOMALY_MART,
        """
        org_id | usage_date | service | cost_usd   | observations | zscore    | mad_score | p99_usd   | is_zscore | is_mad | is_p99 | anomaly_score | is_anomaly | model_version | expected_usd | lower_usd | upper_usd | impact_usd | verdict
        org_1  | 2025-07-14 | compute | 11.000000  | 15           | -0.214967 | 0.000000  | 87.540000 | false     | false  | false  | 0             | false      | cold-start    | 11.000000    | 0.621942  | 21.378058 | 0.000000   | null
        org_1  | 2025-07-15 | compute | 100.000000 | 15           | 3.611442  | 30.015250 | 87.540000 | true      | true   | true   | 3             | true       | cold-start    | 11.000000    | 0.621942  | 21.378058 | 78.621942  | null
        """,
    )
