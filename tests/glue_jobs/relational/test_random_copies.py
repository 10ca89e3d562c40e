"""After any history of uploads, runs and killed runs, MySQL equals silver and gold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from glue_jobs.relational.connection import connect
from glue_jobs.relational.load import Load
from glue_jobs.relational.origins import Origins
from lake.model.relational.schema import RelationalSchema, relational_schemas
from lake.model.relational.tables import RelationalTable
from localcloud.database.mariadb import MariaDB
from tests.database import Copy, Values
from tests.fakes import KillableStore, KilledError
from tests.glue_jobs.test_random_histories import HISTORIES, QUIET, STEPS, Step
from tests.pipeline import Pipeline

RELATIONAL = (
    RelationalTable(name="makers", key=("maker_id",), lengths={"name": 20, "country": 20}),
    RelationalTable(name="sales", key=("sale_id",), lengths={"channel": 20}),
    RelationalTable(name="returns", key=("return_id",)),
    RelationalTable(name="sales_enriched", key=("sale_id",), lengths={"maker_name": 20, "country": 20}),
    RelationalTable(name="returns_enriched", key=("return_id",)),
    RelationalTable(name="revenue_by_month", key=("sold_month", "country"), lengths={"country": 20}),
    RelationalTable(name="maker_totals", key=("maker_id",)),
)
NOW = datetime(2026, 1, 1, tzinfo=UTC)

Loads = Callable[[], None]


def loads(pipeline: Pipeline, copy: Copy) -> Loads:
    """Return a function that loads what is published, and compares every table row for row."""
    domain = replace(pipeline.domain, relational=RELATIONAL)
    schemas = relational_schemas(domain)

    def load() -> None:
        origins = Origins(pipeline.spark, pipeline.store, pipeline.args(), domain, schemas)
        try:
            Load(
                connect=lambda: connect(copy.access, copy.name),
                domain=copy.name,
                schemas=schemas,
                contents=origins.contents,
                write_small=origins.write_small,
                prepare=origins.prepare,
                execution="x",
                at=NOW,
            ).run()
        finally:
            origins.close()
        for schema in schemas:
            assert mysql(copy, schema) == lake(pipeline, schema), schema.name

    return load


def mysql(copy: Copy, schema: RelationalSchema) -> list[Values]:
    """Return a table's rows as texts."""
    columns = ", ".join(f"CAST({field.name} AS CHAR)" for field in schema.fields)
    return sorted(copy.query(f"SELECT {columns} FROM {schema.name}"), key=repr)


def lake(pipeline: Pipeline, schema: RelationalSchema) -> list[Values]:
    """Return the rows of the silver table or mart as texts."""
    return pipeline.rows(schema.layer, schema.name, *(field.name for field in schema.fields))


def replay(pipeline: Pipeline, history: list[Step], load: Loads) -> None:
    """Replay a history with a load after each step."""
    for step in history:
        pipeline.drop(step.files)
        try:
            if step.then == "ingest":
                pipeline.ingest()
            elif step.then == "run":
                pipeline.run()
            elif step.then == "die":
                pipeline.run(store=KillableStore(pipeline.root, step.killed_at))
        except KilledError:
            pass
        else:
            load()
    pipeline.run()
    load()


@settings(QUIET, max_examples=2, derandomize=True, phases=[Phase.generate])
@given(history=HISTORIES)
def test_mysql_equals_the_lake_after_a_few_histories(
    spark: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
    toy: str,
    server: MariaDB,
    history: list[Step],
) -> None:
    check(Pipeline(spark, tmp_path_factory.mktemp("history") / "buckets", toy), server, history)


@pytest.mark.chaos
@settings(QUIET, max_examples=100)
@given(history=st.lists(STEPS, min_size=2, max_size=6))
def test_mysql_equals_the_lake_after_many_histories(
    spark: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
    toy: str,
    server: MariaDB,
    history: list[Step],
) -> None:
    check(Pipeline(spark, tmp_path_factory.mktemp("history") / "buckets", toy), server, history)


def check(pipeline: Pipeline, server: MariaDB, history: list[Step]) -> None:
    """Replay a history on a schema of its own."""
    copy = Copy(server, "history", pipeline.root)
    try:
        replay(pipeline, history, loads(pipeline, copy))
    finally:
        copy.query("DROP DATABASE IF EXISTS history")
