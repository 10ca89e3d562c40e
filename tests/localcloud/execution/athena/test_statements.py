"""Statements that are not queries."""

from __future__ import annotations

import pytest

from tests.localcloud.execution.athena.client import start, wait_for
from tests.localcloud.execution.conftest import DATABASE, Cloud


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SHOW TABLES 'sal*'", ["sales"]),
        (f"SHOW TABLES IN {DATABASE} 'sales'", ["sales"]),
        ("SHOW COLUMNS IN sales", ["id", "price", "year", "month"]),
        ("SHOW PARTITIONS sales", ["year=2025/month=1", "year=2025/month=2"]),
    ],
)
def test_show_lists_names(sales: Cloud, sql: str, expected: list[str]) -> None:
    identifier = start(sales, sql)
    assert wait_for(sales, identifier)["Status"]["State"] == "SUCCEEDED"

    rows = sales.client("athena").get_query_results(QueryExecutionId=identifier)["ResultSet"]["Rows"]
    assert [row["Data"][0]["VarCharValue"] for row in rows] == expected


def test_describe_lists_columns_types_and_partition_keys(sales: Cloud) -> None:
    identifier = start(sales, "DESCRIBE sales")
    wait_for(sales, identifier)

    rows = sales.client("athena").get_query_results(QueryExecutionId=identifier)["ResultSet"]["Rows"]
    lines = [row["Data"][0]["VarCharValue"].split() for row in rows]
    assert ["price", "decimal(18,2)"] in lines
    assert ["#", "Partition", "Information"] in lines
