"""Calls of the Athena API."""

from __future__ import annotations

from typing import Any

from tests.localcloud.execution.conftest import DATABASE, RESULTS, Cloud, poll

OUTPUT = {"OutputLocation": f"s3://{RESULTS}/out/"}


def start(cloud: Cloud, sql: str, **options: Any) -> str:
    """Start a query in the tests' database and return its id."""
    options = {"ResultConfiguration": OUTPUT, "QueryExecutionContext": {"Database": DATABASE}, **options}
    identifier: str = cloud.client("athena").start_query_execution(QueryString=sql, **options)[
        "QueryExecutionId"
    ]
    return identifier


def wait_for(cloud: Cloud, identifier: str) -> dict[str, Any]:
    """Wait for the end of a query and return its QueryExecution."""
    client = cloud.client("athena")
    found: dict[str, Any] = poll(
        lambda: client.get_query_execution(QueryExecutionId=identifier)["QueryExecution"],
        lambda execution: execution["Status"]["State"] not in ("QUEUED", "RUNNING"),
    )
    return found


def query(cloud: Cloud, sql: str, **options: Any) -> list[list[str | None]]:
    """Run a query that must succeed, and return its rows without the header."""
    identifier = start(cloud, sql, **options)
    execution = wait_for(cloud, identifier)
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]["StateChangeReason"]
    answer = cloud.client("athena").get_query_results(QueryExecutionId=identifier)["ResultSet"]["Rows"]
    return [[cell.get("VarCharValue") for cell in row["Data"]] for row in answer][1:]


def failure(cloud: Cloud, sql: str, **options: Any) -> str:
    """Run a query that must fail, and return the reason."""
    status = wait_for(cloud, start(cloud, sql, **options))["Status"]
    assert status["State"] == "FAILED"
    reason: str = status["StateChangeReason"]
    return reason
