"""Glue and Athena resources have the properties and references of their templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

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
