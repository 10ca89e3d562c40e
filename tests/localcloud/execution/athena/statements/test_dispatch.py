"""Statements that are not queries."""

from __future__ import annotations

import pytest

from tests.localcloud.execution.athena.client import failure, query, start, wait_for
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


def test_repair_registers_the_partitions_with_data(sales: Cloud) -> None:
    sales.put_table("unrepaired", {"id": "int"}, {"year": "int"})
    sales.put_parquet("unrepaired/year=2025/part.parquet", id=[1])
    assert query(sales, "SELECT count(*) FROM unrepaired") == [["0"]]

    assert wait_for(sales, start(sales, "MSCK REPAIR TABLE unrepaired"))["Status"]["State"] == "SUCCEEDED"

    assert query(sales, "SELECT count(*) FROM unrepaired") == [["1"]]


def test_drop_if_exists_accepts_a_missing_table(sales: Cloud) -> None:
    dropped = wait_for(sales, start(sales, "DROP TABLE IF EXISTS absent"))

    assert dropped["Status"]["State"] == "SUCCEEDED"
    assert "TABLE_NOT_FOUND" in failure(sales, "DROP TABLE absent")
