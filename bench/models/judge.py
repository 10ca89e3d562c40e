"""Judge the trained model beside the cold start on made-up panels (`caudal bench --models`).

The seeds were not used while the model was made. A case is found if one of its days is flagged; a flag on
any other day of the held-out weeks is a false alarm. F1 counts found cases and false alarms.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from rich.console import Console
from rich.table import Table

from bench.models.judged import of_domain
from bench.models.panels import (
    DAYS,
    DRIFT,
    DROP,
    FIRST_DAY,
    HELD_OUT_DAYS,
    KINDS,
    SHIFT,
    SPIKE,
    Panel,
    day,
    panel,
)
from bench.models.pictures import Point, picture
from glue_jobs.runtime.session import configure
from localcloud.execution.spark_settings import spark_settings
from localcloud.java.home import java_home

SEEDS = tuple(range(9201, 9221))
SETTINGS = (42, 150)
"""`level_costs` and `width_percent` of the judged model."""

PICTURED = (SPIKE, DROP, SHIFT, DRIFT)
PICTURED_SEED = 1

TRAINED = "trained"
PUBLISHED = "cold start, fitted on all days"
AS_OF = "cold start, fitted each week on the days before"
MODELS = (TRAINED, PUBLISHED, AS_OF)

Day = tuple[str, str, int]
"""Organisation, service, day of a panel."""

_BEGIN = DAYS - HELD_OUT_DAYS
_COLUMNS = ("org_id", "usage_date", "service", "cost_usd")
_FEEDBACK = "org_id string, usage_date date, service string, verdict string"
_CANDIDATES = "candidate string, service string, level_costs int, width_percent int"


@dataclass
class Figures:
    """Sums over panels. Cases, found cases and delays in days are by kind.

    `missed` are the millionths of a dollar by which cases change costs before their first flag.
    """

    cases: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    found: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    delay_days: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    false_alarms: int = 0
    organisation_days: int = 0
    missed: int = 0

    @property
    def recall(self) -> float:
        """Share of the cases that are found."""
        return sum(self.found.values()) / max(sum(self.cases.values()), 1)

    @property
    def precision(self) -> float:
        """Found cases ÷ (found cases + false alarms)."""
        found = sum(self.found.values())
        return found / max(found + self.false_alarms, 1)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        found = sum(self.found.values())
        return 2 * found / max(sum(self.cases.values()) + found + self.false_alarms, 1)

    @property
    def delay(self) -> float:
        """Mean days from the begin of a found case to its first flag."""
        return sum(self.delay_days.values()) / max(sum(self.found.values()), 1)

    @property
    def alarms_per_month(self) -> float:
        """False alarms per organisation and thirty days."""
        return 30 * self.false_alarms / max(self.organisation_days, 1)

    def add(self, made: Panel, flags: set[tuple[str, str, int]]) -> None:
        """Add the figures of one panel."""
        usual = set(flags)
        for case in made.cases:
            days = [(*case.key, number) for number in range(case.first, case.last + 1)]
            usual.difference_update(days)
            hits = [number for (_, _, number) in flags.intersection(days)]
            first = min(hits, default=DAYS)
            self.cases[case.kind] += 1
            self.found[case.kind] += bool(hits)
            self.delay_days[case.kind] += first - case.first if hits else 0
            self.missed += sum(abs(usd) for number, usd in case.changed.items() if number < first)
        self.false_alarms += len(usual)
        self.organisation_days += made.organisations * HELD_OUT_DAYS


def judge(spark: SparkSession, panels: Sequence[Panel]) -> dict[str, Figures]:
    """Return the figures of each of MODELS on all panels together."""
    figures = {model: Figures() for model in MODELS}
    for model, flags in flagged(spark, panels).items():
        for made, of_panel in zip(panels, flags, strict=True):
            figures[model].add(made, of_panel)
    return figures


def flagged(spark: SparkSession, panels: Sequence[Panel]) -> Mapping[str, Sequence[set[Day]]]:
    """Return the flagged days of the held-out weeks by model, in the order of the panels."""
    costs = daily_costs(spark, panels).cache()
    is_held_out = F.col("usage_date") >= F.lit(day(_BEGIN))
    models = {
        TRAINED: trained(costs),
        PUBLISHED: _cold_start(costs, costs).where(is_held_out),
        AS_OF: reduce(DataFrame.unionByName, _weekly(costs)),
    }
    flags: dict[str, list[set[Day]]] = {model: [set() for _ in panels] for model in models}
    for model, scored in models.items():
        for row in scored.where("is_anomaly").select("org_id", "service", "usage_date").collect():
            place, org = row["org_id"].split("|")
            number = (row["usage_date"] - FIRST_DAY).days
            flags[model][int(place)].add((org, row["service"].split("|")[1], number))
    costs.unpersist()
    return flags


def daily_costs(spark: SparkSession, panels: Sequence[Panel]) -> DataFrame:
    """Return the costs of all panels. Names begin with the panel's place, so that panels share nothing."""
    rows = [
        (f"{place}|{org}", day(number), f"{place}|{service}", Decimal(cost).scaleb(-6))
        for place, made in enumerate(panels)
        for (org, service), series in made.costs.items()
        for number, cost in series.items()
    ]
    types = (pa.string(), pa.date32(), pa.string(), pa.decimal128(28, 6))
    columns = [pa.array(values, type_) for values, type_ in zip(zip(*rows, strict=True), types, strict=True)]
    return spark.createDataFrame(pa.table(columns, names=list(_COLUMNS)))


