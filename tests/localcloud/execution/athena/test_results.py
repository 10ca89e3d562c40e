"""Results have the text and the types that Athena returns."""

from __future__ import annotations

import pytest

from localcloud.execution.athena.results import Result, ResultColumn
from localcloud.execution.athena.sql.types import BIGINT, Type, array, decimal
from tests.localcloud.execution.athena.client import query, start, wait_for
from tests.localcloud.execution.conftest import RESULTS, Cloud


def test_values_are_written_as_athena_writes_them(typed: Cloud) -> None:
    assert query(typed, "SELECT * FROM typed ORDER BY name") == [
        [
            'a, "b"',
            "7",
            str(1 << 40),
            "0.25",
            "12.30",
            "true",
            "2025-11-30",
            "2025-11-30 23:59:58.123",
            "[x, y]",
        ],
        [None] * 9,
    ]


def test_columns_have_athena_types(typed: Cloud) -> None:
    identifier = start(typed, "SELECT *, sum(count) OVER () AS total FROM typed")
    wait_for(typed, identifier)
    metadata = typed.client("athena").get_query_results(QueryExecutionId=identifier)["ResultSet"][
        "ResultSetMetadata"
    ]

    types = {column["Name"]: column["Type"] for column in metadata["ColumnInfo"]}
    assert types == {
        "name": "varchar", "count": "integer", "big": "bigint", "share": "double", "price": "decimal",
        "paid": "boolean", "day": "date", "at": "timestamp", "tags": "array", "total": "bigint",
    }  # fmt: skip
    price = next(column for column in metadata["ColumnInfo"] if column["Name"] == "price")
    assert (price["Precision"], price["Scale"]) == (18, 2)


def test_csv_is_written_to_output_location(typed: Cloud) -> None:
    location = wait_for(typed, start(typed, "SELECT name, count FROM typed"))["ResultConfiguration"][
        "OutputLocation"
    ]

    key = location.removeprefix(f"s3://{RESULTS}/")
    body = typed.client("s3").get_object(Bucket=RESULTS, Key=key)["Body"].read().decode()
    assert body == '"name","count"\n"a, ""b""","7"\n,\n'
    assert typed.client("s3").head_object(Bucket=RESULTS, Key=f"{key}.metadata")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (decimal(18, 2), ResultColumn("c", "decimal", 18, 2)),
        (array(BIGINT), ResultColumn("c", "array")),
        (Type("real"), ResultColumn("c", "float", 7)),
        (Type("timestamp", (3,)), ResultColumn("c", "timestamp", 3)),
    ],
)
def test_column_has_the_type_of_athena(kind: Type, expected: ResultColumn) -> None:
    assert ResultColumn.of_type("c", kind) == expected


def test_lines_have_neither_header_nor_quotes() -> None:
    result = Result.of_lines("tab_name", ["sales", "visits"])

    assert result.all_rows() == [("sales",), ("visits",)]
    assert result.to_file() == b"sales\nvisits\n"
