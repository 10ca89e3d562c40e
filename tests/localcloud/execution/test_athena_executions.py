"""The life of an Athena query execution."""

from __future__ import annotations

import duckdb
import pytest

from localcloud.execution.athena.service import Execution


def test_a_query_stopped_before_it_reached_the_engine_does_not_run_on() -> None:
    execution = Execution(query="", context={}, config={}, workgroup=None, execution_parameters=None)
    with duckdb.connect() as connection:
        execution.begin()
        execution.cancel()
        execution.hold(connection)

        with pytest.raises(duckdb.InterruptException):
            connection.execute("SELECT count(*) FROM range(100_000_000_000) a(x) WHERE x * x < 0")
    execution.finish("FAILED")

    assert execution.state == "CANCELLED"
