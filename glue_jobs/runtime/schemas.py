"""Derives the Spark schemas of a table in each layer from its declaration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from pyspark.sql import types as T

from glue_jobs.runtime.rows import FLAGS
from lake.model.columns import Column
from lake.model.spec import Mart, Table

MONTH_KEYS = ("year", "month")

_LINEAGE = "ingest_ts timestamp, source_file string, source_row bigint, source_rank string, batch_id string"


def _ddl(columns: Iterable[Column]) -> str:
    return ", ".join(f"`{column.name}` {column.type}" for column in columns)


def _struct(ddl: str) -> T.StructType:
    return cast(T.StructType, T.StructType.fromDDL(ddl))


def bronze_schema(table: Table) -> T.StructType:
    """Return the declared columns, undeclared ones (`extra`), flags, lineage and partition keys of bronze."""
    partitions = "batch string, year int, month int" if table.dated_by else "batch string"
    columns = f"{_ddl(table.columns)}, extra map<string,string>, {FLAGS} array<string>, {_LINEAGE}"
    return _struct(f"{columns}, {partitions}")


def silver_columns(table: Table) -> tuple[str, ...]:
    """Return the names of a silver table's columns without its partition keys."""
    return (*(column.name for column in (*table.columns, *table.enrichment)), FLAGS)


def silver_schema(table: Table) -> T.StructType:
    """Return the silver columns and, for a dated table, its partition keys."""
    partitions = ", year int, month int" if table.is_dated else ""
    columns = _ddl((*table.columns, *table.enrichment))
    return _struct(f"{columns}, {FLAGS} array<string>{partitions}")


def mart_schema(mart: Mart) -> T.StructType:
    """Return a mart's published columns and its partition keys."""
    partitions = "".join(f", {key} int" for key in mart.partition_keys)
    return _struct(_ddl(mart.columns) + partitions)
