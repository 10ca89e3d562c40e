"""The usual costs of whole services."""

from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from domains.cloud_provider.anomaly.trained.series import with_usual_costs
from domains.cloud_provider.anomaly.trained.services import service_costs
from tests.domains.cloud_provider.anomaly.trained.costs import costs_frame, feedback_frame, series


def test_costs_of_the_eight_weeks_before_a_monday(spark: SparkSession) -> None:
    # 2025-01-01 is a Wednesday.
    costs = [*series([10] * 13 + [40] * 57, org="org_1"), *series([20] * 13 + [40] * 57, org="org_2")]
    usual = with_usual_costs(costs_frame(spark, costs), feedback_frame(spark, []))
    found = {row["week"]: row for row in service_costs(usual).collect()}
    assert found[date(2025, 1, 13)]["service_expected"] is None
    assert found[date(2025, 1, 20)]["service_expected"] == 20_000_000
    assert found[date(2025, 1, 20)]["service_known"] == 38
    assert found[date(2025, 3, 3)]["service_known"] == 112
    assert found[date(2025, 3, 10)]["service_expected"] == 40_000_000
