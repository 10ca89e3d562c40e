"""Published tables have the declared columns in order and type."""

from __future__ import annotations

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from lake.model.columns import bigint, integer, money, text
from lake.model.spec import Mart
from tests.frames import assert_published
from transforms.output import published

MART = Mart(
    name="totals",
    description="Totals.",
    grain=("id",),
    inputs=(),
    columns=(
        bigint("id", "Id."),
        money("amount_usd", "Amount."),
        integer("units", "Units."),
        text("note", "Note."),
    ),
)


def test_only_declared_columns_are_published_in_order_and_type(spark: SparkSession) -> None:
    frame = spark.sql("SELECT 'x' AS note, 1 AS year, 3L AS units, 1.005 AS amount_usd, 7 AS id")
    assert_published(
        published(frame, MART),
        MART,
        """
        id | amount_usd | units | note
        7  | 1.01       | 3     | x
        """,
    )


def test_value_that_does_not_fit_its_type_is_null(spark: SparkSession) -> None:
    frame = spark.sql(
        "SELECT 7L AS id, 99999999999999999999.00 AS amount_usd, 3000000000L AS units, 'x' AS note"
    )
    assert_published(
        published(frame, MART),
        MART,
        """
        id | amount_usd | units | note
        7  | null       | null  | x
        """,
    )


def test_missing_column_is_an_error(spark: SparkSession) -> None:
    with pytest.raises(AnalysisException, match="note"):
        published(spark.sql("SELECT 7L AS id, 1.00 AS amount_usd, 3 AS units"), MART)
