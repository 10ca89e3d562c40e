"""The life of an Athena query execution."""

from __future__ import annotations

import duckdb
import pytest

from localcloud.execution.athena.service import Execution
from tests.localcloud.execution.conftest import Cloud, until
from tests.localcloud.execution.queries import ended, start


def test_a_query_stopped_before_it_reached_the_engine_does_not_run_on() -> None:
    execution = Execution(query="", context={}, config={}, workgroup=None, execution_parameters=None)
    with duckdb.connect() as connection:
        execution.begin()
        execution.cancel()
        execution.use_connection(connection)

        with pytest.raises(duckdb.InterruptException):
            connection.execute("SELECT count(*) FROM range(100_000_000_000) a(x) WHERE x * x < 0")
    execution.finish("FAILED")

    assert execution.state == "CANCELLED"


def test_a_long_query_can_be_stopped(cloud: Cloud) -> None:
    numbers = "UNNEST(sequence(1, 9000))"
    long = f"SELECT count(*) FROM {numbers} a(x), {numbers} b(y), {numbers} c(z) WHERE x + y + z < 0"
    identifier = start(cloud, long)
    client = cloud.client("athena")
    until(
        lambda: client.get_query_execution(QueryExecutionId=identifier)["QueryExecution"]["Status"]["State"],
        lambda state: state == "RUNNING",
    )

    client.stop_query_execution(QueryExecutionId=identifier)

    assert ended(cloud, identifier)["Status"]["State"] == "CANCELLED"
    until(lambda: cloud.context.busy, lambda at_work: at_work == 0)
