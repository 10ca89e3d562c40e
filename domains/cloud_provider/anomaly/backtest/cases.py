"""The kinds of anomalies, the columns of a panel, and the days that people spoke about.

A case is one anomaly: a span of days of one series, found if one of its days is flagged. Other days of the
held-out weeks are usual, and flags on them are false alarms, or ignored: there a flag is neither.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

SPIKE = "spike"
DROP = "drop"
LEVEL_SHIFT = "level shift"
SLOW_DRIFT = "slow drift"
NEW_SERVICE = "new service"
KINDS = (SPIKE, DROP, LEVEL_SHIFT, SLOW_DRIFT, NEW_SERVICE)
"""The kinds that are injected."""

CONFIRMED = "confirmed"
"""The kind of a day that people confirmed as an anomaly."""

CASE = "case"
IGNORED = "ignored"

SERIES = ("org_id", "service")
"""The key of a series. Within panels both begin with the panel's name, so that panels share nothing."""

PANEL = ("panel", "org_id", "service", "usage_date", "cost_usd", "day")
"""A daily cost of a panel. `day` counts from the first held-out day, which is 0; days before are negative."""

LABELLED = (*PANEL, "kind", "label", "case_kind", "case_start", "changed_usd")
"""A daily cost with what is known about it.

`kind` is what was injected into the series. `label` is CASE, IGNORED, or null on usual days. Days of a case
have its kind, its first day, and by how much the injection changed the cost.
"""

EXPLAINED = "explained"
"""Stands for planned and false_alarm: such days are left out."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """How many days people spoke about: confirmed ones, explained ones, and those without a cost."""

    confirmed: int
    explained: int
    unknown: int


def held_out() -> Column:
    """Return whether a row's day belongs to the weeks that models are judged by."""
    return F.col("day") >= 0


def by_day(feedback: DataFrame) -> DataFrame:
    """Return one row per day and series with its `verdict`, CONFIRMED or EXPLAINED.

    `feedback` holds org_id, usage_date, service and verdict. The first three are silver's key: a day has one
    verdict, that of the newest delivery. Rows without a verdict do not count.
    """
    is_confirmed = F.col("verdict") == CONFIRMED
    return feedback.where(F.col("verdict").isNotNull()).select(
        "org_id",
        "usage_date",
        "service",
        F.when(is_confirmed, CONFIRMED).otherwise(EXPLAINED).alias("verdict"),
    )


def given(costs: DataFrame, verdicts: DataFrame) -> Given:
    """Count the days of `verdicts` (see `by_day`), and those of them for which `costs` have no cost."""
    known = costs.select("org_id", "usage_date", "service", F.lit(True).alias("known"))
    joined = verdicts.join(known, on=["org_id", "usage_date", "service"], how="left")
    is_known = F.col("known").isNotNull()

    def count(condition: Column) -> Column:
        return F.count_if(condition)

    row = joined.agg(
        count(is_known & (F.col("verdict") == CONFIRMED)).alias("confirmed"),
        count(is_known & (F.col("verdict") == EXPLAINED)).alias("explained"),
        count(~is_known).alias("unknown"),
    ).first()
    return Given(**(row.asDict() if row else {}))


def with_verdicts(labelled: DataFrame, verdicts: DataFrame) -> DataFrame:
    """Return LABELLED with the confirmed days as cases of their own, and explained days ignored.

    `verdicts` holds org_id, usage_date, service and verdict, with the names of the panels. Verdicts outrank
    injections: an explained day of an injected case is ignored, too.
    """
    spoken = verdicts.select("org_id", "service", "usage_date", "verdict")
    joined = labelled.join(F.broadcast(spoken), on=["org_id", "service", "usage_date"], how="left")
    is_confirmed = F.col("verdict") == CONFIRMED
    is_explained = F.col("verdict") == EXPLAINED
    return joined.select(
        *PANEL,
        "kind",
        F.when(is_confirmed, CASE).when(is_explained, IGNORED).otherwise(F.col("label")).alias("label"),
        F.when(is_confirmed, CONFIRMED).otherwise(F.col("case_kind")).alias("case_kind"),
        F.when(is_confirmed, F.col("usage_date")).otherwise(F.col("case_start")).alias("case_start"),
        "changed_usd",
    )
