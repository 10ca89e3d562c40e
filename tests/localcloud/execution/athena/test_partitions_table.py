"""`"table$partitions"` lists the registered partitions of a table."""

from __future__ import annotations

from tests.localcloud.execution.athena.client import failure, query
from tests.localcloud.execution.conftest import DATABASE, LAKE, Cloud


def test_registered_partitions_are_rows_with_typed_keys(sales: Cloud) -> None:
    assert query(sales, 'SELECT *, typeof(month) FROM "sales$partitions" ORDER BY month DESC') == [
        ["2025", "2", "integer"],
        ["2025", "1", "integer"],
    ]


def test_newest_partition_is_read_by_its_keys(sales: Cloud) -> None:
    newest = 'SELECT max(year) AS year, max_by(month, 12 * year + month) AS month FROM "sales$partitions"'
    sql = f"WITH n AS ({newest}) SELECT sum(price) FROM sales AS s INNER JOIN n USING (year, month)"

    assert query(sales, sql) == [["4.00"]]


def test_table_without_partition_keys_has_no_table_of_partitions(typed: Cloud) -> None:
    assert "typed$partitions' does not exist" in failure(typed, 'SELECT * FROM "typed$partitions"')


def test_null_key_is_null(cloud: Cloud) -> None:
    cloud.put_table("by_colour", {"id": "int"}, {"colour": "string"})
    location = f"s3://{LAKE}/by_colour/colour=__HIVE_DEFAULT_PARTITION__/"
    cloud.client("glue").create_partition(
        DatabaseName=DATABASE,
        TableName="by_colour",
        PartitionInput={
            "Values": ["__HIVE_DEFAULT_PARTITION__"],
            "StorageDescriptor": {"Location": location},
        },
    )

    assert query(cloud, 'SELECT colour IS NULL FROM "by_colour$partitions"') == [["true"]]
