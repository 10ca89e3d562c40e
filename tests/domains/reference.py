"""Compares Spark's marts with those of the DuckDB reference."""

from __future__ import annotations

from collections import Counter

import duckdb
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.runtime import session
from lake.model.spec import Mart

Tables = tuple[dict[str, DataFrame], duckdb.DuckDBPyConnection]
"""Spark's marts by name, and a connection with those of the reference."""


MODES = ("interpreted", "compiled")
"""How Spark executes the queries of a job: with a small input, and with any other."""

COMPILED = {"spark.sql.codegen.wholeStage": "true", "spark.sql.codegen.factoryMode": "FALLBACK"}
"""Spark's defaults, with which a job's session comes; those of the tests are others."""


def session_in(mode: str, spark: SparkSession) -> SparkSession:
    """Return a session of a job that has chosen one of MODES by the size of its input."""
    made = session.configure(spark.newSession())
    for name, value in COMPILED.items():
        made.conf.set(name, value)
    with pytest.MonkeyPatch.context() as patch:
        if mode == "compiled":
            patch.setattr(session, "SMALL_INPUT", 0)
        session.choose_settings(made, 1)
    found = {name: made.conf.get(name) for name in COMPILED}
    assert found == (COMPILED if mode == "compiled" else session.INTERPRETED)
    return made


def assert_equals_reference(tables: Tables, mart: Mart) -> None:
    """Assert that both marts have the same rows as text, and at least one."""
    frames, connection = tables
    names = [column.name for column in mart.columns]
    expected = connection.execute(
        f"SELECT {', '.join(f'CAST({name} AS VARCHAR)' for name in names)} FROM {mart.name}"
    ).fetchall()
    actual = frames[mart.name].select(*(F.col(name).cast("string") for name in names)).collect()

    assert expected
    assert Counter(tuple(row) for row in actual) == Counter(expected)
