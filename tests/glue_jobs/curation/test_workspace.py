"""Staged partitions are visible to their own run only, until they are published."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import glue_jobs.curation.workspace as workspace_module
from glue_jobs.curation.publication import Published
from glue_jobs.curation.workspace import Workspace, mart_target
from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.months import Month
from lake.errors import AccountingError
from lake.model.columns import date, integer
from lake.model.spec import Mart, PartitionUnit
from tests.fakes import FolderStore
from tests.frames import frame, texts

COLUMNS = (date("day", "Day."), integer("n", "Number."))


def mart(name: str, partition_by: PartitionUnit | None) -> Mart:
    dated_by = "day" if partition_by else None
    return Mart(
        name=name,
        description="-",
        grain=(),
        inputs=(),
        columns=COLUMNS,
        partition_by=partition_by,
        dated_by=dated_by,
    )


RANKS = {"by_month": 0, "by_year": 1, "whole": 1}
MARTS = {
    "by_month": mart("by_month", PartitionUnit.MONTH),
    "by_year": mart("by_year", PartitionUnit.YEAR),
    "whole": mart("whole", None),
}

JANUARY, FEBRUARY, MARCH = Month(2024, 1), Month(2024, 2), Month(2024, 3)
THREE_DAYS = """
    day        | n
    2024-01-05 | 1
    2024-01-06 | 2
    2024-02-05 | 3
