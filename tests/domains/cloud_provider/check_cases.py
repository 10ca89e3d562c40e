"""Applies the declared checks to rows of text, for tests that are lists of examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_jobs.quality.checks import check_rows
from glue_jobs.runtime.rows import ARRIVED, FAILED, FLAGS, LINE, RAW, SOURCE_COLUMNS
from lake.model.spec import Table

ARRIVAL = datetime(2026, 1, 1, tzinfo=UTC)
"""When the file of all examples arrived."""

Texts = Mapping[str, str | None]


@dataclass(frozen=True)
class Case:
    """An example row and its expected result.

    `given` differs from a good row, `failed` and `flags` are the expected checks, `becomes` the expected
    values of columns after the checks.
    """

    given: Texts
    failed: Sequence[str] = ()
    flags: Sequence[str] = ()
    becomes: Texts = field(default_factory=dict)

    def __str__(self) -> str:
        return ",".join(f"{name}={value}" for name, value in self.given.items()) or "good row"


def quarantined(check: str, **given: str | None) -> Case:
    """Return a case whose row is quarantined by `check`."""
    return Case(given, failed=[check])


def flagged(check: str, becomes: Texts, **given: str | None) -> Case:
    """Return a case whose row is kept and flagged by `check`."""
    return Case(given, flags=[check], becomes=becomes)


def good(becomes: Texts | None = None, **given: str | None) -> Case:
    """Return a case whose row passes all checks."""
    return Case(given, becomes=becomes or {})


def checked_rows(spark: SparkSession, table: Table, rows: Sequence[Texts]) -> list[dict[str, object]]:
    """Return each row's columns as text after the checks, with FAILED and FLAGS as lists."""
    names = [column.name for column in table.columns]
    schema = T.StructType([T.StructField(name, T.StringType()) for name in [*names, "source_file"]])
    written = [(*(row.get(name) for name in names), f"{place:05}") for place, row in enumerate(rows)]
    frame = spark.createDataFrame(written, schema).select(
        *names,
        F.lit(None).cast("map<string,string>").alias("extra"),
        F.lit(None).cast("string").alias(RAW),
        F.concat_ws(",", *(F.coalesce(name, F.lit("")) for name in names)).alias(LINE),
        F.lit(ARRIVAL).alias(ARRIVED),
        *(F.col("source_file") if name == "source_file" else F.lit(1).alias(name) for name in SOURCE_COLUMNS),
    )
    checked = check_rows(frame, table).orderBy("source_file")
    columns = [F.col(name).cast("string").alias(name) for name in names]
    return [row.asDict() for row in checked.select(*columns, FAILED, FLAGS).collect()]


def mismatches(spark: SparkSession, table: Table, base: Texts, cases: Sequence[Case]) -> list[str]:
    """Return a sentence for each case whose result differs from its expectation."""
    found = []
    outcomes = checked_rows(spark, table, [{**base, **case.given} for case in cases])
    for case, outcome in zip(cases, outcomes, strict=True):
        actual = {
            FAILED: outcome[FAILED],
            FLAGS: [] if outcome[FAILED] else outcome[FLAGS],
            **{name: outcome[name] for name in case.becomes},
        }
        expected = {FAILED: sorted(case.failed), FLAGS: sorted(case.flags), **case.becomes}
        if actual != expected:
            found.append(f"{case}: expected {expected}, got {actual}")
    return found


__all__ = ["Case", "Texts", "flagged", "good", "checked_rows", "mismatches", "quarantined"]
