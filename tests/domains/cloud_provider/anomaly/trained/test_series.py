"""Season and lasting changes of series."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Row, SparkSession

from domains.cloud_provider.anomaly.trained.series import with_recent, with_season, with_usual_costs
from tests.domains.cloud_provider.anomaly.trained.costs import costs_frame, feedback_frame, series

CENTS = 10_000


def rows(spark: SparkSession, amounts: Sequence[object], *left_out: int) -> list[Row]:
    costs = [cost._replace(left_out=place in left_out) for place, cost in enumerate(series(amounts))]
    usual = with_usual_costs(costs_frame(spark, costs), feedback_frame(spark, costs))
    return with_recent(with_season(usual)).orderBy("day").collect()


def test_season_is_known_after_three_weeks(spark: SparkSession) -> None:
    found = rows(spark, [10, 10, 10, 10, 10, 5, 5] * 4)
    weekend = [row["season"] for row in found if row["usage_date"].weekday() in (0, 1)]
    assert weekend == [10_000] * 6 + [5_000] * 2
    assert [row["flat"] // CENTS for row in found[-7:]] == [1000] * 7


def test_values_from_before_a_lasting_change_are_not_recent(spark: SparkSession) -> None:
    found = rows(spark, [10] * 20 + [30] * 16)
    before = [len(row["recent"]) for row in found[18:27]]
    assert before == [18, 19, 20, 21, 22, 23, 24, 25, 26]
    # Each week that lies beyond the two weeks before ends a change, as long as most of those are of the old level.
    assert [len(row["recent"]) for row in found[27:]] == [7, 7, 7, 7, 7, 7, 7, 8, 9]
    assert {value for row in found[27:] for value in row["recent"]} == {30_000_000}


def test_days_that_people_explained_are_not_recent(spark: SparkSession) -> None:
    found = rows(spark, [10, 10, 99, 10], 2)
    assert [(row["observations"], len(row["recent"])) for row in found] == [(0, 0), (1, 1), (2, 2), (2, 2)]
    assert [row["usual"] for row in found][2] is None
