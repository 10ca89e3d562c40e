"""Athena queries over the catalog."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError

from tests.localcloud.execution.conftest import DATABASE, RESULTS, Cloud
from tests.localcloud.execution.queries import OUTPUT, ended, failure, query, start


@pytest.fixture(scope="module")
def typed(cloud: Cloud) -> Cloud:
    """A table with a column of each type: one row of values, one of nulls."""
    cloud.put_table(
        "typed",
        {
            "name": "string", "count": "int", "big": "bigint", "share": "double", "price": "decimal(18,2)",
            "paid": "boolean", "day": "date", "at": "timestamp", "tags": "array<string>",
        },
    )  # fmt: skip
    cloud.put_parquet(
        "typed/part.parquet",
        name=['a, "b"', None],
        count=([7, None], pa.int32()),
        big=[1 << 40, None],
        share=[0.25, None],
        price=([Decimal("12.30"), None], pa.decimal128(18, 2)),
        paid=[True, None],
        day=[dt.date(2025, 11, 30), None],
        at=([dt.datetime(2025, 11, 30, 23, 59, 58, 123456), None], pa.timestamp("us", tz="UTC")),
        tags=([["x", "y"], None], pa.list_(pa.string())),
    )
    return cloud


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


def test_columns_have_athenas_types(typed: Cloud) -> None:
    identifier = start(typed, "SELECT *, sum(count) OVER () AS total FROM typed")
    ended(typed, identifier)
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


def test_the_csv_lies_at_the_output_location(typed: Cloud) -> None:
    location = ended(typed, start(typed, "SELECT name, count FROM typed"))["ResultConfiguration"][
        "OutputLocation"
    ]

    key = location.removeprefix(f"s3://{RESULTS}/")
    body = typed.client("s3").get_object(Bucket=RESULTS, Key=key)["Body"].read().decode()
    assert body == '"name","count"\n"a, ""b""","7"\n,\n'
    assert typed.client("s3").head_object(Bucket=RESULTS, Key=f"{key}.metadata")


def test_only_registered_partitions_are_read(sales: Cloud) -> None:
    assert query(sales, "SELECT year, month, sum(price) FROM sales GROUP BY 1, 2 ORDER BY 2") == [
        ["2025", "1", "3.00"],
        ["2025", "2", "4.00"],
    ]


def test_a_filter_on_partition_keys_scans_less(sales: Cloud) -> None:
    def scanned(where: str) -> int:
        statistics = ended(sales, start(sales, f"SELECT sum(price) FROM sales {where}"))["Statistics"]
        return int(statistics["DataScannedInBytes"])

    assert 0 < scanned("WHERE month = 2") < scanned("")


def test_the_scan_limit_cancels(cloud: Cloud) -> None:
    cloud.put_table("heavy", {"noise": "binary"})
    cloud.put_parquet("heavy/part.parquet", noise=[os.urandom(11_000_000)])
    cloud.client("athena").create_work_group(
        Name="frugal",
        Configuration={"ResultConfiguration": OUTPUT, "BytesScannedCutoffPerQuery": 10_000_000},
    )

    status = ended(cloud, start(cloud, "SELECT count(DISTINCT noise) FROM heavy", WorkGroup="frugal"))[
        "Status"
    ]

    assert status["State"] == "CANCELLED"
    assert "Bytes scanned limit was exceeded" in status["StateChangeReason"]
    assert query(cloud, "SELECT count(DISTINCT noise) FROM heavy") == [["1"]]


def test_a_table_without_partitions_is_empty_with_its_columns(cloud: Cloud) -> None:
    cloud.put_table("hollow", {"name": "string", "price": "decimal(18,2)"}, {"year": "int"})

    identifier = start(cloud, "SELECT * FROM hollow WHERE year = 2025")
    ended(cloud, identifier)

    answer = cloud.client("athena").get_query_results(QueryExecutionId=identifier)["ResultSet"]
    assert [cell["VarCharValue"] for cell in answer["Rows"][0]["Data"]] == ["name", "price", "year"]
    assert [column["Type"] for column in answer["ResultSetMetadata"]["ColumnInfo"]] == [
        "varchar",
        "decimal",
        "integer",
    ]
    assert len(answer["Rows"]) == 1


