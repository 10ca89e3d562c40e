"""Frames of a few rows that the driver knows: names of files, records of rejected files, empty tables.

`createDataFrame` of a Python list sends the rows through Python workers of the executors, which costs 0.2 s
for each frame, more than 1 s for the first, and 60 MB for each worker. A table of Arrow becomes a relation in
the driver's Java at once, without a Spark job, and the optimiser knows its rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema


def small_frame(spark: SparkSession, rows: Sequence[Sequence[Any]], schema: T.StructType | str) -> DataFrame:
    """Return a frame of rows whose values are in the order of `schema`; times have a zone.

    The rows are held by the driver, so this is for thousands of rows at most. Raises pyarrow's ArrowInvalid
    or ArrowTypeError for a value of another type than its column's, ValueError for a row of another length.
    """
    struct = cast(T.StructType, T.StructType.fromDDL(schema)) if isinstance(schema, str) else schema
    columns = zip(*rows, strict=True) if rows else [()] * len(struct)
    arrow = to_arrow_schema(struct)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, arrow, strict=True)]
    return spark.createDataFrame(pa.Table.from_arrays(arrays, schema=arrow), struct)


def empty_frame(spark: SparkSession, schema: T.StructType) -> DataFrame:
    """Return a frame without rows. Joins and unions with it are left out of plans."""
    return small_frame(spark, (), schema)
