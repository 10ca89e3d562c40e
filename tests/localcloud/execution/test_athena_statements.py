"""Athena statements that are no plain query, and clients that use them."""

from __future__ import annotations

import warnings
from decimal import Decimal

import boto3
import pytest

from tests.localcloud.execution.conftest import DATABASE, RESULTS, Cloud
from tests.localcloud.execution.queries import ended, failure, query, start


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SHOW TABLES 'sal*'", ["sales"]),
        (f"SHOW TABLES IN {DATABASE} 'sales'", ["sales"]),
        ("SHOW COLUMNS IN sales", ["id", "price", "year", "month"]),
        ("SHOW PARTITIONS sales", ["year=2025/month=1", "year=2025/month=2"]),
    ],
)
def test_show(sales: Cloud, sql: str, expected: list[str]) -> None:
    identifier = start(sales, sql)
    assert ended(sales, identifier)["Status"]["State"] == "SUCCEEDED"

    rows = sales.client("athena").get_query_results(QueryExecutionId=identifier)["ResultSet"]["Rows"]
    assert [row["Data"][0]["VarCharValue"] for row in rows] == expected


def test_describe_names_columns_types_and_partition_keys(sales: Cloud) -> None:
    identifier = start(sales, "DESCRIBE sales")
    ended(sales, identifier)

    rows = sales.client("athena").get_query_results(QueryExecutionId=identifier)["ResultSet"]["Rows"]
    lines = [row["Data"][0]["VarCharValue"].split() for row in rows]
    assert ["price", "decimal(18,2)"] in lines
    assert ["#", "Partition", "Information"] in lines


def test_create_table_as_makes_a_table_that_can_be_queried_and_dropped(sales: Cloud) -> None:
    created = start(
        sales, "CREATE TABLE monthly AS SELECT month, sum(price) AS total FROM sales GROUP BY month"
    )
    assert ended(sales, created)["Status"]["State"] == "SUCCEEDED"

    assert query(sales, "SELECT * FROM monthly ORDER BY month") == [["1", "3.00"], ["2", "4.00"]]
    assert "TABLE_ALREADY_EXISTS" in failure(sales, "CREATE TABLE monthly AS SELECT 1 AS one")
    assert ended(sales, start(sales, "DROP TABLE monthly"))["Status"]["State"] == "SUCCEEDED"
    assert "TABLE_NOT_FOUND" in failure(sales, "SELECT * FROM monthly")


@pytest.mark.parametrize("ctas", [True, False])
def test_awswrangler_reads_frames(sales: Cloud, monkeypatch: pytest.MonkeyPatch, ctas: bool) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", sales.context.endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", sales.context.region)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own and pandas' deprecations
        import awswrangler as wr

        frame = wr.athena.read_sql_query(
            "SELECT month, sum(price) AS total FROM sales GROUP BY month ORDER BY month",
            database=DATABASE,
            s3_output=f"s3://{RESULTS}/wrangler/",
            ctas_approach=ctas,
            boto3_session=boto3.Session(
                aws_access_key_id="localadmin",
                aws_secret_access_key="localadmin",
                region_name=sales.context.region,
            ),
        )

    assert sorted(frame["month"]) == [1, 2]
    assert sorted(frame["total"]) == [Decimal("3.00"), Decimal("4.00")]