"""


class Runs:
    """Opens workspaces of successive runs over the same buckets."""

    def __init__(self, spark: SparkSession, root: Path) -> None:
        self.spark = spark
        self.root = root
        self.store = FolderStore(root)
        self._opened = 0

    def open(self) -> Workspace:
        self._opened += 1
        args = JobArguments(
            job_name="job", domain="toy", env="dev", execution=f"x{self._opened}", raw_bucket="raw",
            processed_bucket="processed", curated_bucket="curated", ledger_bucket="ledger",
        )  # fmt: skip
        return Workspace(self.spark, self.store, args, [mart_target(args, mart) for mart in MARTS.values()])

    def rows(self, mart: str, table: str) -> DataFrame:
        days = frame(self.spark, COLUMNS, table)
        return days.select("*", *(getattr(F, key)("day").alias(key) for key in MARTS[mart].partition_keys))

    def stage(self, mart: str, table: str, months: Collection[Month] | None = None) -> Workspace:
        workspace = self.open()
        workspace.stage(mart, self.rows(mart, table), months)
        return workspace

    def publish(self, mart: str, table: str, months: Collection[Month] | None = None) -> Published:
        workspace = self.stage(mart, table, months)
        published = workspace.publish(RANKS)[mart]
        workspace.clean()
        return published

    def files(self, bucket: str = "curated") -> list[str]:
        root = self.root / bucket
        return sorted(path.relative_to(root).as_posix() for path in root.rglob("*.parquet"))

    def numbers(self, mart: str, months: Collection[Month] | None = None) -> list[str | None]:
        return [row[0] for row in texts(self.open().read(mart, months), ["n"])]


@pytest.fixture
def runs(spark: SparkSession, tmp_path: Path) -> Runs:
    return Runs(spark, tmp_path)


def test_staged_rows_are_not_visible_to_other_runs(runs: Runs) -> None:
    staged = runs.stage("by_month", THREE_DAYS)
    assert runs.numbers("by_month") == []
    assert texts(staged.read("by_month"), ["n", "year", "month"]) == [
        ("1", "2024", "1"),
        ("2", "2024", "1"),
        ("3", "2024", "2"),
    ]


def test_each_partition_is_published_as_one_file_under_a_fixed_key(runs: Runs) -> None:
    published = runs.publish("by_month", THREE_DAYS)
    assert runs.files() == [
        "toy/by_month/year=2024/month=1/part-00000.parquet",
        "toy/by_month/year=2024/month=2/part-00000.parquet",
    ]
    assert published == Published(
        rows=3,
        files=2,
        written=("year=2024/month=1", "year=2024/month=2"),
        removed=(),
        new_partitions=True,
    )


def test_staged_partitions_hide_published_ones_within_a_run(runs: Runs) -> None:
    runs.publish("by_month", THREE_DAYS)
    second = runs.stage("by_month", "day | n\n2024-02-07 | 9", {FEBRUARY})
    assert [row[0] for row in texts(second.read("by_month"), ["n"])] == ["1", "2", "9"]
    assert [row[0] for row in texts(second.read("by_month", {FEBRUARY}), ["n"])] == ["9"]
    assert runs.numbers("by_month") == ["1", "2", "3"]


def test_partition_that_became_empty_is_removed(runs: Runs) -> None:
    runs.publish("by_month", THREE_DAYS)
    published = runs.publish("by_month", "day | n", {FEBRUARY, MARCH})
    assert runs.files() == ["toy/by_month/year=2024/month=1/part-00000.parquet"]
    assert (published.rows, published.files) == (0, 0)
    assert (published.written, published.removed) == ((), ("year=2024/month=2",))
    assert published.new_partitions


def test_replaced_partition_is_not_a_new_one(runs: Runs) -> None:
    runs.publish("by_month", THREE_DAYS)
    assert not runs.publish("by_month", "day | n\n2024-01-07 | 9", {JANUARY}).new_partitions


def test_without_months_the_whole_table_is_replaced(runs: Runs) -> None:
    runs.publish("by_month", THREE_DAYS)
    runs.publish("by_month", "day | n\n2024-03-07 | 9")
    assert runs.numbers("by_month") == ["9"]
    assert runs.files() == ["toy/by_month/year=2024/month=3/part-00000.parquet"]


def test_large_partition_has_several_files_and_surplus_files_are_deleted(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(workspace_module, "ROWS_PER_FILE", 1)
        assert runs.publish("whole", THREE_DAYS).files == 3
    assert runs.files() == [f"toy/whole/part-{number:05d}.parquet" for number in range(3)]
    assert runs.numbers("whole") == ["1", "2", "3"]
    runs.publish("whole", "day | n\n2024-03-07 | 9")
    assert runs.files() == ["toy/whole/part-00000.parquet"]
    assert runs.numbers("whole") == ["9"]


def test_rows_outside_the_months_are_an_error(runs: Runs) -> None:
    with pytest.raises(
        AccountingError, match=r"by_month: rows fall into partitions .*: year=2024/month=2/\. Correct the"
    ):
        runs.stage("by_month", THREE_DAYS, {JANUARY})


def test_months_of_a_table_partitioned_by_year_are_read(runs: Runs) -> None:
    runs.publish("by_year", THREE_DAYS)
    assert runs.files() == ["toy/by_year/year=2024/part-00000.parquet"]
    assert runs.numbers("by_year", {JANUARY}) == ["1", "2"]
    others = runs.open().months_in_years("by_year", {JANUARY})
    assert texts(others, ["n"]) == [("3",)]
    assert runs.open().months_in_years("by_year", {Month(2023, 1)}).isEmpty()


def test_table_without_files_is_read_as_empty_with_its_columns(runs: Runs) -> None:
    empty = runs.open().read("by_month")
    assert empty.columns == ["day", "n", "year", "month"]
    assert empty.isEmpty()


def test_clean_deletes_the_staged_files_of_killed_runs(runs: Runs) -> None:
    runs.stage("by_month", THREE_DAYS)
    assert any(key.startswith("_staging/toy/x1/") for key in runs.files())
    runs.open().clean()
    assert runs.files() == []


def test_publishing_twice_changes_nothing(runs: Runs) -> None:
    workspace = runs.stage("by_month", THREE_DAYS)
    workspace.publish(RANKS)
    workspace.publish(RANKS)
    assert runs.numbers("by_month") == ["1", "2", "3"]
