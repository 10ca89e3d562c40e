"""The year of costs on which a training is measured."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from bench.models import training


def test_year_has_a_cost_for_each_series_and_day(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "ORGANISATIONS", 3)
    monkeypatch.setattr(training, "SERVICES", 2)
    path = str(tmp_path / "costs.parquet")
    training.write_year(spark, path)
    costs = spark.read.parquet(path)
    counted = costs.agg(
        F.count("cost_usd"), F.count_distinct("org_id", "service"), F.min("usage_date"), F.max("usage_date")
    )
    assert tuple(counted.collect()[0]) == (3 * 2 * 365, 6, date(2025, 1, 1), date(2025, 12, 31))
