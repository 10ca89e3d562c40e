"""Rows of partitions are counted while they are written, and their files must all be there."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import Observation, SparkSession

from glue_jobs.runtime.months import UNDATED, Month
from glue_jobs.runtime.partition_rows import check_files, partition_tally, rows_by_month
from glue_jobs.runtime.tallies import tallied
from lake.errors import AccountingError

ROWS_PER_FILE = 2

ROWS = """
    (false, 2024, 1, 'a'), (false, 2024, 1, 'b'), (false, 2024, 1, 'c'), (false, 2024, 12, 'd'),
    (false, 0, 0, 'e'), (true, 0, 0, 'f'), (false, 9999, 12, 'g'), (false, 9999, 12, 'h')
"""
COLUMNS = ("rejected", "year", "month", "name")


def written(
    spark: SparkSession, folder: Path, keys: list[str], rows: str = ROWS, where: str = "true"
) -> dict[int, int]:
    """Write rows by `keys`, as jobs do; return their number by partition."""
    frame = spark.sql(f"SELECT * FROM VALUES {rows} AS t(rejected, year, month, name)").where(where)
    frame = frame.select(*keys, "name")
    counted = Observation()
    gathered = frame.repartition(*keys) if keys else frame.repartition(1)
    writer = gathered.observe(counted, partition_tally(keys).alias("rows")).write
    writer = writer.option("maxRecordsPerFile", ROWS_PER_FILE)
    (writer.partitionBy(*keys) if keys else writer).parquet(str(folder))
    return tallied(counted.get["rows"])


def files_in(folder: Path) -> dict[str, list[str]]:
    files: dict[str, list[str]] = {}
    for file in folder.rglob("*.parquet"):
        text = file.parent.relative_to(folder).as_posix()
        files.setdefault("" if text == "." else f"{text}/", []).append(file.name)
    return files


@pytest.mark.parametrize(
    ("keys", "number"),
    [([], 4), (["rejected"], 5), (["year"], 4), (["year", "month"], 5), (["rejected", "year", "month"], 6)],
)
def test_a_written_table_has_all_of_its_files(
    spark: SparkSession, tmp_path: Path, keys: list[str], number: int
) -> None:
    rows = written(spark, tmp_path / "table", keys)
    files = files_in(tmp_path / "table")
    assert sum(map(len, files.values())) == number
    check_files(rows, files, ROWS_PER_FILE, "toy.sales")


@pytest.mark.parametrize("keys", [[], ["year", "month"], ["rejected", "year", "month"]])
def test_a_missing_file_is_an_error(spark: SparkSession, tmp_path: Path, keys: list[str]) -> None:
    """Whichever it is: the only one of its partition, or one of two."""
    rows = written(spark, tmp_path / "table", keys)
    files = files_in(tmp_path / "table")
    for partition, names in files.items():
        for gone in names:
            left = {**files, partition: [name for name in names if name != gone]}
            with pytest.raises(AccountingError, match=r"toy\.sales"):
                check_files(rows, left, ROWS_PER_FILE, "toy.sales")
    with pytest.raises(AccountingError, match="8 rows were written"):
        check_files(rows, {}, ROWS_PER_FILE, "toy.sales")


def test_a_file_too_many_is_an_error(spark: SparkSession, tmp_path: Path) -> None:
    rows = written(spark, tmp_path / "table", ["year", "month"])
    left_over = {**files_in(tmp_path / "table"), "year=2023/month=1/": ["part-9.parquet"]}
    with pytest.raises(AccountingError, match="0 rows were written to 1 partitions as 0 files, and 1 files"):
        check_files(rows, left_over, ROWS_PER_FILE, "toy.sales")


@pytest.mark.parametrize("keys", [[], ["year", "month"]])
def test_no_rows_need_no_files(spark: SparkSession, tmp_path: Path, keys: list[str]) -> None:
    rows = written(spark, tmp_path / "table", keys, where="false")
    check_files(rows, files_in(tmp_path / "table"), ROWS_PER_FILE, "toy.sales")


def test_rows_without_a_month_are_in_no_checked_partition(spark: SparkSession, tmp_path: Path) -> None:
    rows = written(spark, tmp_path / "table", ["year"], "(false, NULL, 1, 'a'), (false, 2024, 1, 'b')")
    check_files(rows, files_in(tmp_path / "table"), ROWS_PER_FILE, "toy.sales")
    assert rows == {202_400: 1}


def test_rows_are_counted_by_month(spark: SparkSession, tmp_path: Path) -> None:
    rows = written(spark, tmp_path / "table", ["year", "month"])
    assert rows_by_month(rows) == {Month(2024, 1): 3, Month(2024, 12): 1, UNDATED: 2, Month(9999, 12): 2}
