"""The information schema shows the catalog."""

from __future__ import annotations

from tests.localcloud.execution.athena.client import failure, query
from tests.localcloud.execution.conftest import DATABASE, LAKE, Cloud


def test_columns_have_their_types_and_places(sales: Cloud) -> None:
    sql = f"""
        SELECT column_name, data_type, ordinal_position FROM information_schema.columns
        WHERE table_schema = '{DATABASE}' AND table_name = 'sales' ORDER BY ordinal_position
    """

    assert query(sales, sql) == [
        ["id", "integer", "1"], ["price", "decimal(18,2)", "2"],
        ["year", "integer", "3"], ["month", "integer", "4"],
    ]  # fmt: skip


def test_tables_and_databases_are_listed(sales: Cloud) -> None:
    columns = "SELECT table_name, table_type FROM information_schema.tables"
    tables = query(sales, f"{columns} WHERE table_schema = '{DATABASE}'")
    assert ["sales", "BASE TABLE"] in tables
    assert [DATABASE] in query(sales, "SELECT schema_name FROM awsdatacatalog.information_schema.schemata")


def test_unknown_table_is_named_with_the_known_ones(sales: Cloud) -> None:
    assert "Tables: columns, schemata, tables, views" in failure(
        sales, "SELECT * FROM information_schema.roles"
    )


def test_path_of_a_row_is_the_location_of_its_object(sales: Cloud) -> None:
    assert query(sales, 'SELECT DISTINCT "$path" FROM sales WHERE month = 2') == [
        [f"s3://{LAKE}/sales/year=2025/month=2/part.parquet"]
    ]
