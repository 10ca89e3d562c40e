"""Comparison of published rows with the model that they were computed with.

It tells when a model no longer fits the days after its training, and when its training data was corrected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from glue_jobs.models.choice import Choice
from glue_jobs.models.fingerprint import corrected, fingerprints
from lake.model.models import Watch
from lake.model.spec import Domain

WATCHED_DAYS = 28
"""Of the rows after the training at most those of this many newest finished days count."""

MIN_ROWS = 14
"""Fewer rows say nothing about a model. A single series reaches it within the watched days."""

SHARE_LIMIT = Decimal("0.2")
"""Above this share of rows outside of their bounds the model does not fit."""

Drift = Mapping[str, Mapping[str, int]]
"""Value of the watched column → `rows` with bounds, and how many of them are `outside`."""

Read = Callable[[str], DataFrame]
"""Returns the published rows of a mart."""


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What a run found out about the version that it has published."""

    model: str
    version: str
    drift: Drift = field(default_factory=dict)
    corrected_months: tuple[str, ...] = ()
    failure: str = ""

    @property
    def misfits(self) -> tuple[str, ...]:
        """Values of the watched column for which the model does not fit, sorted."""
        return tuple(sorted(value for value, counts in self.drift.items() if _is_misfit(counts)))

    def messages(self, domain: str) -> list[str]:
        """Return the sentences of the run's message."""
        advice = f"train: caudal model train --domain {domain}"
        told = [f"Model {self.model}: {self.failure}"] if self.failure else []
        if self.misfits:
            shares = ", ".join(f"{value} {_percent(self.drift[value])} %" for value in self.misfits)
            told.append(
                f"Model {self.model}: {self.version} no longer fits; of the newest days these shares are "
                f"outside of its bounds: {shares}; {advice}."
            )
        if self.corrected_months:
            months = ", ".join(self.corrected_months)
            told.append(
                f"Model {self.model}: {self.version} was trained on data that was corrected since: {months}; "
                f"{advice}."
            )
        return told

    def summary(self) -> dict[str, Any]:
        """Return the part of the run summary."""
        return {
            "version": self.version,
            "drift": {value: dict(counts) for value, counts in self.drift.items()},
            "misfits": list(self.misfits),
            "corrected_months": list(self.corrected_months),
        }


def watch_model(domain: Domain, choice: Choice, read: Read) -> Watched:
    """Compare published rows with the version of a choice; the cold start is compared with nothing.

    A failure is told and does not fail the run: the marts are published.
    """
    version, model = choice.version, choice.model
    if version is None:
        return Watched(model=model.name, version=choice.name)
    try:
        now = fingerprints(
            read(model.fingerprint.mart), model.fingerprint, version.window_start, version.window_end
        )
        drift: Drift = {}
        if model.watch is not None:
            dated_by = domain.mart(model.watch.mart).dated_by or ""
            drift = compare(read(model.watch.mart), model.watch, dated_by, version.window_end)
    except Exception as error:  # any failure: the marts are published, and the next run compares again
        reason = str(error).partition("\n")[0]
        return Watched(
            model=model.name, version=choice.name, failure=f"its fit could not be judged: {reason}"
        )
    return Watched(
        model=model.name, version=choice.name, drift=drift,
        corrected_months=corrected(version.fingerprint, now),
    )  # fmt: skip


def compare(rows: DataFrame, watch: Watch, dated_by: str, trained_until: date) -> Drift:
    """Return, by value, the rows with bounds of the newest days after `trained_until`, and those outside.

    The newest day is left out: it may be unfinished. Rows with an explaining verdict are left out, too. One
    row per value comes to the driver.
    """
    day, value = F.col(dated_by), F.col(watch.value)
    later = rows.where(day > F.lit(trained_until))
    newest = later.agg(F.max(day).alias("day")).first()
    if newest is None or newest["day"] is None:
        return {}
    since = newest["day"] - timedelta(days=WATCHED_DAYS)
    bounded = later.where(
        (day >= F.lit(since))
        & (day < F.lit(newest["day"]))
        & ~_is_explained(watch)
        & value.isNotNull()
        & F.col(watch.lower).isNotNull()
        & F.col(watch.upper).isNotNull()
    )
    is_outside = (value < F.col(watch.lower)) | (value > F.col(watch.upper))
    counted = bounded.groupBy(F.col(watch.by).alias("value")).agg(
        F.count(F.lit(1)).alias("rows"), F.count_if(is_outside).alias("outside")
    )
    return {
        str(row["value"]): {"rows": row["rows"], "outside": row["outside"]}
        for row in counted.orderBy("value").collect()
    }


def _is_explained(watch: Watch) -> Column:
    """Return whether people said of a row that it does not count."""
    if watch.verdict is None:
        return F.lit(False)
    return F.coalesce(F.col(watch.verdict).isin(*watch.explained), F.lit(False))


def _is_misfit(counts: Mapping[str, int]) -> bool:
    return counts["rows"] >= MIN_ROWS and counts["outside"] > SHARE_LIMIT * counts["rows"]


def _percent(counts: Mapping[str, int]) -> int:
    return round(100 * counts["outside"] / counts["rows"])
