"""CSV text is cut into records, and reading goes on after a record that contradicts itself."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from glue_jobs.ingest.records import LINE_NUMBER, PATH, join_open_lines
from glue_jobs.runtime.rows import LINE, RAW
from tests.glue_jobs.ingest.test_reading import HEADER, Reader

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


CONTRADICTIONS: dict[str, tuple[str, list[str]]] = {
    "unclosed until the next quoted field": (
        '1,Ann,SE\n2,"Bo,NO\n3,Cy,DK\n4,"Di",FI\n5,Ed,IS\n',
        ["1,Ann,SE", '!2,"Bo,NO\n3,Cy,DK\n4,"Di",FI', "5,Ed,IS"],
    ),
    "quotes inside a quoted field": (
        '1,"Bob "The Builder" Smith",SE\n2,"Dell 24" monitor",NO\n3,Cy,DK\n',
        ['!1,"Bob "The Builder" Smith",SE', '!2,"Dell 24" monitor",NO', "3,Cy,DK"],
    ),
    "never closed": ('1,"Ann,SE\n2,Bo,NO\n3,Cy,DK', ['!1,"Ann,SE', "2,Bo,NO", "3,Cy,DK"]),
    "never closed, twice": (
        '1,"Ann,SE\n2,Bo,NO\n3,"Cy,DK\n4,Di,FI\n', ['!1,"Ann,SE\n2,Bo,NO\n3,"Cy,DK', "4,Di,FI"]
    ),
    "closed over three lines": ('1,"Ann\n\nAb",SE\n2,Bo,NO\n', ['1,"Ann\n\nAb",SE', "2,Bo,NO"]),
    "reopened in the line that closes": (
        '1,"a\nb","S\nE"\n2,Bo,NO\n', ['1,"a\nb","S\nE"', "2,Bo,NO"]
    ),
    "blank line after a contradiction": ('1,"Ann" x,SE\n\n2,Bo,NO\n', ['!1,"Ann" x,SE', "2,Bo,NO"]),
    "too few fields over two lines": ('1,"Ann\nAb"\n2,Bo,NO\n', ['!1,"Ann\nAb"', "2,Bo,NO"]),
    "backslash does not escape": ('1,"Ann\\"x",SE\n2,Bo,NO\n', ['!1,"Ann\\"x",SE', "2,Bo,NO"]),
}  # fmt: skip
"""Case → lines after the header, and the text of each record, with `!` before a malformed one."""


@pytest.fixture(scope="module")
def contradicting(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, toy: str) -> list[list[str]]:
    """Return the records of each case, with `!` before malformed ones. All files are read together."""
    files: dict[str, str | bytes] = {
        f"{number}/makers.csv": HEADER + lines for number, (lines, _) in enumerate(CONTRADICTIONS.values())
    }
    records: list[list[str]] = [[] for _ in files]
    for row in Reader(spark, tmp_path_factory.mktemp("contradictions"), toy).rows(files):
        mark = "" if row[RAW] is None else "!"
        place = records[int(row["source_file"].split("/")[1])]
        place.append(mark + row[LINE])
        assert row["source_row"] == len(place)
    return records


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_reading_goes_on_after_the_line_of_a_contradiction(contradicting: list[list[str]], case: str) -> None:
    assert contradicting[list(CONTRADICTIONS).index(case)] == CONTRADICTIONS[case][1]
