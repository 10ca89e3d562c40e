"""Views show the registered partitions with the columns of the catalog."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from localcloud.execution.athena.catalog import CatalogTable, literal, quote, scanned_bytes
from tests.localcloud.execution.athena.client import failure, query, start, wait_for
from tests.localcloud.execution.conftest import DATABASE, LAKE, Cloud


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


def test_partition_outside_of_key_folders_is_refused(cloud: Cloud) -> None:
    cloud.put_table("misplaced", {"name": "string"}, {"year": "int"})
    cloud.client("glue").create_partition(
        DatabaseName=DATABASE,
        TableName="misplaced",
        PartitionInput={
            "Values": ["2025"],
            "StorageDescriptor": {"Location": f"s3://{LAKE}/misplaced/2024/"},
        },
    )

    assert "local queries need <key>=<value> folders for year" in failure(cloud, "SELECT * FROM misplaced")


def table(name: str, sizes: list[int]) -> CatalogTable:
    files = tuple((Path(f"{number}.parquet"), size) for number, size in enumerate(sizes))
    return CatalogTable(database=DATABASE, name=name, columns={}, keys={}, files=files, raw={})


def scan(files: str | None) -> dict[str, Any]:
    return {"name": "READ_PARQUET ", "extra_info": {"Scanning Files": files} if files else {}}


def test_scan_counts_its_share_of_the_files() -> None:
    plan = [{"name": "JOIN", "children": [scan("1/2"), scan(None)]}]

    assert scanned_bytes(plan, [table("sales", [30, 50])]) == 40 + 80


def test_scans_are_matched_to_tables_by_the_number_of_files() -> None:
    plan = [scan("1/3"), scan("2/2")]

    assert scanned_bytes(plan, [table("sales", [1, 1]), table("visits", [10, 10, 10])]) == 10 + 2


def test_quotes_are_escaped() -> None:
    assert (quote('a"b'), literal("a'b")) == ('"a""b"', "'a''b'")