def test_a_column_that_the_files_lack_is_null(cloud: Cloud) -> None:
    cloud.put_table("grown", {"name": "string", "colour": "string"})
    cloud.put_parquet("grown/part.parquet", name=["a"])

    assert query(cloud, "SELECT name, colour FROM grown") == [["a", None]]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("7 / 2", "3"),
        ("-7 / 2", "-3"),
        ("7 / 2.0", "3.5"),
        ("7 / 2e0", "3.5"),
        ("1e0 / 0", "Infinity"),
        ("sum(count) / (count(*) + 1)", "3"),
        ("sum(price) / 7", "1.76"),
        ("100.0 * sum(price) / sum(price)", "100.000"),
        ("avg(price)", "12.30"),
        ("avg(count)", "7.0"),
        ("sum(x.c) / 2", "3"),
        ("approx_percentile(share, 0.5)", "0.25"),
        ("count_if(paid)", "1"),
        ("max_by(name, big)", 'a, "b"'),
        ("arbitrary(day)", "2025-11-30"),
        ("array_join(array_agg(name), '-')", 'a, "b"'),
    ],
)
def test_aggregates_and_arithmetic(typed: Cloud, expression: str, value: str) -> None:
    sql = f"SELECT {expression} FROM typed CROSS JOIN (SELECT 7 AS c) x WHERE name IS NOT NULL"

    assert query(typed, sql) == [[value]]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("date_trunc('month', day)", "2025-11-01"),
        ("date_trunc('hour', at)", "2025-11-30 23:00:00.000"),
        ("day - interval '14' day", "2025-11-16"),
        ("day + interval '1' month", "2025-12-30"),
        ("date_add('day', 7, day)", "2025-12-07"),
        ("date_diff('day', date '2025-11-01', day)", "29"),
        ("date_diff('day', day, date '2025-11-01')", "-29"),
        ("day_of_week(day)", "7"),
        ("year(day) * 100 + month(day)", "202511"),
        ("extract(quarter FROM day)", "4"),
        ("format_datetime(at, 'yyyy-MM')", "2025-11"),
        ("date_format(at, '%Y-%m-%d')", "2025-11-30"),
        ("cast(day AS varchar)", "2025-11-30"),
        ("try_cast('x' AS integer)", None),
        ("try(1 / 0)", None),
        ("tags[1]", "x"),
        ("element_at(tags, 2)", "y"),
        ("cardinality(tags)", "2"),
        ("contains(tags, 'x')", "true"),
        ("any_match(tags, t -> t = 'y')", "true"),
        ("map(array['k'], array[1])['k']", "1"),
        ("coalesce(nullif(count, 7), -1)", "-1"),
        ("if(paid, 'yes', 'no')", "yes"),
        ("split_part('a-b', '-', 2)", "b"),
        ("regexp_like(name, '^a')", "true"),
        ("round(price, 1)", "12.3"),
        ("cast(price AS double)", "12.3"),
        ("1.5e10", "1.5E10"),
        ("lag(count) OVER (ORDER BY count)", None),
    ],
)
def test_functions(typed: Cloud, expression: str, value: str | None) -> None:
    found = query(typed, f"SELECT {expression} FROM typed WHERE name IS NOT NULL")[0][0]

    assert found == value or (value == "12.3" and found == "12.30")


def test_types_are_known_through_ctes_and_joins(sales: Cloud) -> None:
    sql = """
        WITH months AS (SELECT month, sum(price) AS total, count(*) AS n FROM sales GROUP BY month),
             whole AS (SELECT sum(total) AS total FROM months)
        SELECT m.month, m.total / m.n, 100 * m.total / w.total
        FROM months m CROSS JOIN whole w ORDER BY 1
    """

    assert query(sales, sql) == [["1", "1.50", "42.86"], ["2", "4.00", "57.14"]]


def test_parameters_take_the_place_of_question_marks(sales: Cloud) -> None:
    sql = "SELECT count(*) FROM sales WHERE month = ? AND price < ? AND 'x' = ?"

    assert query(sales, sql, ExecutionParameters=["1", "1.5", "'x'"]) == [["1"]]


def test_names_with_database_and_catalog(sales: Cloud) -> None:
    sql = f'SELECT count(*) FROM "AwsDataCatalog"."{DATABASE}"."sales" s WHERE s.MONTH = 1'

    assert query(sales, sql, QueryExecutionContext={"Database": "default"}) == [["2"]]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT * FROM nothing", "TABLE_NOT_FOUND: Table 'awsdatacatalog.shop.nothing' does not exist."),
        (
            "SELECT colour FROM sales",
            "COLUMN_NOT_FOUND: Column 'colour' cannot be resolved. Known columns: id",
        ),
        ("SELECT s.colour FROM sales s", "COLUMN_NOT_FOUND"),
        ("SELECT FROM WHERE", "SYNTAX_ERROR"),
        ("SELECT 1; SELECT 2", "Only one sql statement is allowed"),
        ("SELECT 1 / 0", "DIVISION_BY_ZERO"),
        ("SELECT cast('x' AS integer)", "INVALID_CAST_ARGUMENT"),
        ("SELECT frobnicate(1)", "FUNCTION_NOT_FOUND"),
        ("SELECT ? + 1", "INVALID_PARAMETER_USAGE"),
        ("SELECT * FROM elsewhere.sales", "SCHEMA_NOT_FOUND: Schema 'elsewhere' does not exist"),
        ("DELETE FROM sales", "NOT_SUPPORTED"),
    ],
)
def test_a_failure_says_why(sales: Cloud, sql: str, reason: str) -> None:
    assert reason in failure(sales, sql)


def test_results_of_a_failed_query_are_refused(sales: Cloud) -> None:
    identifier = start(sales, "SELECT colour FROM sales")
    ended(sales, identifier)

    with pytest.raises(ClientError, match="Final query state: FAILED"):
        sales.client("athena").get_query_results(QueryExecutionId=identifier)


def test_results_come_in_pages(sales: Cloud) -> None:
    identifier = start(sales, "SELECT * FROM UNNEST(sequence(1, 5)) AS t(n)")
    ended(sales, identifier)

    pages = (
        sales.client("athena")
        .get_paginator("get_query_results")
        .paginate(QueryExecutionId=identifier, PaginationConfig={"PageSize": 2})
    )
    sizes = [len(page["ResultSet"]["Rows"]) for page in pages]
    assert sizes == [2, 2, 2]


def test_a_workgroup_that_enforces_its_settings_wins(sales: Cloud) -> None:
    sales.client("athena").create_work_group(
        Name="strict", Configuration={"ResultConfiguration": {"OutputLocation": f"s3://{RESULTS}/strict/"}}
    )

    execution = ended(sales, start(sales, "SELECT 1", WorkGroup="strict"))

    assert execution["ResultConfiguration"]["OutputLocation"].startswith(f"s3://{RESULTS}/strict/")
    assert execution["WorkGroup"] == "strict"


def test_no_output_location_is_refused(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="No output location provided"):
        cloud.client("athena").start_query_execution(QueryString="SELECT 1")
