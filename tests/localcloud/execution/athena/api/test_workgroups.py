"""DeleteWorkGroup."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.execution.athena.client import start, wait_for
from tests.localcloud.execution.conftest import RESULTS, Cloud


def create(cloud: Cloud, name: str) -> None:
    location = {"ResultConfiguration": {"OutputLocation": f"s3://{RESULTS}/{name}/"}}
    cloud.client("athena").create_work_group(Name=name, Configuration=location)


def ask(cloud: Cloud, name: str) -> None:
    wait_for(cloud, start(cloud, "SELECT 1", WorkGroup=name))


def save(cloud: Cloud, name: str) -> None:
    cloud.client("athena").create_named_query(
        Name="saved", Database="default", QueryString="SELECT 1", WorkGroup=name
    )


def prepare(cloud: Cloud, name: str) -> None:
    cloud.client("athena").create_prepared_statement(
        StatementName="prepared", QueryStatement="SELECT 1", WorkGroup=name
    )


@pytest.mark.parametrize("fill", [ask, save, prepare])
def test_workgroup_with_contents_is_deleted_only_with_them(
    sales: Cloud, fill: Callable[[Cloud, str], None]
) -> None:
    name, athena = f"group-{fill.__name__}", sales.client("athena")
    create(sales, name)
    fill(sales, name)
    with pytest.raises(ClientError, match=f"InvalidRequestException.*WorkGroup {name} is not empty"):
        athena.delete_work_group(WorkGroup=name)

    athena.delete_work_group(WorkGroup=name, RecursiveDeleteOption=True)

    create(sales, name)
    athena.delete_work_group(WorkGroup=name)
    assert name not in [group["Name"] for group in athena.list_work_groups()["WorkGroups"]]


def test_contents_of_other_workgroups_stay(sales: Cloud) -> None:
    athena = sales.client("athena")
    for name in ("goes", "stays"):
        create(sales, name)
    execution = start(sales, "SELECT 1", WorkGroup="stays")
    wait_for(sales, execution)
    athena.delete_work_group(WorkGroup="goes")
    assert athena.list_query_executions(WorkGroup="stays")["QueryExecutionIds"] == [execution]


@pytest.mark.parametrize(
    ("name", "message"),
    [("primary", "WorkGroup primary cannot be deleted"), ("none", "WorkGroup none is not found")],
)
def test_primary_and_missing_workgroups_are_refused(sales: Cloud, name: str, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        sales.client("athena").delete_work_group(WorkGroup=name, RecursiveDeleteOption=True)
