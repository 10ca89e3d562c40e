"""The newest day is that of all organisations and services together."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.cloud_provider.anomaly.newest import with_newest, without_newest
from domains.cloud_provider.marts import ORG_DAILY_USAGE_BY_SERVICE
from tests.frames import frame, texts

COSTS = """
    org_id | usage_date | service | cost_usd
    org_1  | 2025-07-01 | compute | 1
    org_1  | 2025-07-02 | compute | 2
    org_2  | 2025-07-01 | storage | 3
    org_2  | 2025-07-03 | storage | null
    org_2  | null       | storage | 5
"""


def test_newest_day_is_left_out_also_where_its_cost_is_null(spark: SparkSession) -> None:
    costs = frame(spark, ORG_DAILY_USAGE_BY_SERVICE.columns, COSTS)
    assert texts(without_newest(costs), ["org_id", "usage_date"]) == [
        ("org_1", "2025-07-01"),
        ("org_1", "2025-07-02"),
        ("org_2", "2025-07-01"),
    ]
    assert without_newest(costs).columns == costs.columns
    assert without_newest(costs.limit(0)).count() == 0


def test_newest_day_of_all_costs_is_added_to_other_rows(spark: SparkSession) -> None:
    costs = frame(spark, ORG_DAILY_USAGE_BY_SERVICE.columns, COSTS)
    some = costs.where("org_id = 'org_1'")
    assert texts(with_newest(some, costs), ["usage_date", "newest"]) == [
        ("2025-07-01", "2025-07-03"),
        ("2025-07-02", "2025-07-03"),
    ]
