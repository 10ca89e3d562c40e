"""Failed queries give Athena's reason."""

from __future__ import annotations

import duckdb
import pytest

from localcloud.execution.athena.errors import TableNotFoundError, from_duckdb
from tests.localcloud.execution.athena.client import failure
from tests.localcloud.execution.conftest import Cloud


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
        ("SELECT frobnicate(1)", "NOT_SUPPORTED: function frobnicate is not supported locally"),
        ("SELECT ? + 1", "INVALID_PARAMETER_USAGE"),
        ("SELECT * FROM elsewhere.sales", "SCHEMA_NOT_FOUND: Schema 'elsewhere' does not exist"),
        ("DELETE FROM sales", "NOT_SUPPORTED"),
    ],
)
def test_failed_query_gives_its_reason(sales: Cloud, sql: str, reason: str) -> None:
    assert reason in failure(sales, sql)


def test_known_names_are_listed() -> None:
    assert "Tables of shop: sales, visits" in str(TableNotFoundError("shop", "orders", ["visits", "sales"]))


def test_unknown_error_of_duckdb_is_an_internal_error() -> None:
    error = from_duckdb(duckdb.IOException("IO Error: disk is full"))

    assert (error.code, str(error)) == (
        "GENERIC_INTERNAL_ERROR",
        "GENERIC_INTERNAL_ERROR: disk is full",
    )
