"""The last step of every published table: its declared columns and types."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.model.spec import Mart


def published(frame: DataFrame, mart: Mart) -> DataFrame:
    """Return only the columns that `mart` declares, in its order and with its types.

    A value that does not fit into its declared type becomes null, so that one absurd amount does not stop
    the publication of all others. Raises Spark's AnalysisException if a declared column is missing.
    """
    return frame.select(
        *(F.col(column.name).try_cast(column.type).alias(column.name) for column in mart.columns)
    )
