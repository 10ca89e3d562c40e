"""Records are rebuilt from the fields that the parser read."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from glue_jobs.runtime.rows import as_line

CASES: list[tuple[list[str | None], str]] = [
    (["1", "Ann", "SE"], "1,Ann,SE"),
    (["1", "Ann, the first", None], '1,"Ann, the first",'),
    (['Al "Ace"', "a\nb", "c\rd"], '"Al ""Ace""","a\nb","c\rd"'),
    ([" padded ", ""], " padded ,"),
    ([], ""),
]


@pytest.fixture(scope="module")
def lines(spark: SparkSession) -> list[str]:
    rows = [(number, fields) for number, (fields, _) in enumerate(CASES)]
    frame = spark.createDataFrame(rows, "number int, fields array<string>")
    return [row[0] for row in frame.orderBy("number").select(as_line(F.col("fields"))).collect()]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_fields_are_quoted_where_needed(lines: list[str], number: int) -> None:
    assert lines[number] == CASES[number][1]