def trained(costs: DataFrame) -> DataFrame:
    """Return the scores of the held-out weeks by the trained model."""
    spark = costs.sparkSession
    candidates = spark.createDataFrame([(TRAINED, None, *SETTINGS)], _CANDIDATES)
    feedback = spark.createDataFrame([], _FEEDBACK)
    scored: DataFrame = _module("trained.scores").score_candidates(
        costs, candidates, feedback, since=day(_BEGIN)
    )
    return scored


def _cold_start(costs: DataFrame, known: DataFrame) -> DataFrame:
    """Return the scores of `costs` by the cold start that is fitted on `known`."""
    scored: DataFrame = _module("scores").score(costs, _module("model").fit(known))
    return scored


def _module(name: str) -> Any:
    return of_domain(f"anomaly.{name}")


def _weekly(costs: DataFrame) -> Iterator[DataFrame]:
    """Yield the scores of each held-out week by a cold start that is fitted on the days before the week."""
    for begin in range(_BEGIN, DAYS, 7):
        monday = day(begin)
        week = F.col("usage_date").between(F.lit(monday), F.lit(monday + timedelta(days=6)))
        yield _cold_start(costs.where(week), costs.where(F.col("usage_date") < F.lit(monday)))


def measure_models(console: Console, *, seeds: Sequence[int] = SEEDS) -> None:
    """Judge the models on seasonal and on flat panels of these seeds, and print their figures."""
    with TemporaryDirectory(prefix="caudal-bench-") as scratch:
        spark = session(Path(scratch))
        for title, flat in (("seasonal and trending costs", False), ("flat costs", True)):
            figures = judge(spark, [panel(seed, flat=flat) for seed in seeds])
            console.print(table(f"{title}, with gaps: {len(seeds)} panels", figures))
        spark.stop()


def draw_models(folder: Path) -> tuple[Path, ...]:
    """Write a picture for each of PICTURED, a made-up series and its scores, and return the files."""
    with TemporaryDirectory(prefix="caudal-bench-") as scratch:
        spark = session(Path(scratch))
        made = panel(PICTURED_SEED)
        rows = trained(daily_costs(spark, [made])).collect()
        spark.stop()
    series: dict[tuple[str, str], list[Point]] = {}
    for row in sorted(rows, key=lambda each: each["usage_date"]):
        series.setdefault((row["org_id"], row["service"]), []).append(
            Point(
                day=row["usage_date"],
                cost=row["cost_usd"],
                expected=row["expected_usd"],
                lower=row["lower_usd"],
                upper=row["upper_usd"],
                is_anomaly=row["is_anomaly"],
            )
        )
    files = []
    for kind in PICTURED:
        org, service = next(case.key for case in made.cases if case.kind == kind)
        file = folder / f"anomaly-{kind.replace(' ', '-')}.svg"
        file.write_text(picture(f"A {kind}", series[f"0|{org}", f"0|{service}"]), encoding="utf-8")
        files.append(file)
    return tuple(files)


def session(scratch: Path) -> SparkSession:
    """Return a Spark session with the settings of the local jobs. `scratch` holds its temporary files."""
    os.environ.setdefault("JAVA_HOME", str(java_home()))
    builder: Any = SparkSession.builder
    for name, value in spark_settings(scratch).items():
        builder = builder.config(name, value)
    return configure(builder.getOrCreate())


def table(title: str, figures: Mapping[str, Figures]) -> Table:
    """Return a table with one column per model."""
    shown = Table("figure", *figures, title=title)
    kinds = [kind for kind in KINDS if any(each.cases[kind] for each in figures.values())]

    def row(name: str, texts: Sequence[str]) -> None:
        shown.add_row(name, *texts)

    every = list(figures.values())
    row("F1", [f"{each.f1:.3f}" for each in every])
    row("precision", [f"{each.precision:.3f}" for each in every])
    row("recall", [f"{each.recall:.3f}" for each in every])
    row("false alarms", [f"{each.false_alarms}" for each in every])
    row("false alarms per organisation and month", [f"{each.alarms_per_month:.2f}" for each in every])
    row("delay in days", [f"{each.delay:.1f}" for each in every])
    row("missed dollars", [f"{each.missed // 1_000_000:,}" for each in every])
    for kind in kinds:
        row(f"found: {kind}", [f"{each.found[kind]} of {each.cases[kind]}" for each in every])
    return shown
