"""Glue and Athena resources have the properties and references of their templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.errors import DeployError
from localcloud.server import LocalCloud
from tests.localcloud.assembly import resource, role, write_assembly
from tests.localcloud.cloudformation.conftest import DeployOutputs


@pytest.fixture(scope="module")
def values(deploy_outputs: DeployOutputs) -> dict[str, str]:
    limited = {"EnforceWorkGroupConfiguration": True, "BytesScannedCutoffPerQuery": 10_000_000}
    resources: dict[str, Any] = {
        "Role": role("analytics", "glue.amazonaws.com"),
        "Job": resource(
            "AWS::Glue::Job",
            Name="job",
            Role={"Ref": "Role"},
            GlueVersion="6.0",
            Command={"Name": "glueetl", "ScriptLocation": "s3://x/y.py"},
            DefaultArguments={"--domain": "shop"},
            ExecutionProperty={"MaxConcurrentRuns": 1},
        ),
        "Workgroup": resource("AWS::Athena::WorkGroup", Name="workgroup", WorkGroupConfiguration=limited),
        "Query": resource(
            "AWS::Athena::NamedQuery",
            Name="query",
            Database="default",
            QueryString="SELECT 1",
            WorkGroup={"Ref": "Workgroup"},
        ),
    }
    return deploy_outputs("analytics", resources, {})


def test_ref_of_each_resource_is_resolved(values: dict[str, str]) -> None:
    assert (values["JobRef"], values["WorkgroupRef"]) == ("job", "workgroup")


def test_job_has_its_default_arguments(cloud: LocalCloud, values: dict[str, str]) -> None:
    assert cloud.client("glue").get_job(JobName="job")["Job"]["DefaultArguments"] == {"--domain": "shop"}


def test_workgroup_and_query_have_their_properties(cloud: LocalCloud, values: dict[str, str]) -> None:
    athena = cloud.client("athena")
    group = athena.get_work_group(WorkGroup="workgroup")["WorkGroup"]["Configuration"]
    assert group["BytesScannedCutoffPerQuery"] == 10_000_000
    assert athena.get_named_query(NamedQueryId=values["QueryRef"])["NamedQuery"]["QueryString"] == "SELECT 1"


def test_job_that_may_run_for_seven_days_is_refused(cloud: LocalCloud, tmp_path: Path) -> None:
    command = {"Name": "gluestreaming", "ScriptLocation": "s3://x/y.py"}
    long = resource("AWS::Glue::Job", Name="long", Role="r", Command=command, Timeout=10_080)
    with pytest.raises(DeployError, match="job long: the time-out of 10080 minutes is not below 10080"):
        cloud.deploy(write_assembly(tmp_path, {"long": {"Job": long}}))


def workgroup(name: str, **properties: Any) -> dict[str, Any]:
    """A workgroup with a place for results, which nothing writes: its queries fail, and are history too."""
    location = {"ResultConfiguration": {"OutputLocation": "s3://workgroup-results/"}}
    return resource("AWS::Athena::WorkGroup", Name=name, WorkGroupConfiguration=location, **properties)


def ask(cloud: LocalCloud, name: str) -> str:
    """Start a query in a workgroup and return its id."""
    cloud.client("s3").create_bucket(Bucket="workgroup-results")
    answer = cloud.client("athena").start_query_execution(QueryString="SELECT 1", WorkGroup=name)
    return str(answer["QueryExecutionId"])


def destroy(cloud: LocalCloud, stack: str) -> list[str]:
    """Delete a stack and return the state of what is left of it."""
    cloud.client("cloudformation").delete_stack(StackName=stack)
    left = cloud.client("cloudformation").describe_stacks()["Stacks"]
    return [found["StackStatus"] for found in left if found["StackName"] == stack]


def test_workgroup_with_a_history_goes_with_its_stack_only_if_the_template_says_so(
    cloud: LocalCloud, tmp_path: Path
) -> None:
    cloud.deploy(write_assembly(tmp_path / "1", {"asked": {"Resources": {"Group": workgroup("asked")}}}))
    execution = ask(cloud, "asked")
    assert destroy(cloud, "asked") == ["DELETE_FAILED"]
    athena = cloud.client("athena")
    athena.delete_work_group(WorkGroup="asked", RecursiveDeleteOption=True)
    with pytest.raises(ClientError, match=execution):
        athena.get_query_execution(QueryExecutionId=execution)


def test_changed_workgroup_keeps_its_history_and_follows_its_template(
    cloud: LocalCloud, tmp_path: Path
) -> None:
    for number, properties in enumerate([{}, {"RecursiveDeleteOption": True, "Description": "changed"}]):
        resources = {"Group": workgroup("changed", **properties)}
        cloud.deploy(write_assembly(tmp_path / str(number), {"changed": {"Resources": resources}}))
        if not number:
            execution = ask(cloud, "changed")
    athena = cloud.client("athena")
    assert athena.get_work_group(WorkGroup="changed")["WorkGroup"]["Description"] == "changed"
    assert athena.list_query_executions(WorkGroup="changed")["QueryExecutionIds"] == [execution]
    assert destroy(cloud, "changed") == []


def test_name_of_a_workgroup_does_not_change(cloud: LocalCloud, tmp_path: Path) -> None:
    first = {"named": {"Resources": {"Group": workgroup("one-name")}}}
    cloud.deploy(write_assembly(tmp_path / "1", first))
    other = {"named": {"Resources": {"Group": workgroup("another-name")}}}
    with pytest.raises(DeployError, match="'another-name' cannot be given to a workgroup that exists"):
        cloud.deploy(write_assembly(tmp_path / "2", other))
