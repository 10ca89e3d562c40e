"""What a model expects of a day."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.cloud_provider.anomaly.trained.expectation import with_expectation
from tests.domains.cloud_provider.anomaly.trained.costs import costs_frame, feedback_frame, series

CANDIDATES = "candidate string, service string, level_costs int, width_percent int"


def test_row_of_a_service_outranks_that_of_all_services(spark: SparkSession) -> None:
    settings = [("a", None, 3, 125), ("a", "genai", 28, 150), ("b", None, 28, 175)]
    amounts = [10] * 28 + [12] * 3
    costs = [*series(amounts, service="genai"), *series(amounts, service="compute")]
    judged = with_expectation(
        costs_frame(spark, costs), spark.createDataFrame(settings, CANDIDATES), feedback_frame(spark, []),
        since=costs[30].day,
    )  # fmt: skip
    found = {(row["candidate"], row["service"]): row for row in judged.collect()}
    assert {key: (row["width_percent"], row["expected"] // 1_000_000) for key, row in found.items()} == {
        ("a", "compute"): (125, 12),
        ("a", "genai"): (150, 10),
        ("b", "compute"): (175, 10),
        ("b", "genai"): (175, 10),
    }
