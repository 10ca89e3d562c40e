"""CREATE TABLE AS."""

from __future__ import annotations

import warnings
from decimal import Decimal
from typing import Any, cast

import boto3
import pytest

from tests.localcloud.execution.athena.client import failure, query, start, wait_for
from tests.localcloud.execution.conftest import DATABASE, RESULTS, Cloud


def test_created_table_can_be_queried_and_dropped(sales: Cloud) -> None:
    created = start(
        sales, "CREATE TABLE monthly AS SELECT month, sum(price) AS total FROM sales GROUP BY month"
    )
    assert wait_for(sales, created)["Status"]["State"] == "SUCCEEDED"

    assert query(sales, "SELECT * FROM monthly ORDER BY month") == [["1", "3.00"], ["2", "4.00"]]
    assert "TABLE_ALREADY_EXISTS" in failure(sales, "CREATE TABLE monthly AS SELECT 1 AS one")
    assert wait_for(sales, start(sales, "DROP TABLE monthly"))["Status"]["State"] == "SUCCEEDED"
    assert "TABLE_NOT_FOUND" in failure(sales, "SELECT * FROM monthly")


@pytest.mark.parametrize("ctas", [True, False])
def test_awswrangler_reads_data_frames(sales: Cloud, monkeypatch: pytest.MonkeyPatch, ctas: bool) -> None:
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
                region_name=sales.context.region, **cast(dict[str, Any], sales.context.credentials())
            ),
        )

    assert sorted(frame["month"]) == [1, 2]
    assert sorted(frame["total"]) == [Decimal("3.00"), Decimal("4.00")]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("format = 'ORC'", "writes only unpartitioned Parquet"),
        ("partitioned_by = ARRAY['month']", "writes only unpartitioned Parquet"),
    ],
)
def test_other_formats_and_partitions_are_refused(sales: Cloud, options: str, reason: str) -> None:
    assert reason in failure(sales, f"CREATE TABLE copied WITH ({options}) AS SELECT price, month FROM sales")


def test_nested_columns_are_refused(sales: Cloud) -> None:
    sql = "CREATE TABLE nested AS SELECT array_agg(price) AS prices FROM sales"

    assert "CREATE TABLE AS with columns prices array is not supported locally" in failure(sales, sql)
