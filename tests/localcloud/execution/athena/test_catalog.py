"""Views show the registered partitions with the columns of the catalog."""

from __future__ import annotations

from tests.localcloud.execution.athena.client import query, start, wait_for
from tests.localcloud.execution.conftest import Cloud


def test_only_registered_partitions_are_read(sales: Cloud) -> None:
    assert query(sales, "SELECT year, month, sum(price) FROM sales GROUP BY 1, 2 ORDER BY 2") == [
        ["2025", "1", "3.00"],
        ["2025", "2", "4.00"],
    ]


def test_filter_on_partition_keys_scans_fewer_bytes(sales: Cloud) -> None:
    def scanned(where: str) -> int:
        statistics = wait_for(sales, start(sales, f"SELECT sum(price) FROM sales {where}"))["Statistics"]
        return int(statistics["DataScannedInBytes"])

    assert 0 < scanned("WHERE month = 2") < scanned("")


def test_table_without_partitions_is_empty_and_has_its_columns(cloud: Cloud) -> None:
    cloud.put_table("hollow", {"name": "string", "price": "decimal(18,2)"}, {"year": "int"})

    identifier = start(cloud, "SELECT * FROM hollow WHERE year = 2025")
    wait_for(cloud, identifier)

    answer = cloud.client("athena").get_query_results(QueryExecutionId=identifier)["ResultSet"]
    assert [cell["VarCharValue"] for cell in answer["Rows"][0]["Data"]] == ["name", "price", "year"]
    assert [column["Type"] for column in answer["ResultSetMetadata"]["ColumnInfo"]] == [
        "varchar",
        "decimal",
        "integer",
    ]
    assert len(answer["Rows"]) == 1


def test_column_missing_in_the_files_is_null(cloud: Cloud) -> None:
    cloud.put_table("grown", {"name": "string", "colour": "string"})
    cloud.put_parquet("grown/part.parquet", name=["a"])

    assert query(cloud, "SELECT name, colour FROM grown") == [["a", None]]
