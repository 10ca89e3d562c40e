"""Frames of daily costs, and scores of the last of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import DataFrame, SparkSession

from domains.cloud_provider.gold.cost_anomaly_mart import build
from domains.cloud_provider.marts import COST_ANOMALY_MART, ORG_DAILY_USAGE_BY_SERVICE
from tests.frames import frame, texts

FEEDBACK = tuple(
    column for column in COST_ANOMALY_MART.columns if column.name in (*COST_ANOMALY_MART.grain, "verdict")
)
FIRST_DAY = date(2025, 7, 1)
HISTORY = {("org_1", "compute"): [9, 11] * 7, ("org_2", "compute"): [500]}


def daily(spark: SparkSession, costs: Mapping[tuple[str, str], Sequence[object]]) -> DataFrame:
    """Return a frame of daily costs from (organisation, service) → costs, one per day."""
    rows = [
        f"{org} | {service} | {FIRST_DAY + timedelta(days=place)} | {cost}"
        for (org, service), series in costs.items()
        for place, cost in enumerate(series)
    ]
    table = "\n".join(["org_id | service | usage_date | cost_usd", *rows])
    return frame(spark, ORG_DAILY_USAGE_BY_SERVICE.columns, table)


def cold_start(costs: DataFrame, feedback: str = "org_id | usage_date | service | verdict") -> DataFrame:
    """Return the mart before a model is trained; `feedback` is a literal table of verdicts."""
    return build(costs, frame(costs.sparkSession, FEEDBACK, feedback), None)


def last_day(spark: SparkSession, series: Sequence[object], *columns: str) -> tuple[str | None, ...]:
    """Return the named scores of the last cost in the series of one organisation."""
    mart = cold_start(daily(spark, {("org_1", "compute"): series}))
    day = FIRST_DAY + timedelta(days=len(series) - 1)
    return texts(mart.where(f"usage_date = DATE '{day}'"), columns)[0]
