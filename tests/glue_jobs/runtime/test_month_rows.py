"""Months of rows, and conditions on them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from glue_jobs.runtime.month_rows import is_in, month_tally, months_of, rows_by_month
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


def test_rows_are_counted_by_month_while_they_are_written(spark: SparkSession, tmp_path: Path) -> None:
    rows = spark.sql(
        "SELECT * FROM VALUES (2024, 1), (0, 0), (2024, 12), (2024, 1), (9999, 12) t(year, month)"
    )
    counted = Observation()
    rows.repartition(3).observe(counted, month_tally().alias("months")).write.parquet(str(tmp_path / "rows"))
    assert rows_by_month(counted.get["months"]) == {
        Month(2024, 1): 2,
        UNDATED: 1,
        Month(2024, 12): 1,
        Month(9999, 12): 1,
    }
