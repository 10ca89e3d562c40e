"""The Athena API."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.execution.athena.client import start, wait_for
from tests.localcloud.execution.conftest import RESULTS, Cloud, poll


def test_results_of_a_failed_query_are_refused(sales: Cloud) -> None:
    identifier = start(sales, "SELECT colour FROM sales")
    wait_for(sales, identifier)

    with pytest.raises(ClientError, match="Final query state: FAILED"):
        sales.client("athena").get_query_results(QueryExecutionId=identifier)


def test_results_are_paged(sales: Cloud) -> None:
    identifier = start(sales, "SELECT * FROM UNNEST(sequence(1, 5)) AS t(n)")
    wait_for(sales, identifier)

    pages = (
        sales.client("athena")
        .get_paginator("get_query_results")
        .paginate(QueryExecutionId=identifier, PaginationConfig={"PageSize": 2})
    )
    sizes = [len(page["ResultSet"]["Rows"]) for page in pages]
    assert sizes == [2, 2, 2]


def test_output_location_of_enforcing_workgroup_takes_precedence(sales: Cloud) -> None:
    sales.client("athena").create_work_group(
        Name="strict", Configuration={"ResultConfiguration": {"OutputLocation": f"s3://{RESULTS}/strict/"}}
    )

    execution = wait_for(sales, start(sales, "SELECT 1", WorkGroup="strict"))

    assert execution["ResultConfiguration"]["OutputLocation"].startswith(f"s3://{RESULTS}/strict/")
    assert execution["WorkGroup"] == "strict"


def test_query_without_output_location_is_refused(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="No output location provided"):
        cloud.client("athena").start_query_execution(QueryString="SELECT 1")


def test_running_query_can_be_stopped(cloud: Cloud) -> None:
    numbers = "UNNEST(sequence(1, 9000))"
    long = f"SELECT count(*) FROM {numbers} a(x), {numbers} b(y), {numbers} c(z) WHERE x + y + z < 0"
    identifier = start(cloud, long)
    client = cloud.client("athena")
    poll(
        lambda: client.get_query_execution(QueryExecutionId=identifier)["QueryExecution"]["Status"]["State"],
        lambda state: state == "RUNNING",
    )

    client.stop_query_execution(QueryExecutionId=identifier)

    assert wait_for(cloud, identifier)["Status"]["State"] == "CANCELLED"
    poll(cloud.context.is_busy, lambda is_busy: not is_busy)
