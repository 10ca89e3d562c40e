"""States of a query execution."""

from __future__ import annotations

import duckdb
import pytest

from localcloud.execution.athena.api.execution import INTERRUPT_INTERVAL, Execution


def new_execution() -> Execution:
    return Execution(query="", context={}, config={}, workgroup=None, execution_parameters=None)


def test_query_cancelled_before_it_reaches_duckdb_is_interrupted() -> None:
    execution = new_execution()
    with duckdb.connect() as connection:
        execution.begin()
        execution.cancel()
        execution.use_connection(connection)

        with pytest.raises(duckdb.InterruptException):
            connection.execute("SELECT count(*) FROM range(100_000_000_000) a(x) WHERE x * x < 0")
    execution.finish("FAILED")

    assert execution.state == "CANCELLED"


def test_execution_ends_in_the_state_of_its_outcome() -> None:
    execution = new_execution()
    assert execution.status == "QUEUED"

    assert execution.begin()
    assert execution.status == "RUNNING"
    execution.finish("FAILED", "SYNTAX_ERROR")

    assert (execution.status, execution.reason) == ("FAILED", "SYNTAX_ERROR")
    assert execution.released.is_set()


def test_execution_cancelled_in_the_queue_does_not_begin() -> None:
    execution = new_execution()

    execution.cancel()

    assert not execution.begin()
    assert execution.status == "CANCELLED"


def test_ended_execution_cannot_be_cancelled() -> None:
    execution = new_execution()
    execution.begin()
    execution.finish("SUCCEEDED")

    execution.cancel()

    assert execution.status == "SUCCEEDED"


def test_execution_has_ended_in_a_final_state_only() -> None:
    finished, cancelled = new_execution(), new_execution()
    for each in (finished, cancelled):
        each.begin()
        assert not each.ended.is_set()
    finished.finish("SUCCEEDED")
    cancelled.cancel()
    assert finished.ended.is_set()
    assert cancelled.ended.is_set()


def test_who_cancels_a_query_interrupts_no_other_one() -> None:
    execution = new_execution()
    with duckdb.connect() as connection:
        execution.begin()
        execution.use_connection(connection)
        execution.use_connection(None)
        execution.cancel()
        assert not execution.released.wait(3 * INTERRUPT_INTERVAL)
        assert connection.execute("SELECT count(*) FROM range(10_000_000) a(x) WHERE x % 3 = 0").fetchone()
    execution.finish("FAILED")
