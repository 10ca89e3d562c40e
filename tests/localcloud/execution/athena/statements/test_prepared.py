"""Prepared statements are kept by workgroup, and run with values."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from localcloud.execution.athena.statements.prepared import arguments
from tests.localcloud.execution.athena.client import failure, query, start, wait_for
from tests.localcloud.execution.conftest import Cloud


def test_statement_is_prepared_executed_and_removed(sales: Cloud) -> None:
    wait_for(
        sales, start(sales, "PREPARE cheap FROM SELECT count(*) FROM sales WHERE price < ? AND month = ?")
    )

    assert query(sales, "EXECUTE cheap USING 2.00, 1") == [["1"]]
    assert query(sales, "EXECUTE cheap", ExecutionParameters=["5.00", "2"]) == [["1"]]
    wait_for(sales, start(sales, "DEALLOCATE PREPARE cheap"))
    assert "Prepared statement not found: cheap" in failure(sales, "EXECUTE cheap USING 1, 1")


def test_api_and_sql_share_the_statements(sales: Cloud) -> None:
    client = sales.client("athena")
    client.create_prepared_statement(
        StatementName="plus", WorkGroup="primary", QueryStatement="SELECT ? + 1", Description="adds"
    )

    assert query(sales, "EXECUTE plus USING 41") == [["42"]]
    found = client.get_prepared_statement(StatementName="plus", WorkGroup="primary")["PreparedStatement"]
    assert (found["QueryStatement"], found["Description"]) == ("SELECT ? + 1", "adds")
    listed = client.list_prepared_statements(WorkGroup="primary")["PreparedStatements"]
    assert "plus" in [statement["StatementName"] for statement in listed]
    client.delete_prepared_statement(StatementName="plus", WorkGroup="primary")
    with pytest.raises(ClientError, match="plus was not found"):
        client.get_prepared_statement(StatementName="plus", WorkGroup="primary")


def test_values_are_split_at_commas_outside_of_parentheses() -> None:
    assert arguments("1, 'a,b', concat('a', 'b'), ARRAY[1, 2]") == [
        "1",
        "'a,b'",
        "concat('a', 'b')",
        "ARRAY[1, 2]",
    ]
