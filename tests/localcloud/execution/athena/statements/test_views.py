"""Views are queries in the catalog."""

from __future__ import annotations

import pytest

from tests.localcloud.execution.athena.client import failure, query, start, wait_for
from tests.localcloud.execution.conftest import DATABASE, Cloud


def run(cloud: Cloud, sql: str) -> None:
    status = wait_for(cloud, start(cloud, sql))["Status"]
    assert status["State"] == "SUCCEEDED", status["StateChangeReason"]


def lines(cloud: Cloud, sql: str) -> list[str]:
    identifier = start(cloud, sql)
    wait_for(cloud, identifier)
    rows = cloud.client("athena").get_query_results(QueryExecutionId=identifier)["ResultSet"]["Rows"]
    return [row["Data"][0]["VarCharValue"] for row in rows]


def test_view_is_queried_like_a_table_replaced_and_dropped(sales: Cloud) -> None:
    run(sales, "CREATE VIEW totals AS SELECT month, sum(price) AS total FROM sales GROUP BY month")
    assert query(sales, "SELECT * FROM totals ORDER BY month") == [["1", "3.00"], ["2", "4.00"]]
    assert "TABLE_ALREADY_EXISTS" in failure(sales, "CREATE VIEW totals AS SELECT 1 AS one")

    run(sales, "CREATE OR REPLACE VIEW totals AS SELECT count(*) AS n FROM sales")
    assert query(sales, f"SELECT t.n FROM {DATABASE}.totals t", QueryExecutionContext={"Database": "x"}) == [
        ["3"]
    ]
    assert lines(sales, "SHOW VIEWS LIKE 'tot*'") == ["totals"]
    assert lines(sales, "SHOW CREATE VIEW totals")[1] == "SELECT count(*) AS n FROM sales"

    run(sales, "DROP VIEW totals")
    assert "TABLE_NOT_FOUND" in failure(sales, "SELECT * FROM totals")
    assert "does not exist" in failure(sales, "DROP VIEW totals")
    run(sales, "DROP VIEW IF EXISTS totals")


def test_columns_of_a_view_are_in_the_catalog(sales: Cloud) -> None:
    run(
        sales,
        "CREATE OR REPLACE VIEW typed_view AS SELECT id, price, 'a' AS letter, ARRAY[1] AS many FROM sales",
    )

    table = sales.client("glue").get_table(DatabaseName=DATABASE, Name="typed_view")["Table"]
    assert [(c["Name"], c["Type"]) for c in table["StorageDescriptor"]["Columns"]] == [
        ("id", "int"), ("price", "decimal(18,2)"), ("letter", "string"), ("many", "array<int>"),
    ]  # fmt: skip
    assert table["TableType"] == "VIRTUAL_VIEW"


def test_view_that_uses_itself_is_refused(sales: Cloud) -> None:
    run(sales, "CREATE OR REPLACE VIEW inner_view AS SELECT 1 AS one")
    run(sales, "CREATE OR REPLACE VIEW outer_view AS SELECT * FROM inner_view")
    run(sales, "CREATE OR REPLACE VIEW inner_view AS SELECT * FROM outer_view")

    assert "is recursive" in failure(sales, "SELECT * FROM outer_view")


@pytest.mark.parametrize(
    "sql", ["CREATE VIEW broken AS SELECT colour FROM sales", "CREATE VIEW broken AS SELECT"]
)
def test_view_of_a_wrong_query_is_not_created(sales: Cloud, sql: str) -> None:
    assert failure(sales, sql)
    assert "TABLE_NOT_FOUND" in failure(sales, "SELECT * FROM broken")
