"""The panels of the backtest: sets of series of daily costs that share nothing with each other.

- own: the real costs of some organisations, clean as they are.
- own, gaps: the same, with days missing.
- made-up, made-up gaps, flat: series that do not depend on the data; see `reference`.

Organisations are sampled, so that the time of a training does not grow with their number: those with
confirmed days first, then by the hash of their id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.backtest.cases import (
    CONFIRMED,
    LABELLED,
    PANEL,
    SERIES,
    held_out,
    with_verdicts,
)
from domains.cloud_provider.anomaly.backtest.injection import SEED, draw, inject
from domains.cloud_provider.anomaly.backtest.reference import FLAT, MADE_UP, MADE_UP_GAPS, reference

OWN = "own"
OWN_GAPS = "own, gaps"
OWN_PANELS = (OWN, OWN_GAPS)
MADE_UP_PANELS = (MADE_UP, MADE_UP_GAPS, FLAT)
WITH_GAPS = (OWN_GAPS, MADE_UP_GAPS)

HOLDOUT_DAYS = 28
"""Days at the end that are held out; a quarter of the days where these are fewer than 112."""

SHORTEST_HOLDOUT = 7
HISTORY_DAYS = 330
"""Days before the held-out ones that the backtest reads."""

ORGANISATIONS = 8
"""Organisations of the own panels."""

MISSING_PERCENT = 8
GAP_DAYS = 10
"""Panels with gaps lack so many percent of the days, and each series so many days in a row."""

_SEPARATOR = "|"


@dataclass(frozen=True, kw_only=True)
class Holdout:
    """The held-out days, from `begin` to `end`, both included, and the first day that is read at all."""

    since: date
    begin: date
    end: date

    @property
    def days(self) -> int:
        """Number of held-out days."""
        return (self.end - self.begin).days + 1

    @classmethod
    def of(cls, start: date, end: date) -> Holdout | None:
        """Return the held-out days of a history, or None if it is too short."""
        days = min(HOLDOUT_DAYS, ((end - start).days + 1) // 4)
        if days < SHORTEST_HOLDOUT:
            return None
        begin = end - timedelta(days=days - 1)
        return cls(since=max(start, begin - timedelta(days=HISTORY_DAYS)), begin=begin, end=end)


def sample(costs: DataFrame, verdicts: DataFrame, holdout: Holdout) -> DataFrame:
    """Return the daily costs of the sampled organisations in the days that the backtest reads."""
    read = costs.where(F.col("usage_date").between(F.lit(holdout.since), F.lit(holdout.end)))
    is_case = (F.col("verdict") == CONFIRMED) & (F.col("usage_date") >= F.lit(holdout.begin))
    confirmed = verdicts.where(is_case).groupBy("org_id").agg(F.lit(0).alias("rank"))
    by_hash = F.xxhash64(F.lit(SEED), F.lit("organisation"), "org_id")
    held = F.col("usage_date") >= F.lit(holdout.begin)
    ranked = (
        read.groupBy("org_id")
        .agg(F.count_if(held).alias("held"))
        .where(F.col("held") > 0)
        .join(confirmed, on="org_id", how="left")
        .orderBy(F.coalesce("rank", F.lit(1)), by_hash, "org_id")
        .limit(ORGANISATIONS)
    )
    return read.join(F.broadcast(ranked.select("org_id")), on="org_id", how="left_semi")


def labelled_panels(costs: DataFrame, verdicts: DataFrame, holdout: Holdout) -> DataFrame:
    """Return the LABELLED rows of all panels.

    `costs` are the sampled daily costs (org_id, service, usage_date, cost_usd), `verdicts` those of
    `cases.by_day`.
    """
    real = costs.withColumn("day", F.date_diff("usage_date", F.lit(holdout.begin)))
    made_up = _keyed(reference(costs.sparkSession, holdout.begin))
    panels = named(real, OWN).unionByName(named(real, OWN_GAPS)).unionByName(made_up)
    return without_gaps(with_verdicts(inject(panels), panel_feedback(verdicts)))


def named(rows: DataFrame, panel: str) -> DataFrame:
    """Return PANEL rows: series of a panel, whose keys begin with its name."""
    return _keyed(rows.withColumn("panel", F.lit(panel)))


def panel_feedback(feedback: DataFrame) -> DataFrame:
    """Return feedback on the real series as feedback on those of both own panels."""
    spoken = feedback.crossJoin(_names(feedback, OWN_PANELS))
    return spoken.select(*(_prefixed(name) for name in SERIES), "usage_date", "verdict")


def panel_parameters(parameters: DataFrame) -> DataFrame:
    """Return parameters of single services as those of the own panels' services; others as they are."""
    general = parameters.where(F.col("service").isNull())
    special = parameters.where(F.col("service").isNotNull()).crossJoin(_names(parameters, OWN_PANELS))
    return general.unionByName(special.withColumn("service", _prefixed("service")).drop("panel"))


def without_gaps(labelled: DataFrame) -> DataFrame:
    """Return LABELLED rows without the days that are missing in panels with gaps; days of cases stay."""
    lost = draw("lost", 100, "day") < MISSING_PERCENT
    # A position in a cycle of three months, so that each series has a gap every three months.
    position = F.pmod(F.col("day").cast("bigint") + draw("gap", 91), F.lit(91))
    gap = (position < GAP_DAYS) & ~held_out()
    missing = F.col("panel").isin(*WITH_GAPS) & F.col("label").isNull() & (lost | gap)
    return labelled.where(~missing).select(*LABELLED)


def _keyed(rows: DataFrame) -> DataFrame:
    """Return PANEL rows, whose keys begin with the name of their panel."""
    return rows.select("panel", *(_prefixed(name) for name in SERIES), *PANEL[3:])


def _prefixed(name: str) -> Column:
    return F.concat(F.col("panel"), F.lit(_SEPARATOR), F.col(name)).alias(name)


def _names(frame: DataFrame, names: tuple[str, ...]) -> DataFrame:
    values = F.explode(F.array(*map(F.lit, names))).alias("panel")
    return frame.sparkSession.range(1).select(values)
