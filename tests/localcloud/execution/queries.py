"""Athena queries as a client runs them."""

from __future__ import annotations

from typing import Any

from tests.localcloud.execution.conftest import DATABASE, RESULTS, Cloud, until

OUTPUT = {"OutputLocation": f"s3://{RESULTS}/out/"}


def start(cloud: Cloud, sql: str, **options: Any) -> str:
    options = {"ResultConfiguration": OUTPUT, "QueryExecutionContext": {"Database": DATABASE}, **options}
    identifier: str = cloud.client("athena").start_query_execution(QueryString=sql, **options)[
        "QueryExecutionId"
    ]
    return identifier


def ended(cloud: Cloud, identifier: str) -> dict[str, Any]:
    client = cloud.client("athena")
    found: dict[str, Any] = until(
        lambda: client.get_query_execution(QueryExecutionId=identifier)["QueryExecution"],
        lambda execution: execution["Status"]["State"] not in ("QUEUED", "RUNNING"),
    )
    return found


def query(cloud: Cloud, sql: str, **options: Any) -> list[list[str | None]]:
    """The rows of a query, without the row of names; the query must succeed."""
    identifier = start(cloud, sql, **options)
    execution = ended(cloud, identifier)
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]["StateChangeReason"]
    answer = cloud.client("athena").get_query_results(QueryExecutionId=identifier)["ResultSet"]["Rows"]
    return [[cell.get("VarCharValue") for cell in row["Data"]] for row in answer][1:]


def failure(cloud: Cloud, sql: str, **options: Any) -> str:
    """Why a query fails."""
    status = ended(cloud, start(cloud, sql, **options))["Status"]
    assert status["State"] == "FAILED"
    reason: str = status["StateChangeReason"]
    return reason
