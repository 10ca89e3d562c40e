"""Rows of text are cast, checked and fixed by the declarations of their table."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pyspark.sql import Row, SparkSession

from glue_jobs.quality.checks import check_rows
from lake.model.checks import Effect, allowed, at_least, flag
from lake.model.columns import bigint, date, integer, money, text
from lake.model.spec import Table

SALES = Table(
    name="sales",
    description="Sales.",
    key=("sale_id",),
    dated_by="sold_on",
    columns=(
        bigint("sale_id", "Identifies the sale."),
        date("sold_on", "Day."),
        money("amount", "Price.", required=True),
        integer("units", "Number of units."),
        text("channel", "shop or web."),
    ),
    checks=(at_least("amount", 0), allowed("channel", ("shop", "web"), Effect.FLAG)),
)
SCHEMA = (
    "sale_id string, sold_on string, amount string, units string, channel string, extra map<string,string>, "
    "_raw string, _line string, _arrived timestamp, source_file string, source_row bigint, source_rank string"
)

NOON = datetime(2024, 1, 5, 12, tzinfo=UTC)
"""When the file of all rows arrived."""

CASES: dict[str, tuple[list[str | None], tuple[object, ...], list[str], list[str]]] = {
    "good": (["1", "2024-01-05", "1.005", "3", "web"], ("1", "2024-01-05", "1.01", "3", "web"), [], []),
    "kept without units": (["1", "2024-01-05", "1", "x", "fax"], ("1", "2024-01-05", "1.00", None, "fax"),
                           ["channel.allowed", "units.type"], []),
    "below the range": (["1", "2024-01-05", "-1", "3", "web"], ("1", "2024-01-05", "-1.00", "3", "web"),
                        [], ["amount.range"]),
    "nothing required": ([None, None, None, None, None], (None,) * 5,
                         [], ["amount.not_null", "sale_id.not_null", "sold_on.not_null"]),
    "two days later": (["1", "2024-01-07", "1", "3", "web"], ("1", "2024-01-07", "1.00", "3", "web"), [], []),
    "in the future": (["1", "2024-01-08", "1", "3", "web"], ("1", "2024-01-08", "1.00", "3", "web"),
                      [], ["sold_on.future"]),
    "exponent in the key": (["1.2E+3", "2024-01-05", "1e2", "3e0", "web"],
                            (None, "2024-01-05", "100.00", "3", "web"), [], ["sale_id.type"]),
    "nothing casts": (["x", "soon", "ten", "3", "web"], (None, None, None, "3", "web"),
                      [], ["amount.type", "sale_id.type", "sold_on.type"]),
}  # fmt: skip
"""Case → text, values as text, flags, failed checks."""


@pytest.fixture(scope="module")
def checked(spark: SparkSession) -> dict[str, Row]:
    """Return case → checked row; `malformed` is a line with the wrong number of fields."""
    rows = [
        (*given, None, None, ",".join(text or "" for text in given), NOON, case, 1, "rank")
        for case, (given, _, _, _) in CASES.items()
    ]  # fmt: skip
    rows.append((*[None] * 5, None, "1,2", None, NOON, "malformed", 1, "rank"))
    frame = check_rows(spark.createDataFrame(rows, SCHEMA), SALES)
    assert frame.columns == [
        "sale_id", "sold_on", "amount", "units", "channel", "extra", "quality_flags", "failed_checks",
        "raw_record", "source_file", "source_row", "source_rank",
    ]  # fmt: skip
    return {row["source_file"]: row for row in frame.collect()}


@pytest.mark.parametrize("case", CASES)
def test_row_has_typed_values_flags_and_failed_checks(checked: dict[str, Row], case: str) -> None:
    given, values, flags, failed = CASES[case]
    row = checked[case]
    names = [column.name for column in SALES.columns]
    assert tuple(None if row[name] is None else str(row[name]) for name in names) == values
    assert (row["failed_checks"] or row["quality_flags"]) == (failed or flags)
    assert row["raw_record"] == (",".join(text or "" for text in given) if failed else None)


def test_malformed_line_fails_with_its_raw_text_only(checked: dict[str, Row]) -> None:
    row = checked["malformed"]
    assert (row["failed_checks"], row["raw_record"], row["sale_id"]) == (["record.malformed"], "1,2", None)


def test_fix_and_default_replace_values(spark: SparkSession) -> None:
    """The flag of a fix is decided on the value before it."""
    scores = Table(
        name="scores",
        description="Scores.",
        key=("id",),
        columns=(bigint("id", "Key."), integer("score", "1 to 5."), integer("bonus", "-", default="7")),
        checks=(flag("score.range", "score < 1", "at least 1", score="NULL"),),
    )
    schema = SCHEMA.replace(
        "sale_id string, sold_on string, amount string, units string, channel",
        "id string, score string, bonus",
    )
    rows = [("1", "0", None, None, None, "1,0,", NOON, "a", 1, "r"),
            ("2", "5", "1", None, None, "2,5,1", NOON, "a", 2, "r")]  # fmt: skip
    found = check_rows(spark.createDataFrame(rows, schema), scores).orderBy("id").collect()
    assert [(row["id"], row["score"], row["bonus"], row["quality_flags"]) for row in found] == [
        (1, None, 7, ["score.range"]),
        (2, 5, 1, []),
    ]
