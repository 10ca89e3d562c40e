"""Serving is a switch: it adds a secret, a function per domain that serves marts, and publishing states."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from infra import application
from infra.foundation.config import config_for
from infra.ops.lint import cfn_findings
from lake.errors import DeclarationError
from lake.model import modules
from lake.model.discovery import load_domain
from lake.naming import Names
from tests.infra.assembly import ACCOUNT, REGION, Assembly, Stack, actions, as_list
from tests.infra.conftest import STREAMER, synthesised

SERVED = [collection.mart for collection in load_domain(STREAMER).serving]


@pytest.fixture(scope="module")
def stack(serving: Assembly, names: Names) -> Stack:
    return serving.stack(names.stack(STREAMER))


def test_without_serving_there_is_no_function_secret_or_publishing_state(
    dev: Assembly, prod: Assembly, names: Names
) -> None:
    for assembly in (dev, prod):
        resources = [resource for _, resource in assembly.resources()]
        assert "AWS::SecretsManager::Secret" not in {resource["Type"] for resource in resources}
        functions = [each["Properties"] for each in resources if each["Type"] == "AWS::Lambda::Function"]
        assert {each["FunctionName"].endswith("-reconcile-catalog") for each in functions} == {True}
        assert "secretsmanager" not in str([stack.template for stack in assembly.stacks.values()])
    assert "PublishMarts" not in dev.stack(names.stack(STREAMER)).state_machine["States"]


def test_with_serving_the_templates_have_no_findings(serving_synthesis: tuple[Assembly, list[str]]) -> None:
    assembly, findings = serving_synthesis
    assert findings == []
    assert cfn_findings(assembly.outdir) == []


def test_secret_is_in_its_own_stack_and_has_no_value(serving: Assembly, names: Names) -> None:
    secrets = serving.stack(names.stack("serving")).template["Resources"]
    found = [resource for resource in secrets.values() if resource["Type"] == "AWS::SecretsManager::Secret"]
    assert len(found) == 1
    assert found[0]["Properties"]["Name"] == names.serving_secret
    assert not {"SecretString", "GenerateSecretString"} & found[0]["Properties"].keys()
    assert found[0]["DeletionPolicy"] == "Retain"


def test_function_gets_names_and_no_secrets_in_its_environment(stack: Stack, names: Names) -> None:
    function = stack.named("AWS::Lambda::Function", names.function(STREAMER, "publish_marts"))
    assert (function["Runtime"], function["Handler"], function["MemorySize"]) == (
        "python3.13",
        "handler.handler",
        512,
    )
    assert (function["Timeout"], function["EphemeralStorage"]) == (900, {"Size": 4096})
    variables = function["Environment"]["Variables"]
    assert variables["SERVING_SECRET"] == names.serving_secret
    assert variables["CURATED_BUCKET"] == names.curated_bucket
    assert function["Layers"] == [f"arn:aws:lambda:{REGION}:336392948345:layer:AWSSDKPandas-Python313:14"]
    group = stack.named("AWS::Logs::LogGroup", names.log_group(STREAMER, "publish_marts"))
    assert group["RetentionInDays"] == 14


def test_function_may_read_gold_of_its_domain_and_the_secret_only(stack: Stack, names: Names) -> None:
    statements = stack.role(names.role(STREAMER, "publish_marts"))
    assert actions(statements, f"{names.curated_bucket}/{STREAMER}/") == {"s3:GetObject"}
    assert actions(statements, names.serving_secret) == {"secretsmanager:GetSecretValue"}
    allowed = {action for statement in statements for action in as_list(statement["Action"])}
    assert allowed == {
        "s3:GetObject",
        "s3:ListBucket",
        "secretsmanager:GetSecretValue",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }


def test_streaming_job_may_read_the_secret_and_gets_its_name(stack: Stack, names: Names) -> None:
    table = load_domain(STREAMER).stream_tables[0].name
    kind = f"stream_{table}"
    job = stack.named("AWS::Glue::Job", names.job(STREAMER, kind))
    assert job["DefaultArguments"]["--serving_secret"] == names.serving_secret
    statements = stack.role(names.role(STREAMER, kind))
    assert actions(statements, names.serving_secret) == {"secretsmanager:GetSecretValue"}


def test_on_glue_the_streaming_job_imports_shipped_packages_and_installs_none(
    tmp_path: Path, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    archives = {name: tmp_path / f"{name}.zip" for name in ("publish_marts", "packages")}
    for archive in archives.values():
        archive.write_bytes(archive.name.encode())
    monkeypatch.setattr(application, "build_function", lambda *args, **options: archives["publish_marts"])
    monkeypatch.setattr(application, "build_job_packages", lambda *args, **options: archives["packages"])
    config = config_for("dev", serving="my-database")
    assembly = synthesised(tmp_path, config=config, domains=(load_domain(STREAMER),))
    stack = assembly.stack(names.stack(STREAMER))
    jobs = {job["Command"]["Name"]: job["DefaultArguments"] for job in stack.of_type("AWS::Glue::Job")}
    assert not [name for arguments in jobs.values() for name in arguments if "python-modules" in name]
    library, packages = jobs["gluestreaming"]["--extra-py-files"].split(",")
    assert jobs["glueetl"]["--extra-py-files"] == library
    role = stack.role(names.role(STREAMER, f"stream_{load_domain(STREAMER).stream_tables[0].name}"))
    assert actions(role, packages.rsplit("/", 1)[-1]) == {"s3:GetObject"}
    assert "my-database" not in str(stack.template)


def test_pipeline_publishes_served_marts_only(stack: Stack, names: Names) -> None:
    states = stack.state_machine["States"]
    marts = states["PublishMarts"]["ItemProcessor"]["States"]
    entries = f"{names.processed_bucket}/_serving/{STREAMER}/"
    assert actions(stack.role(names.role(STREAMER, "state-machine")), entries) == {
        "s3:GetObject",
        "s3:DeleteObject",
    }
    assert [rule["StringEquals"] for rule in marts["IsMartServed"]["Choices"]] == SERVED
    assert marts["IsMartServed"]["Default"] == "MartNotServed"
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{names.function(STREAMER, 'publish_marts')}"
    assert actions(stack.role(names.role(STREAMER, "state-machine")), function) == {"lambda:InvokeFunction"}


def test_batch_job_lists_unpublished_partitions_only_with_serving(
    stack: Stack, dev: Assembly, names: Names
) -> None:
    kind = "processed_to_curated"
    entries = f"{names.processed_bucket}/_serving/{STREAMER}/"
    assert stack.named("AWS::Glue::Job", names.job(STREAMER, kind))["DefaultArguments"]["--serving"] == "true"
    assert {"s3:GetObject", "s3:PutObject"} <= actions(stack.role(names.role(STREAMER, kind)), entries)
    without = dev.stack(names.stack(STREAMER))
    assert "--serving" not in without.named("AWS::Glue::Job", names.job(STREAMER, kind))["DefaultArguments"]
    assert not actions(without.role(names.role(STREAMER, kind)), entries)


def test_local_archive_holds_sources_only(serving: Assembly) -> None:
    archives = [set(zipfile.ZipFile(path).namelist()) for path in serving.outdir.glob("asset.*.zip")]
    archive = next(names for names in archives if {"handler.py", "serving/__init__.py"} <= names)
    assert {
        "serving/publish/publication.py",
        "lake/model/serving.py",
        f"domains/{STREAMER}/domain.py",
    } <= archive
    assert not any(name.startswith("astrapy/") for name in archive)


def test_too_many_collections_for_a_database_fail_at_synth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(modules, "database_problems", lambda domains: ["11 collections, it takes 10"])
    with pytest.raises(DeclarationError, match="11 collections"):
        synthesised(tmp_path, config=config_for("dev"), domains=(load_domain(STREAMER),))


def test_no_value_of_the_secret_passes_through_the_state_machine(stack: Stack) -> None:
    text = json.dumps(stack.state_machine)
    assert "secret" not in text.lower()
    assert "getSecretValue" not in text
