"""States of a query execution."""

from __future__ import annotations

import duckdb
import pytest

from localcloud.execution.athena.execution import Execution


def test_query_cancelled_before_it_reaches_duckdb_is_interrupted() -> None:
    execution = Execution(query="", context={}, config={}, workgroup=None, execution_parameters=None)
    with duckdb.connect() as connection:
        execution.begin()
        execution.cancel()
        execution.use_connection(connection)

        with pytest.raises(duckdb.InterruptException):
            connection.execute("SELECT count(*) FROM range(100_000_000_000) a(x) WHERE x * x < 0")
    execution.finish("FAILED")

    assert execution.state == "CANCELLED"
