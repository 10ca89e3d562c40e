"""Figures of models: what their flags on the held-out days find, miss, and raise for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.backtest.cases import CASE, IGNORED, SERIES, held_out

NONE = "none"
"""The kind of a series without an anomaly."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Sums over the held-out days of some series.

    - `cases`, `found`: anomalies, and those with at least one flagged day.
    - `false_alarms`: flagged usual days. `organisation_days`: organisations × held-out days.
    - `delay_days`: days from the first day of a case to its first flagged day, summed over found cases.
    - `missed_usd`: by how much the injection changed costs on days of cases before the first flagged one.
    """

    cases: int = 0
    found: int = 0
    false_alarms: int = 0
    organisation_days: int = 0
    delay_days: int = 0
    missed_usd: Decimal = Decimal(0)

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            cases=self.cases + other.cases,
            found=self.found + other.found,
            false_alarms=self.false_alarms + other.false_alarms,
            organisation_days=self.organisation_days + other.organisation_days,
            delay_days=self.delay_days + other.delay_days,
            missed_usd=self.missed_usd + other.missed_usd,
        )

    @property
    def recall(self) -> Fraction:
        """Share of the cases that are found; 0 without cases."""
        return _share(self.found, self.cases)

    @property
    def precision(self) -> Fraction:
        """Found cases ÷ (found cases + false alarms); 0 if nothing is found."""
        return _share(self.found, self.found + self.false_alarms)

    @property
    def f1(self) -> Fraction:
        """The harmonic mean of precision and recall: 2 found ÷ (cases + found + false alarms)."""
        return _share(2 * self.found, self.cases + self.found + self.false_alarms)

    @property
    def alarms_per_month(self) -> Fraction:
        """False alarms per organisation and thirty days."""
        return _share(30 * self.false_alarms, self.organisation_days)

    @property
    def delay(self) -> Fraction:
        """Mean delay of found cases in days; 0 if nothing is found."""
        return _share(self.delay_days, self.found)

    def as_json(self) -> dict[str, object]:
        """Return counts and ratios, rounded to four digits, as JSON holds them."""
        ratios = {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "false_alarms_per_organisation_and_month": self.alarms_per_month,
            "delay_days": self.delay,
        }
        counts = {"cases": self.cases, "found": self.found, "false_alarms": self.false_alarms}
        return {
            **counts,
            **{name: decimal_text(value, 4) for name, value in ratios.items()},
            "missed_usd": str(self.missed_usd),
        }


@dataclass(frozen=True)
class Results:
    """The figures of all models by (model, panel, kind)."""

    by_kind: Mapping[tuple[str, str, str], Figures]

    def of(self, model: str, panels: Iterable[str], kind: str | None = None) -> Figures:
        """Return the figures of a model on some panels, of one kind or of all."""
        wanted = set(panels)
        return sum(
            (
                figures
                for (name, panel, of_kind), figures in self.by_kind.items()
                if name == model and panel in wanted and kind in (None, of_kind)
            ),
            Figures(),
        )

    def kinds(self) -> tuple[str, ...]:
        """Return the kinds with cases, sorted."""
        return tuple(sorted({kind for (_, _, kind), figures in self.by_kind.items() if figures.cases}))


def compared(labelled: DataFrame, flags: DataFrame) -> DataFrame:
    """Return sums by model, panel and kind; grain: these three.

    `labelled` holds LABELLED rows, `flags` model, org_id, usage_date, service and is_anomaly. False alarms
    count for the kind that was injected into their series.
    """
    held = labelled.where(held_out() & F.coalesce(F.col("label") != IGNORED, F.lit(True)))
    judged = held.join(flags, on=[*SERIES, "usage_date"], how="inner").withColumn(
        "of_case", F.coalesce(F.col("label") == CASE, F.lit(False))
    )
    flagged = F.col("is_anomaly")
    case = ("model", "panel", *SERIES, "case_kind", "case_start")
    first = F.min(F.when(flagged & F.col("of_case"), F.col("usage_date"))).over(Window.partitionBy(*case))
    is_missed = F.col("of_case") & (F.col("first").isNull() | (F.col("usage_date") < F.col("first")))
    kind = F.when(F.col("of_case"), F.col("case_kind")).otherwise(F.coalesce("kind", F.lit(NONE)))
    by_case = (
        judged.withColumn("first", first)
        .withColumn("by_kind", kind)
        .groupBy(*case, "by_kind", "first")
        .agg(
            F.count_if(flagged & ~F.col("of_case")).alias("alarms"),
            F.sum(F.when(is_missed, F.col("changed_usd"))).alias("missed"),
        )
    )
    is_found = F.col("case_start").isNotNull() & F.col("first").isNotNull()
    return by_case.groupBy("model", "panel", F.col("by_kind").alias("kind")).agg(
        F.count("case_start").alias("cases"),
        F.count_if(is_found).alias("found"),
        F.sum("alarms").alias("false_alarms"),
        F.sum(F.when(is_found, F.date_diff("first", "case_start")).otherwise(0)).alias("delay_days"),
        F.coalesce(F.sum("missed"), F.lit(Decimal(0))).alias("missed_usd"),
    )


def results(sums: Iterable[Mapping[str, object]], organisation_days: Mapping[str, int]) -> Results:
    """Return the figures from the rows of `compared`; `organisation_days` are those of each panel."""
    found: dict[tuple[str, str, str], Figures] = {}
    for row in sums:
        key = (str(row["model"]), str(row["panel"]), str(row["kind"]))
        counts = {name: int(str(row[name])) for name in ("cases", "found", "false_alarms", "delay_days")}
        found[key] = Figures(**counts, missed_usd=Decimal(str(row["missed_usd"])))
    counted = {(model, panel) for model, panel, _ in found}
    for model, panel in sorted(counted):
        # The days belong to the panel as a whole: they stand with a kind of their own.
        key = (model, panel, NONE)
        days = organisation_days.get(panel, 0)
        found[key] = replace(found.get(key, Figures()), organisation_days=days)
    return Results(found)


def decimal_text(value: Fraction, places: int) -> str:
    """Return a number with so many digits after the point, rounded half to even."""
    return str(Decimal(round(value * 10**places)).scaleb(-places))


def _share(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(0)
