"""Months of rows, and conditions on them."""

from __future__ import annotations

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.runtime.month_rows import is_in, months_of
from glue_jobs.runtime.months import UNDATED, Month
from lake.model.columns import date, integer
from tests.frames import frame, texts

COLUMNS = (integer("year", "Year."), integer("month", "Month."), date("day", "Day."))


@pytest.fixture(scope="module")
def rows(spark: SparkSession) -> DataFrame:
    table = """
        year | month | day
        2024 | 1     | 2024-03-01
        2024 | 2     | 2024-04-01
        2024 | 2     | 2024-04-02
        2025 | 1     | 2025-03-01
        0    | 0     | null
    """
    return frame(spark, COLUMNS, table)


def test_each_month_of_a_frame_is_returned_once(rows: DataFrame) -> None:
    assert months_of(rows) == {Month(2024, 1), Month(2024, 2), Month(2025, 1), UNDATED}


@pytest.mark.parametrize(
    ("months", "kept"),
    [
        ({Month(2024, 2)}, [("2024", "2"), ("2024", "2")]),
        ({Month(2024, 1), Month(2025, 1)}, [("2024", "1"), ("2025", "1")]),
        ({Month(2025, 2)}, []),
        ({UNDATED}, [("0", "0")]),
        (set(), []),
    ],
)
def test_rows_of_some_months_are_selected(
    rows: DataFrame, months: set[Month], kept: list[tuple[str, str]]
) -> None:
    assert texts(rows.where(is_in(months)), ["year", "month"]) == kept


def test_months_of_a_date_column_are_selected(rows: DataFrame) -> None:
    condition = is_in({Month(2024, 4)}, F.year("day"), F.month("day"))
    assert texts(rows.where(condition), ["day"]) == [("2024-04-01",), ("2024-04-02",)]
