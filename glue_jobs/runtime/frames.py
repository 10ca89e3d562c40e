"""Frames of a few rows that the driver knows: names of files, records of rejected files, empty tables.

`createDataFrame` of a Python list sends the rows through Python workers of the executors, which costs 0.2 s
for each frame, more than 1 s for the first, and 60 MB for each worker. A table of Arrow becomes a relation in
the driver's Java at once, without a Spark job, and the optimiser knows its rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema


def small_frame(spark: SparkSession, rows: Sequence[Sequence[Any]], schema: T.StructType | str) -> DataFrame:
    """Return a frame of rows whose values are in the order of `schema`; times have a zone.

    The rows are held by the driver, so this is for thousands of rows at most. Raises pyarrow's ArrowInvalid
    or ArrowTypeError for a value of another type than its column's, ValueError for a row of another length,
    for None where `schema` says NOT NULL, and for a time without a zone: Arrow would take it for UTC, Spark
    for local time.
    """
    struct = cast(T.StructType, T.StructType.fromDDL(schema)) if isinstance(schema, str) else schema
    columns = zip(*rows, strict=True) if rows else [()] * len(struct)
    for row in rows:
        _check(row, struct, "row")
    arrow = to_arrow_schema(struct)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, arrow, strict=True)]
    return spark.createDataFrame(pa.Table.from_arrays(arrays, schema=arrow), struct)


def empty_frame(spark: SparkSession, schema: T.StructType) -> DataFrame:
    """Return a frame without rows. Joins and unions with it are left out of plans."""
    return small_frame(spark, (), schema)


def _check(value: Any, kind: T.DataType, where: str) -> None:
    """Raise ValueError if a time in a value has no zone, or None is where it may not be."""
    match kind:
        case T.StructType():
            parts = [value[field.name] for field in kind] if isinstance(value, Mapping) else value
            for part, field in zip(parts, kind, strict=True):
                _check_part(part, field.dataType, field.nullable, f"{where}.{field.name}")
        case T.ArrayType():
            for element in value:
                _check_part(element, kind.elementType, kind.containsNull, f"{where}[]")
        case T.MapType():
            for key, element in value.items():
                _check_part(key, kind.keyType, False, f"{where}, a key")
                _check_part(element, kind.valueType, kind.valueContainsNull, f"{where}[{key!r}]")
        case T.TimestampType() if isinstance(value, dt.datetime) and value.tzinfo is None:
            raise ValueError(f"{where}: {value!r} has no time zone. Give it one, e.g. tzinfo=datetime.UTC.")


def _check_part(value: Any, kind: T.DataType, may_be_null: bool, where: str) -> None:
    if value is not None:
        _check(value, kind, where)
    elif not may_be_null:
        raise ValueError(f"{where}: it is NOT NULL. Give it a value, or declare it nullable in the schema.")
