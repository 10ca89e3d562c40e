"""Series of daily costs, and their scores by the trained model."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from pyspark.sql import DataFrame, Row, SparkSession

from domains.cloud_provider.anomaly.trained.scores import score_trained
from tests.domains.cloud_provider.anomaly.trained.oracle import Cost, Scores

FIRST_DAY = date(2025, 1, 1)
COSTS = "org_id string, usage_date date, service string, cost_usd decimal(28,6)"
VERDICTS = "org_id string, usage_date date, service string, verdict string"
PARAMETERS = "service string, level_costs int, width_percent int, model_version string"
FIELDS = Scores._fields


def costs_frame(spark: SparkSession, costs: Sequence[Cost]) -> DataFrame:
    return spark.createDataFrame([(c.org, c.day, c.service, c.usd) for c in costs], COSTS)


def feedback_frame(spark: SparkSession, costs: Sequence[Cost]) -> DataFrame:
    rows = [(c.org, c.day, c.service, "planned" if c.left_out else "confirmed") for c in costs if c.left_out]
    return spark.createDataFrame(rows, VERDICTS)


def trained(
    spark: SparkSession, costs: Sequence[Cost], *, level_costs: int = 42, width_percent: int = 150
) -> DataFrame:
    parameters = spark.createDataFrame([(None, level_costs, width_percent, "m-1")], PARAMETERS)
    return score_trained(costs_frame(spark, costs), parameters, feedback_frame(spark, costs))


def by_key(frame: DataFrame) -> dict[tuple[str, date, str], Row]:
    return {(row["org_id"], row["usage_date"], row["service"]): row for row in frame.collect()}


def scores(row: Row) -> Scores:
    return Scores(*(row[name] for name in FIELDS))


def series(
    amounts: Sequence[object], *, org: str = "org_1", service: str = "compute", first: date = FIRST_DAY
) -> list[Cost]:
    """Return one cost a day; an amount of "-" stands for a day without events, None for an unknown cost."""
    return [
        Cost(org, first + timedelta(days=place), service, None if usd is None else Decimal(str(usd)))
        for place, usd in enumerate(amounts)
        if usd != "-"
    ]


def random_costs(seed: int) -> list[Cost]:
    """Return series with seasons, trends, gaps, changes and verdicts, and odd ones."""
    chance = random.Random(seed)
    costs: list[Cost] = []
    for place in range(5):
        days = chance.choice([40, 130, 260])
        level, noise = chance.choice([1, 50, 4000]), chance.choice([0, 40, 150])
        dip, shift_at = chance.choice([1000, 400]), chance.randrange(days)
        gap = range(chance.randrange(days), chance.randrange(days) + 20)
        amounts: list[object] = []
        for day in range(days):
            thousandths = dip if day % 7 > 4 else 1000
            usd = (
                level
                * thousandths
                * (1000 + chance.randrange(-noise, noise + 1))
                * (2 if day > shift_at else 1)
            )
            special = chance.randrange(40)
            amounts.append(
                "-" if day in gap or special == 0
                else None if special == 1
                else chance.choice([0, "-0.4", "0.004", 10**9, "1234567890123456789.5"]) if special == 2
                else Decimal(usd).scaleb(-6)
            )  # fmt: skip
        first = FIRST_DAY + timedelta(days=260 - days)
        for cost in series(
            amounts, org=f"org_{place}", service=chance.choice(["compute", "genai"]), first=first
        ):
            costs.append(cost._replace(left_out=chance.randrange(25) == 0))
    return costs
