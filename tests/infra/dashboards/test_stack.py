"""The stack of a domain's dashboards: valid by four judges, limited in what it may read, off by default."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.validate import ParamValidator

from infra.ops.lint import GROUP, cfn_findings
from lake.model.discovery import load_domains
from lake.naming import QUERY_RESULTS, Names
from localcloud.cloudformation.quicksight import schedule_parameters, without_wait
from localcloud.quicksight.model import problems, service_model
from tests.infra.assembly import Assembly, Stack, as_list

DOMAINS = [domain.name for domain in load_domains()]
CALLS = {
    "AWS::QuickSight::DataSource": "CreateDataSource",
    "AWS::QuickSight::DataSet": "CreateDataSet",
    "AWS::QuickSight::RefreshSchedule": "CreateRefreshSchedule",
    "AWS::QuickSight::Theme": "CreateTheme",
    "AWS::QuickSight::Dashboard": "CreateDashboard",
}


@pytest.fixture(params=DOMAINS)
def stack(serving: Assembly, names: Names, request: pytest.FixtureRequest) -> Stack:
    return serving.stack(names.dashboards_stack(request.param))


def test_nothing_of_quicksight_exists_by_default(dev: Assembly, names: Names) -> None:
    assert not any("dashboards" in name for name in dev.stacks)
    for domain in DOMAINS:
        text = json.dumps(dev.stack(names.stack(domain)).template)
        assert "quicksight" not in text.lower()
        assert "RefreshDashboards" not in text


def test_each_dashboard_is_a_resource(serving: Assembly, names: Names) -> None:
    for domain in load_domains():
        stack = serving.stack(names.dashboards_stack(domain.name))
        ids = {each["DashboardId"] for each in stack.of_type("AWS::QuickSight::Dashboard")}
        assert ids == {names.quicksight(domain.name, each.key) for each in domain.shown_dashboards}


def calls(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the calls of CloudFormation that create the stack's resources."""
    for resource in stack.template["Resources"].values():
        kind, properties = resource["Type"], resource["Properties"]
        if kind == "AWS::QuickSight::DataSet":
            properties = without_wait(properties)
        if kind == "AWS::QuickSight::RefreshSchedule":
            properties = schedule_parameters(properties)
        if kind in CALLS:
            yield CALLS[kind], properties


def test_resources_pass_botocores_validator(stack: Stack) -> None:
    for operation, parameters in calls(stack):
        shape = service_model().operation_model(operation).input_shape
        assert shape is not None
        report = ParamValidator().validate(parameters, shape)
        assert not report.has_errors(), report.generate_report()


def test_resources_keep_enumerations_patterns_limits_and_unions_of_the_model(stack: Stack) -> None:
    for operation, parameters in calls(stack):
        shape = service_model().operation_model(operation).input_shape
        assert shape is not None
        assert list(problems(parameters, shape)) == []


def copied(assembly: Assembly, names: Names, folder: Path) -> list[Path]:
    """Copy the templates of the dashboards alone."""
    found = [f"{names.dashboards_stack(domain)}.template.json" for domain in DOMAINS]
    return [Path(shutil.copy(assembly.outdir / name, folder / name)) for name in found]


def test_templates_pass_cfn_lint(serving: Assembly, names: Names, tmp_path: Path) -> None:
    copied(serving, names, tmp_path)
    assert cfn_findings(tmp_path) == []


def test_cfn_lint_looks_into_definitions(serving: Assembly, names: Names, tmp_path: Path) -> None:
    first, *others = copied(serving, names, tmp_path)
    for other in others:
        other.unlink()
    text = first.read_text(encoding="utf-8").replace('"STACKED"', '"PILED"')
    first.write_text(text, encoding="utf-8")
    assert any("'PILED' is not one of" in finding for finding in cfn_findings(tmp_path))


def test_data_source_has_a_role_for_workgroup_gold_and_results_only(serving: Assembly, names: Names) -> None:
    for domain in DOMAINS:
        role = names.role(domain, "quicksight")
        stack = serving.stack(names.dashboards_stack(domain))
        [trust] = stack.named("AWS::IAM::Role", role)["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "quicksight.amazonaws.com"}
        allowed = {
            (action.split(":")[0], resource)
            for statement in stack.role(role)
            for action in as_list(statement["Action"])
            for resource in as_list(statement["Resource"])
        }
        ours = {
            json.dumps(resource).split(":::")[-1].strip('"}]')
            for service, resource in allowed
            if service == "s3"
        }
        assert ours == {
            names.athena_bucket,
            f"{names.athena_bucket}/{QUERY_RESULTS}*",
            names.curated_bucket,
            f"{names.curated_bucket}/{domain}/*",
        }
        athena = {
            json.dumps(resource).split(":")[-1].strip('"')
            for service, resource in allowed
            if service == "athena"
        }
        assert athena == {f"workgroup/{names.workgroup}", "datacatalog/AwsDataCatalog"}
        [source] = stack.of_type("AWS::QuickSight::DataSource")
        parameters = source["DataSourceParameters"]["AthenaParameters"]
        assert parameters["WorkGroup"] == names.workgroup
        assert json.dumps(parameters["RoleArn"]).rstrip('"}]').endswith(f"role/{role}")


def test_each_dataset_in_spice_is_refreshed_daily_and_by_the_pipeline(
    serving: Assembly, names: Names
) -> None:
    for domain in DOMAINS:
        stack = serving.stack(names.dashboards_stack(domain))
        spice = {
            each["DataSetId"]
            for each in stack.of_type("AWS::QuickSight::DataSet")
            if each["ImportMode"] == "SPICE"
        }
        schedules = stack.of_type("AWS::QuickSight::RefreshSchedule")
        assert {each["DataSetId"] for each in schedules} == spice
        for each in schedules:
            assert each["Schedule"]["ScheduleFrequency"]["Interval"] == "DAILY"
            assert "StartAfterDateTime" not in each["Schedule"]
        pipeline = serving.stack(names.stack(domain))
        assert set(pipeline.state_machine["States"]["RefreshDashboards"]["Result"]) == spice
        granted = [
            json.dumps(resource)
            for statement in pipeline.role(names.role(domain, "state-machine"))
            if "quicksight:CreateIngestion" in as_list(statement["Action"])
            for resource in as_list(statement["Resource"])
        ]
        assert len(granted) == len(spice)
        assert all(any(f"dataset/{id}/ingestion/*" in each for each in granted) for id in spice)


def test_principal_of_the_configuration_owns_every_resource(stack: Stack) -> None:
    for kind in CALLS:
        for each in stack.of_type(kind):
            if kind != "AWS::QuickSight::RefreshSchedule":
                assert [permission["Principal"] for permission in each["Permissions"]] == [GROUP]
