"""The arguments and rights that every Glue job has."""

from __future__ import annotations

from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from infra.foundation.arns import Arns
from infra.foundation.config import config_for
from infra.jobs.glue_job import GlueJobDefaults, Library
from infra.ops.lint import ROOT
from lake.model.discovery import load_domain
from lake.naming import Names, spark_ui_prefix
from tests.infra.assembly import as_list
from tests.infra.conftest import DOMAIN


def job_defaults(names: Names) -> GlueJobDefaults:
    return GlueJobDefaults(
        Stack(App(), "Stack"),
        "Defaults",
        domain=load_domain(DOMAIN),
        names=names,
        config=config_for("dev"),
        arns=Arns(names=names, partition="aws"),
        library=Library(archive=ROOT / "app.py", scripts=ROOT / "glue_jobs"),
    )


def test_job_gets_the_shared_arguments_and_its_own(names: Names) -> None:
    arguments = job_defaults(names).arguments("G.1X", table="orders")
    assert arguments["--table"] == "orders"
    assert (arguments["--domain"], arguments["--raw_bucket"]) == (DOMAIN, names.raw_bucket)


def test_new_role_may_write_logs_metrics_and_event_logs_only(names: Names) -> None:
    defaults = job_defaults(names)
    defaults.role(defaults, "job")
    roles = Template.from_stack(Stack.of(defaults)).find_resources("AWS::IAM::Role")
    (role,) = roles.values()
    statements = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    allowed = {action for statement in statements for action in as_list(statement["Action"])}
    assert {action.split(":")[0] for action in allowed} == {"logs", "cloudwatch", "s3"}
    event_logs = f"arn:aws:s3:::{names.artifacts_bucket}/{spark_ui_prefix(DOMAIN, 'job')}"
    objects = [s["Resource"] for s in statements if "s3:PutObject" in s["Action"]]
    assert objects == [f"{event_logs}*"]


def test_spark_may_look_for_the_folder_of_event_logs_and_their_names(names: Names) -> None:
    defaults = job_defaults(names)
    defaults.role(defaults, "job")
    (role,) = Template.from_stack(Stack.of(defaults)).find_resources("AWS::IAM::Role").values()
    statements = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    reads = {r for s in statements if s["Action"] == "s3:GetObject" for r in as_list(s["Resource"])}
    artifacts = f"arn:aws:s3:::{names.artifacts_bucket}"
    assert reads == {
        f"{artifacts}/spark-ui/{DOMAIN}/job/*",
        f"{artifacts}/spark-ui/{DOMAIN}/job",
        f"{artifacts}/spark-ui/{DOMAIN}",
        f"{artifacts}/spark-ui",
    }


def test_job_may_read_its_script_and_the_library(names: Names) -> None:
    defaults = job_defaults(names)
    role = defaults.role(defaults, "job")
    properties = defaults.properties(defaults, kind="job", script="raw_to_processed", role=role)
    assert properties["job_name"] == names.job(DOMAIN, "job")
    assert properties["max_concurrent_runs"] == 1
    (found,) = Template.from_stack(Stack.of(defaults)).find_resources("AWS::IAM::Role").values()
    statements = found["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    reads = [r for s in statements if "s3:GetObject" in as_list(s["Action"]) for r in as_list(s["Resource"])]
    assert len([resource for resource in reads if names.artifacts_bucket not in str(resource)]) == 2
