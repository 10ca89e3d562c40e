"""Spark's gold tables equal those of the independent DuckDB program, value by value."""

from __future__ import annotations

import duckdb
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from bench.reference.program import build_marts
from bench.reference.rows import duckdb_type
from domains.cloud_provider.domain import DOMAIN
from domains.cloud_provider.silver.usage_events import build as build_usage_events
from lake.model.discovery import transformation
from lake.model.spec import Mart
from tests.domains.cloud_provider.resolved import resolved_tables
from tests.domains.reference import MODES, Tables, assert_equals_reference, session_in
from tests.frames import frame, parse


@pytest.fixture(scope="module", params=MODES)
def tables(request: pytest.FixtureRequest, spark: SparkSession) -> Tables:
    """Spark's marts of the resolved tables, and a DuckDB connection with those of the reference."""
    spark = session_in(request.param, spark)
    literal = resolved_tables(seed=1)
    frames = {
        table.name: frame(spark, table.columns, literal.get(table.name, table.key[0])).withColumn(
            "quality_flags", F.array().cast("array<string>")
        )
        for table in DOMAIN.tables
    }
    masters = {name: frames[name] for name in DOMAIN.table("usage_events").enriched_from}
    frames["usage_events"] = build_usage_events(usage_events=frames["usage_events"], **masters).cache()
    for mart in DOMAIN.marts_in_order():
        build = transformation(DOMAIN.name, "gold", mart.name).build
        cold_start = {} if mart.model is None else {mart.model: None}
        frames[mart.name] = build(**{name: frames[name] for name in mart.inputs}, **cold_start).cache()
    return frames, _reference(literal)


def _reference(literal: dict[str, str]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for table in DOMAIN.tables:
        columns = ", ".join(f'"{column.name}" {duckdb_type(column.type)}' for column in table.columns)
        connection.execute(f"CREATE TABLE {table.name} ({columns})")
        header, body = parse(literal.get(table.name, table.key[0]))
        names = ", ".join(f'"{name}"' for name in header)
        if body:
            placeholders = ", ".join("?" * len(header))
            connection.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({placeholders})", body)
    build_marts(DOMAIN, connection)
    return connection


@pytest.mark.parametrize("mart", DOMAIN.marts, ids=lambda mart: mart.name)
def test_spark_and_the_reference_give_equal_tables(tables: Tables, mart: Mart) -> None:
    assert_equals_reference(tables, mart)
