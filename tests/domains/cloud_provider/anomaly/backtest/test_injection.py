"""Seeded anomalies: each kind changes the costs that it says it changes, whatever the order of rows."""

from __future__ import annotations

import itertools
from collections import defaultdict
from decimal import Decimal

import pytest
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.backtest.cases import (
    CASE,
    DROP,
    IGNORED,
    KINDS,
    LABELLED,
    LEVEL_SHIFT,
    NEW_SERVICE,
    SLOW_DRIFT,
    SPIKE,
)
from domains.cloud_provider.anomaly.backtest.injection import LENGTHS, inject

BEFORE, HELD_OUT = 20, 16
COST = 100


def panel(spark: SparkSession, *, series: int = 10, cost: int = COST, before: int = BEFORE) -> DataFrame:
    """Return a panel in which every series costs the same each day."""
    days = F.explode(F.sequence(F.lit(-before), F.lit(HELD_OUT - 1)))
    return spark.range(series).select(
        F.lit("own").alias("panel"),
        F.concat(F.lit("own|org_"), "id").alias("org_id"),
        F.lit("own|compute").alias("service"),
        days.alias("day"),
    ).select(
        "panel", "org_id", "service", F.date_add(F.lit("2025-07-01").cast("date"), F.col("day")).alias("usage_date"),
        F.lit(Decimal(cost)).cast("decimal(28,6)").alias("cost_usd"), "day",
    )  # fmt: skip


@pytest.fixture(scope="module")
def injected(spark: SparkSession) -> dict[str, list[list[Row]]]:
    """Kind → the days of each series that has an anomaly of the kind."""
    series: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in inject(panel(spark)).orderBy("day").collect():
        series[row["kind"], row["org_id"]].append(row)
    kinds: dict[str, list[list[Row]]] = defaultdict(list)
    for (kind, _), rows in series.items():
        kinds[kind].append(rows)
    return kinds


def percents(rows: list[Row], label: str | None) -> list[Decimal]:
    """Return the costs of the days with a label, in percent of the usual one."""
    return [row["cost_usd"] for row in rows if row["label"] == label]


def test_kinds_take_turns(injected: dict[str, list[list[Row]]]) -> None:
    assert {kind: len(series) for kind, series in injected.items()} == dict.fromkeys(KINDS, 2)


@pytest.mark.parametrize("kind", KINDS)
def test_case_has_its_length_begins_within_the_held_out_days_and_knows_its_change(
    injected: dict[str, list[list[Row]]], kind: str
) -> None:
    for rows in injected[kind]:
        case = [row for row in rows if row["label"] == CASE]
        assert len(case) == LENGTHS[kind]
        assert [row["day"] for row in case] == list(range(case[0]["day"], case[0]["day"] + len(case)))
        assert case[0]["day"] >= 0
        assert {row["case_start"] for row in case} == {case[0]["usage_date"]}
        assert {row["case_kind"] for row in case} == {kind}
        for row in case:
            assert row["changed_usd"] == abs(row["cost_usd"] - COST) > 0
        assert set(percents(rows, None)) <= {Decimal(COST)}
        assert not any(row["changed_usd"] for row in rows if row["label"] != CASE)


@pytest.mark.parametrize(
    ("kind", "lowest", "highest"), [(SPIKE, 150, 400), (DROP, 5, 40), (SLOW_DRIFT, 102, 170), (NEW_SERVICE, 150, 300)]
)  # fmt: skip
def test_changes_lie_within_their_bounds(
    injected: dict[str, list[list[Row]]], kind: str, lowest: int, highest: int
) -> None:
    for rows in injected[kind]:
        assert all(lowest <= percent <= highest for percent in percents(rows, CASE))


def test_drift_grows_by_the_same_amount_each_day(injected: dict[str, list[list[Row]]]) -> None:
    for rows in injected[SLOW_DRIFT]:
        grown = percents(rows, CASE)
        steps = {later - earlier for earlier, later in itertools.pairwise(grown)}
        assert steps == {grown[0] - COST}


@pytest.mark.parametrize("kind", [LEVEL_SHIFT, SLOW_DRIFT, NEW_SERVICE])
def test_days_after_a_case_that_lasts_are_ignored(injected: dict[str, list[list[Row]]], kind: str) -> None:
    for rows in injected[kind]:
        last = max(row["day"] for row in rows if row["label"] == CASE)
        assert all(row["label"] == IGNORED for row in rows if row["day"] > last)


def test_shifted_level_stays(injected: dict[str, list[list[Row]]]) -> None:
    for rows in injected[LEVEL_SHIFT]:
        [level] = set(percents(rows, CASE) + percents(rows, IGNORED))
        assert 30 <= level <= 60 or 160 <= level <= 300


def test_new_service_has_no_costs_before_its_first_day(injected: dict[str, list[list[Row]]]) -> None:
    for rows in injected[NEW_SERVICE]:
        assert rows[0]["label"] == CASE
    for rows in injected[SPIKE]:
        assert len(rows) == BEFORE + HELD_OUT


def test_order_of_rows_does_not_matter(spark: SparkSession) -> None:
    costs = panel(spark)
    shuffled = costs.repartition(3, "day").orderBy(F.rand(1))
    assert inject(costs).exceptAll(inject(shuffled)).count() == 0


def test_series_with_too_few_costs_takes_no_anomaly(spark: SparkSession) -> None:
    few = inject(panel(spark, series=5, before=13))
    assert tuple(few.columns) == LABELLED
    assert few.where("kind IS NOT NULL OR label IS NOT NULL").count() == 0


def test_anomaly_that_changes_nothing_is_no_case(spark: SparkSession) -> None:
    assert inject(panel(spark, series=5, cost=0)).where("label = 'case'").count() == 0
