"""Both jobs as they run on a large input: plans are adapted after each stage, and compiled.

The session that tests share has neither, and all other pipelines of tests are small.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from glue_jobs.runtime import session
from tests.domains.reference import COMPILED
from tests.pipeline import Pipeline
from tests.toy.drops import HEAD, JANUARY
from tests.toy.model import expected

LARGE = {**COMPILED, "spark.sql.adaptive.enabled": "true", session.PARTITIONS: "4"}


def test_months_are_published_with_adaptive_and_compiled_plans(
    spark: SparkSession, tmp_path: Path, toy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "SMALL_INPUT", 0)
    large = session.configure(spark.newSession())
    for name, value in LARGE.items():
        large.conf.set(name, value)
    pipeline = Pipeline(large, tmp_path / "buckets", toy)
    pipeline.drop(JANUARY)
    pipeline.drop({"sales_more.csv": HEAD["sales"] + "1,1,2024-01-05,12.50,web\n4,1,soon,4.00,shop\n"})
    pipeline.run()

    assert {name: large.conf.get(name) for name in LARGE} == LARGE
    assert pipeline.rows("gold", "sales_enriched") == [
        ("1", "1", "2024-01-05", "12.50", "Ann", "SE", "5", "1", "2024"),
        ("2", "2", "2024-02-10", "20.00", "Bo", "NO", "3", "2", "2024"),
        ("3", "3", "2024-02-11", "30.00", None, None, None, "2", "2024"),
    ]
    assert pipeline.published() == expected(pipeline.uploads).published
