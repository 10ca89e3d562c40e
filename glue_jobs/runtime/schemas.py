"""Derives the Spark schemas of a table in each layer from its declaration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from pyspark.sql import types as T

from lake.files.layers import QUARANTINE, YEAR_MONTH, layer_columns, layer_keys, mart_keys
from lake.model.columns import Column
from lake.model.spec import Mart, Table

MONTH_KEYS = tuple(key.name for key in YEAR_MONTH)


def _struct(columns: Iterable[Column]) -> T.StructType:
    ddl = ", ".join(f"`{column.name}` {column.type}" for column in columns)
    return cast(T.StructType, T.StructType.fromDDL(ddl))


def bronze_schema(table: Table) -> T.StructType:
    """Return the declared columns, undeclared ones (`extra`), flags, lineage and partition keys of bronze."""
    return _struct((*layer_columns(table, "bronze"), *layer_keys(table, "bronze")))


def bronze_file_schema(table: Table) -> T.StructType:
    """Return the columns that files of bronze hold; the partition keys are in their paths."""
    return _struct(layer_columns(table, "bronze"))


def quarantine_schema() -> T.StructType:
    """Return the columns of a quarantined record, the same for all tables, without the partition key."""
    return _struct(QUARANTINE)


def silver_columns(table: Table) -> tuple[str, ...]:
    """Return the names of a silver table's columns without its partition keys."""
    return tuple(column.name for column in layer_columns(table, "silver"))


def silver_schema(table: Table) -> T.StructType:
    """Return the silver columns and, for a dated table, its partition keys."""
    return _struct((*layer_columns(table, "silver"), *layer_keys(table, "silver")))


def mart_schema(mart: Mart) -> T.StructType:
    """Return a mart's published columns and its partition keys."""
    return _struct((*mart.columns, *mart_keys(mart)))
