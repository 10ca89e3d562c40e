"""Spark's gold tables equal those of the independent DuckDB program, value by value."""

from __future__ import annotations

import duckdb
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from bench.reference.program import reference
from domains.ecommerce.domain import DOMAIN
from lake.model.discovery import transformation
from lake.model.spec import Mart
from tests.domains.ecommerce.landing import write_landing
from tests.domains.reference import MODES, Tables, assert_equals_reference, session_in


@pytest.fixture(scope="module", params=MODES)
def tables(
    request: pytest.FixtureRequest, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> Tables:
    """Spark's marts of the resolved tables, and a DuckDB connection with those of the reference."""
    spark = session_in(request.param, spark)
    folder = tmp_path_factory.mktemp("landing")
    write_landing(folder / "drops", seed=1)
    connection = duckdb.connect()
    reference(DOMAIN, folder / "drops", connection)
    frames: dict[str, DataFrame] = {}
    for table in DOMAIN.tables:
        connection.sql(f"SELECT * FROM {table.name}").write_parquet(str(folder / f"{table.name}.parquet"))
        stored = spark.read.parquet(str(folder / f"{table.name}.parquet"))
        frames[table.name] = stored.select(*(F.col(c.name).cast(c.type) for c in table.columns))
    for mart in DOMAIN.marts_in_order():
        build = transformation(DOMAIN.name, "gold", mart.name).build
        frames[mart.name] = build(**{name: frames[name] for name in mart.inputs})
    return frames, connection


@pytest.mark.parametrize("mart", DOMAIN.marts, ids=lambda mart: mart.name)
def test_spark_and_the_reference_give_equal_tables(tables: Tables, mart: Mart) -> None:
    assert_equals_reference(tables, mart)
