"""Random CSV text is cut into the records that a reading character by character gives."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from glue_jobs.ingest.records import LINE_NUMBER, PATH, join_open_lines
from glue_jobs.runtime.rows import LINE

PIECES = ["a", ",", ",", '"', '"', '""', " ", "\r", "\\", "\n", "\n", "\n"]
TEXTS = 400


def records_of(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield (number of the first line, text) of each record, by the rules, one character after the other."""
    start = 0
    while start < len(lines):
        end = _last_line(lines, start)
        yield start + 1, "\n".join(lines[start : end + 1])
        start = end + 1


def _last_line(lines: list[str], start: int) -> int:
    """Return the last line of the record that begins in `start`: its end, or where it contradicts itself."""
    state = "begin"
    for number in range(start, len(lines)):
        for char in lines[number]:
            if state == "begin":
                state = {",": "begin", '"': "quoted"}.get(char, "begin" if char in " \r" else "plain")
            elif state == "plain":
                state = "begin" if char == "," else "plain"
            elif state == "quoted":
                state = "quote" if char == '"' else "quoted"
            elif state == "quote" and char == '"':
                state = "quoted"
            elif state in ("quote", "closed"):
                state = {",": "begin", " ": "closed", "\r": "closed"}.get(char, "wrong")
            if state == "wrong":
                return number
        if state != "quoted":
            return number
    return start  # The quote is never closed.


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_records_are_those_of_a_reading_by_characters(spark: SparkSession, seed: int) -> None:
    chance = random.Random(seed)
    texts = [
        "".join(chance.choices(PIECES, k=chance.randint(1, 40))).split("\n") for _ in range(TEXTS)
    ]  # fmt: skip
    rows = [
        (f"file {place:03d}", number, line)
        for place, lines in enumerate(texts)
        for number, line in enumerate(lines, start=1)
    ]
    frame = spark.createDataFrame(rows, f"{PATH} string, {LINE_NUMBER} bigint, {LINE} string")
    found = [tuple(row) for row in join_open_lines(frame, "\n").select(PATH, LINE_NUMBER, LINE).collect()]
    assert sorted(found) == [
        (f"file {place:03d}", number, text)
        for place, lines in enumerate(texts)
        for number, text in records_of(lines)
    ]
