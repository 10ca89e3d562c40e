"""Panels: held-out days, a sample of organisations, days that are missing, and made-up series."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.backtest.cases import by_day
from domains.cloud_provider.anomaly.backtest.panels import (
    MADE_UP_PANELS,
    MISSING_PERCENT,
    ORGANISATIONS,
    OWN,
    OWN_GAPS,
    OWN_PANELS,
    Holdout,
    labelled_panels,
    panel_parameters,
    sample,
)
from domains.cloud_provider.anomaly.backtest.reference import reference
from tests.domains.cloud_provider.anomaly.backtest.test_cases import feedback

START = date(2025, 1, 1)


@pytest.mark.parametrize(
    ("days", "held_out", "read"),
    [(27, None, None), (28, 7, 28), (60, 15, 60), (111, 27, 111), (112, 28, 112), (1000, 28, 358)],
)
def test_a_quarter_of_the_days_is_held_out_and_at_most_four_weeks(
    days: int, held_out: int | None, read: int | None
) -> None:
    end = START + timedelta(days=days - 1)
    holdout = Holdout.of(START, end)
    if held_out is None:
        assert holdout is None
        return
    assert holdout is not None
    assert (holdout.days, holdout.end) == (held_out, end)
    assert (end - holdout.since).days + 1 == read


def costs(spark: SparkSession, organisations: int, days: int = 60) -> DataFrame:
    """Return daily costs of organisations with two services."""
    day = F.explode(F.sequence(F.lit(0), F.lit(days - 1)))
    return (
        spark.range(2 * organisations)
        .withColumn("day", day)
        .select(
            F.concat(F.lit("org_"), F.floor(F.col("id") / 2)).alias("org_id"),
            F.concat(F.lit("service_"), F.col("id") % 2).alias("service"),
            F.date_add(F.lit(START), F.col("day").cast("int")).alias("usage_date"),
            (10 + F.col("day") % 7).cast("decimal(28,6)").alias("cost_usd"),
        )
    )


def organisations(frame: DataFrame) -> set[str]:
    return {row["org_id"] for row in frame.select("org_id").distinct().collect()}


def test_sample_is_the_same_whatever_the_order_and_prefers_confirmed_days(spark: SparkSession) -> None:
    holdout = Holdout.of(START, START + timedelta(days=59))
    assert holdout is not None
    everything = costs(spark, 30)
    nothing = by_day(feedback(spark).limit(0))
    usual = organisations(sample(everything, nothing, holdout))
    assert len(usual) == ORGANISATIONS
    assert organisations(sample(everything.orderBy(F.rand(3)), nothing, holdout)) == usual
    left_out = sorted(organisations(everything) - usual)[:2]
    table = "\n".join([
        "org_id | usage_date | service | verdict",
        f"{left_out[0]} | {holdout.begin} | service_1 | confirmed",
        # Before the held-out days, so there is nothing to find.
        f"{left_out[1]} | {START} | service_1 | confirmed",
    ])  # fmt: skip
    preferred = organisations(sample(everything, by_day(feedback(spark, table)), holdout))
    assert left_out[0] in preferred
    assert left_out[1] not in preferred
    assert len(preferred & usual) == ORGANISATIONS - 1


def test_panels_share_no_series_and_lack_days_only_where_they_say(spark: SparkSession) -> None:
    holdout = Holdout.of(START, START + timedelta(days=59))
    assert holdout is not None
    own = costs(spark, 5)
    labelled = labelled_panels(own, by_day(feedback(spark).limit(0)), holdout).persist()
    rows = {row["panel"]: row["count"] for row in labelled.groupBy("panel").count().collect()}
    assert set(rows) == {*OWN_PANELS, *MADE_UP_PANELS}
    assert labelled.where(~F.col("org_id").startswith(F.concat("panel", F.lit("|")))).count() == 0
    lost = labelled.where(F.col("panel") == OWN).count() - labelled.where(F.col("panel") == OWN_GAPS).count()
    assert lost > MISSING_PERCENT * 5 * 2 * 40 // 100
    cases = (
        labelled.where("label = 'case'")
        .groupBy("panel")
        .agg(F.count_distinct("org_id", "service").alias("n"))
    )
    assert {row["panel"]: row["n"] for row in cases.collect()} == {
        **dict.fromkeys(OWN_PANELS, 10), **dict.fromkeys(MADE_UP_PANELS, 20),
    }  # fmt: skip
    labelled.unpersist()


def test_made_up_costs_depend_on_nothing_but_the_seed(spark: SparkSession) -> None:
    one, other = reference(spark, date(2024, 5, 1)), reference(spark, date(2025, 8, 17))
    compared = ["panel", "org_id", "service", "day", "cost_usd"]
    assert one.select(*compared).exceptAll(other.select(*compared)).count() == 0
    assert one.where((F.col("cost_usd") <= 0) | F.col("cost_usd").isNull()).count() == 0
    assert other.where("day = 0").select("usage_date").distinct().collect()[0][0] == date(2025, 8, 17)
    assert one.exceptAll(reference(spark, date(2024, 5, 1), seed=1)).count() > 0


def test_parameters_of_one_service_are_those_of_the_own_panels(spark: SparkSession) -> None:
    parameters = spark.sql("SELECT * FROM VALUES (NULL, 28), ('compute', 42) AS t(service, level_costs)")
    rows = {(row["service"], row["level_costs"]) for row in panel_parameters(parameters).collect()}
    assert rows == {(None, 28), ("own|compute", 42), ("own, gaps|compute", 42)}
