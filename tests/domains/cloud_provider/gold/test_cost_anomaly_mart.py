"""Daily costs with their anomaly scores by three tests."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession

from domains.cloud_provider.gold.cost_anomaly_mart import build
from domains.cloud_provider.marts import COST_ANOMALY_MART
from tests.domains.cloud_provider.anomaly.costs import FEEDBACK, cold_start, daily
from tests.frames import assert_published, frame, texts


def test_spike_is_an_anomaly_by_all_three_tests(spark: SparkSession) -> None:
    costs = daily(spark, {("org_1", "compute"): [9, 11] * 7 + [100]})
    mart = cold_start(
        costs,
        """
        org_id | usage_date | service | verdict
        org_1  | 2025-07-15 | compute | confirmed
        org_1  | 2025-07-16 | compute | planned
        org_2  | 2025-07-15 | compute | planned
        """,
    )
    assert_published(
        mart.where("usage_date >= DATE '2025-07-14'"),
        COST_ANOMALY_MART,
        """
        org_id | usage_date | service | cost_usd   | observations | zscore    | mad_score | p99_usd   | is_zscore | is_mad | is_p99 | anomaly_score | is_anomaly | model_version | expected_usd | lower_usd | upper_usd | impact_usd | verdict
        org_1  | 2025-07-14 | compute | 11.000000  | 15           | -0.214967 | 0.000000  | 87.540000 | false     | false  | false  | 0             | false      | cold-start    | 11.000000    | 0.621942  | 21.378058 | 0.000000   | null
        org_1  | 2025-07-15 | compute | 100.000000 | 15           | 3.611442  | 30.015250 | 87.540000 | true      | true   | true   | 3             | true       | cold-start    | 11.000000    | 0.621942  | 21.378058 | 78.621942  | confirmed
        """,
    )


def parameters(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(
        [(None, 42, 150, "m-1")],
        "service string, level_costs int, width_percent int, model_version string",
    )


def test_trained_model_compares_a_day_with_the_days_before(spark: SparkSession) -> None:
    feedback = frame(
        spark,
        FEEDBACK,
        """
        org_id | usage_date | service | verdict
        org_1  | 2025-07-31 | compute | planned
        """,
    )
    costs = daily(spark, {("org_1", "compute"): [10] * 30 + [20, 10]})
    # 26 residuals of 0: the spread is 1 % and the width 150 % × 36 ÷ 26. The planned day changes nothing after it.
    assert_published(
        build(costs, feedback, parameters(spark)).where(
            "usage_date < DATE '2025-07-02' OR usage_date > DATE '2025-07-30'"
        ),
        COST_ANOMALY_MART,
        """
        org_id | usage_date | service | cost_usd  | observations | zscore    | mad_score | p99_usd   | is_zscore | is_mad | is_p99 | anomaly_score | is_anomaly | model_version | expected_usd | lower_usd | upper_usd | impact_usd | verdict
        org_1  | 2025-07-01 | compute | 10.000000 | 0            | null      | null      | null      | false     | false  | false  | 0             | false      | m-1           | null         | null      | null      | null       | null
        org_1  | 2025-07-31 | compute | 20.000000 | 30           | 32.641337 | 32.584541 | 10.207000 | true      | true   | true   | 3             | true       | m-1           | 10.000000    | 9.030160  | 11.074000 | 8.926000   | planned
        org_1  | 2025-08-01 | compute | 10.000000 | 30           | 0.000000  | 0.000000  | 10.207000 | false     | false  | false  | 0             | false      | m-1           | 10.000000    | 9.030160  | 11.074000 | 0.000000   | null
        """,
    )


def test_cost_of_the_newest_day_below_the_expected_one_is_no_anomaly_by_the_trained_model(
    spark: SparkSession,
) -> None:
    nothing = frame(spark, FEEDBACK, "org_id | usage_date | service | verdict")
    # The day of org_3 is finished: org_1 and org_2 have a newer one.
    costs = daily(
        spark,
        {
            ("org_1", "compute"): [10] * 30 + [4, 4],
            ("org_2", "compute"): [10] * 31 + [20],
            ("org_3", "compute"): [10] * 30 + [4],
        },
    )
    assert_published(
        build(costs, nothing, parameters(spark)).where("usage_date > DATE '2025-07-30'"),
        COST_ANOMALY_MART,
        """
        org_id | usage_date | service | cost_usd  | zscore     | mad_score  | expected_usd | is_zscore | is_mad | is_p99 | anomaly_score | is_anomaly
        org_1  | 2025-07-31 | compute | 4.000000  | -48.962005 | -48.876812 | 10.000000    | true      | true   | false  | 2             | true
        org_1  | 2025-08-01 | compute | 4.000000  | -49.439684 | -49.353659 | 10.000000    | false     | false  | false  | 0             | false
        org_2  | 2025-07-31 | compute | 10.000000 | 0.000000   | 0.000000   | 10.000000    | false     | false  | false  | 0             | false
        org_2  | 2025-08-01 | compute | 20.000000 | 32.959789  | 32.902439  | 10.000000    | true      | true   | true   | 3             | true
        org_3  | 2025-07-31 | compute | 4.000000  | -48.962005 | -48.876812 | 10.000000    | true      | true   | false  | 2             | true
        """,
    )


def test_cold_start_marks_the_newest_day_as_any_other(spark: SparkSession) -> None:
    mart = cold_start(daily(spark, {("org_1", "compute"): [9, 11] * 7 + [100]}))
    assert texts(mart.where("is_anomaly"), ["usage_date"]) == [("2025-07-15",)]
