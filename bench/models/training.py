"""Measure how long a training takes on a year of made-up costs (`caudal bench --training`)."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from rich.console import Console

from bench.models.judge import session
from bench.models.judged import of_domain

ORGANISATIONS, SERVICES, DAYS = 200, 6, 365
FIRST_HELD_OUT = date(2025, 12, 4)
SEED = 5
_NO_FEEDBACK = (
    "SELECT * FROM VALUES ('', DATE '2025-01-01', '', '') AS t(org_id, usage_date, service, verdict) "
    "WHERE false"
)


def measure_training(console: Console) -> None:
    """Train on ORGANISATIONS × SERVICES series of DAYS days, and print seconds, outcome and figures.

    It is the training of the domain without the job around it: reading Parquet, panels, backtest, decision.
    The session is new, as on Glue.
    """
    with TemporaryDirectory(prefix="caudal-bench-") as scratch:
        spark = session(Path(scratch))
        try:
            costs = str(Path(scratch) / "costs.parquet")
            write_year(spark, costs)
            began = time.monotonic()
            daily = spark.read.parquet(costs)
            nothing = spark.sql(_NO_FEEDBACK)
            outcome = of_domain("training").train(daily, nothing, None)
            seconds = time.monotonic() - began
        finally:
            spark.stop()
    console.print(
        f"{ORGANISATIONS * SERVICES * DAYS:,} daily costs: {seconds:.1f} s, {outcome.decision.value}"
    )
    console.print(outcome.table, markup=False, highlight=False)


def write_year(spark: SparkSession, path: str) -> None:
    """Write a year of made-up daily costs, of the kind that the backtest's own panels have."""
    reference: Any = of_domain("anomaly.backtest.reference")
    size = reference.Size(
        organisations=ORGANISATIONS, services=SERVICES, history_days=DAYS - reference.HELD_OUT_DAYS
    )
    panels = reference.reference(spark, FIRST_HELD_OUT, seed=SEED, size=size)
    panel = panels.where(F.col("panel") == reference.MADE_UP)
    panel.select("org_id", "service", "usage_date", "cost_usd").write.parquet(path)
