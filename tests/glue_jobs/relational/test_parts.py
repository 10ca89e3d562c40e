"""Small tables share a query, large ones have their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from glue_jobs.relational import parts
from glue_jobs.relational.parts import SMALL_BYTES, Selection, TextParts, by_query
from glue_jobs.relational.sources import Source, source
from glue_jobs.runtime.schemas import silver_schema
from glue_jobs.runtime.store import Listed
from lake.files.sizes import EXPANSION
from lake.model.discovery import load_domain
from lake.model.relational.schema import relational_schemas
from lake.naming import layer_prefix
from tests.pipeline import Pipeline

SCHEMAS = {schema.name: schema for schema in relational_schemas(load_domain("ecommerce"))}
LARGEST = SMALL_BYTES // EXPANSION
"""Stored bytes of the largest months of a table that are small."""


def selection(table: str, *months: int, **sizes: int) -> Selection:
    """Return a selection of `months` of a table whose months have the stored sizes `m1=…`."""
    files = {
        int(name[1:]): (
            Listed(key=f"{name}.parquet", size=size, etag=name, modified=datetime(2026, 1, 1, tzinfo=UTC)),
        )
        for name, size in sizes.items()
    }
    return Selection(
        source=Source(schema=SCHEMAS[table], bucket="b", prefix="p/", months=files),
        months=months,
    )


def test_small_tables_share_a_query() -> None:
    orders, products = selection("orders", 1, 2, m1=5, m2=LARGEST - 5), selection("products", 0, m0=LARGEST)
    events, reviews = selection("events", 1, m1=LARGEST + 1), selection("reviews", 1, 2, m1=1, m2=LARGEST)
    assert by_query([events, orders, reviews, products]) == [[orders, products], [events], [reviews]]


def test_only_the_months_asked_for_count() -> None:
    one = selection("orders", 1, m1=1, m2=LARGEST + 1)
    assert by_query([one, replace(one, months=(2,)), selection("events", m1=1)]) == [
        [one],
        [replace(one, months=(2,))],
    ]


def test_nothing_asked_is_no_query() -> None:
    assert by_query([selection("orders", m1=1)]) == []


MONTHS = (202401, 202402)
ROWS = 2_000
PLAN_FORM = "spark.sql.ui.explainMode"


def put(pipeline: Pipeline, table: str) -> None:
    """Write silver of a table: two months of ROWS rows in files whose rows are in no order of the key."""
    schema = silver_schema(pipeline.domain.table(table))
    numbers = pipeline.spark.range(2 * ROWS, numPartitions=3).select(
        (F.col("id") * 7919 % ROWS).alias("n"), "id"
    )
    month = (F.col("id") / ROWS).cast("int") + 1
    values = {"order_id": F.col("n"), "review_id": F.col("n"), "line_no": F.lit(1), "year": F.lit(2024)}
    columns = [
        {**values, "month": month}.get(each.name, F.lit(None)).cast(each.dataType).alias(each.name)
        for each in schema.fields
    ]
    folder = pipeline.root / "processed" / layer_prefix("silver", pipeline.domain.name, table)
    numbers.select(columns).write.partitionBy("year", "month").parquet(str(folder))


@pytest.mark.parametrize("tables", [("orders",), ("orders", "reviews")])
@pytest.mark.parametrize("small", [SMALL_BYTES, -1])
def test_lines_of_a_file_are_in_the_order_of_the_key(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tables: tuple[str, ...], small: int
) -> None:
    monkeypatch.setattr(parts, "SMALL_BYTES", small)
    pipeline = Pipeline(spark, tmp_path, "ecommerce")
    args = pipeline.args()
    text = TextParts(spark, pipeline.store, args, pipeline.domain)
    sources = []
    for table in tables:
        put(pipeline, table)
        sources.append(source(pipeline.store, args, SCHEMAS[table]))
    text.write([Selection(source=each, months=MONTHS) for each in sources])
    for each in sources:
        for month in MONTHS:
            keys = [
                [int(line.split("\t")[0]) for line in file.read_text().splitlines()]
                for file in text.files(each, month)
            ]
            assert keys == [list(range(ROWS))]


@pytest.fixture
def long_plans(spark: SparkSession) -> Iterator[None]:
    """Let Spark keep the long form of plans, its default, in which each operator has its number."""
    before = spark.conf.get(PLAN_FORM)
    spark.conf.set(PLAN_FORM, "formatted")
    yield
    spark.conf.set(PLAN_FORM, str(before))


@pytest.mark.usefixtures("long_plans")
@pytest.mark.parametrize(("tables", "sorts"), [(("orders",), 1), (("orders", "reviews"), 3)])
def test_spark_sorts_no_rows_again_before_it_writes(
    spark: SparkSession, tmp_path: Path, tables: tuple[str, ...], sorts: int
) -> None:
    """Each table by its key, and the union of tables once more."""
    pipeline = Pipeline(spark, tmp_path, "ecommerce")
    text = TextParts(spark, pipeline.store, pipeline.args(), pipeline.domain)
    for table in tables:
        put(pipeline, table)
    text.write(
        [
            Selection(source=source(pipeline.store, pipeline.args(), SCHEMAS[table]), months=MONTHS)
            for table in tables
        ]
    )
    last = spark._jsparkSession.sharedState().statusStore().executionsList().last()
    plan = last.physicalPlanDescription().split("\n\n")[0]
    assert plan.count(" Sort (") == sorts
