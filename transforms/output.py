"""The contract at the end of every published table."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.model.spec import Mart


def published(frame: DataFrame, mart: Mart) -> DataFrame:
    """The columns that `mart` declares, in its order and types, and nothing else.

    A value that its declared type cannot hold becomes null: one absurd amount must not stop the
    publication of all others. Raises Spark's AnalysisException if a declared column is missing.
    """
    return frame.select(
        *(F.col(column.name).try_cast(column.type).alias(column.name) for column in mart.columns)
    )
