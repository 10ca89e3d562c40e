"""Frames of rows that the driver knows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from pyarrow import ArrowTypeError
from pyspark.sql import SparkSession

from glue_jobs.runtime.frames import empty_frame, small_frame

DDL = (
    "text string, time timestamp, day date, money decimal(10,2), number bigint, place int, is_good boolean, "
    "names array<string>, extra map<string,string>"
)
ROWS = [
    (
        "für 1 €", dt.datetime(2025, 11, 2, 8, 30, 0, 250000, tzinfo=dt.UTC), dt.date(2025, 11, 2),
        Decimal("1.5"), 2**40, -1, True, ["a", None], {"k": "v", "n": None},
    ),
    (None,) * 9,
]  # fmt: skip

NAIVE = dt.datetime(2025, 11, 2, 8, 30)


def test_has_the_rows_and_the_schema_of_spark_s_own_frame(spark: SparkSession) -> None:
    frame, own = small_frame(spark, ROWS, DDL), spark.createDataFrame(ROWS, DDL)
    assert frame.schema == own.schema
    assert frame.collect() == own.collect()


def test_keeps_the_order_of_rows(spark: SparkSession) -> None:
    rows = [(number,) for number in range(30, 0, -1)]
    assert [row["n"] for row in small_frame(spark, rows, "n bigint").collect()] == [n for (n,) in rows]


def test_times_are_instants_in_any_time_zone_of_the_session(spark: SparkSession) -> None:
    session = spark.newSession()
    session.conf.set("spark.sql.session.timeZone", "America/New_York")
    frame = small_frame(session, [(dt.datetime(2025, 11, 2, 8, 30, tzinfo=dt.UTC),)], "t timestamp")
    assert [row["text"] for row in frame.selectExpr("string(t) AS text").collect()] == ["2025-11-02 03:30:00"]


def test_a_frame_without_rows_starts_no_task(spark: SparkSession) -> None:
    schema = small_frame(spark, ROWS, DDL).schema
    frame = empty_frame(spark, schema)
    assert frame.schema == schema
    assert frame.collect() == []
    assert frame.unionByName(frame).count() == 0


@pytest.mark.parametrize("rows", [[("a",)], [("a", 1, 2)]])
def test_a_row_of_another_length_raises(spark: SparkSession, rows: list[tuple[object, ...]]) -> None:
    with pytest.raises(ValueError, match="zip"):
        small_frame(spark, rows, "a string, b int")


def test_a_value_of_another_type_raises(spark: SparkSession) -> None:
    with pytest.raises(ArrowTypeError):
        small_frame(spark, [(1,)], "a string")


@pytest.mark.parametrize(
    ("schema", "value", "where"),
    [
        ("a string NOT NULL", None, "row.a"),
        ("a struct<b: string NOT NULL>", {"b": None}, "row.a.b"),
        ("a array<struct<b: string NOT NULL>>", [{"b": "x"}, {"b": None}], r"row.a\[\].b"),
        ("a map<string, struct<b: string NOT NULL>>", {"k": {"b": None}}, r"row.a\['k'\].b"),
    ],
)
def test_none_in_a_column_that_is_not_null_raises(
    spark: SparkSession, schema: str, value: object, where: str
) -> None:
    with pytest.raises(ValueError, match=f"^{where}: it is NOT NULL. Give it a value"):
        small_frame(spark, [(value,)], schema)


@pytest.mark.parametrize(
    ("schema", "value"),
    [("a timestamp", NAIVE), ("a array<timestamp>", [NAIVE]), ("a map<string, timestamp>", {"k": NAIVE})],
)
def test_a_time_without_a_zone_raises(spark: SparkSession, schema: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"has no time zone. Give it one, e.g. tzinfo=datetime.UTC"):
        small_frame(spark, [(value,)], schema)


def test_a_local_time_needs_no_zone(spark: SparkSession) -> None:
    assert small_frame(spark, [(NAIVE,)], "a timestamp_ntz").collect() == [(NAIVE,)]
