"""Streaming jobs, the schedules that start them and the pipeline, and who is told when they fail."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from infra.application import synthesise
from infra.foundation.config import CONTINUOUS, config_for
from infra.ops.lint import ROOT
from lake.errors import UnknownNameError
from lake.model.discovery import load_domain
from lake.naming import Names, stream_job
from tests.infra.assembly import ACCOUNT, REGION, Assembly, Stack, actions, as_list
from tests.infra.conftest import DOMAIN

STREAMER = "cloud_provider"
TABLE = load_domain(STREAMER).stream_tables[0].name
KIND = stream_job(TABLE)
START_JOB = "arn:aws:scheduler:::aws-sdk:glue:startJobRun"


def joined(value: object) -> str:
    """A property as text, references left out."""
    if isinstance(value, dict):
        return "".join(part for part in value["Fn::Join"][1] if isinstance(part, str))
    return str(value)


@pytest.fixture(scope="module")
def stack(dev: Assembly, names: Names) -> Stack:
    return dev.stack(names.stack(STREAMER))


def test_every_stream_has_a_small_streaming_job(stack: Stack, names: Names) -> None:
    job = stack.named("AWS::Glue::Job", names.job(STREAMER, KIND))
    assert job["Command"]["Name"] == "gluestreaming"
    assert (job["GlueVersion"], job["WorkerType"], job["NumberOfWorkers"]) == ("6.0", "G.025X", 2)
    assert (job["MaxRetries"], job["ExecutionProperty"]["MaxConcurrentRuns"], job["Timeout"]) == (0, 1, 60)


def test_it_is_told_its_table_and_trigger_beside_what_every_job_is_told(stack: Stack, names: Names) -> None:
    arguments = stack.named("AWS::Glue::Job", names.job(STREAMER, KIND))["DefaultArguments"]
    assert (arguments["--table"], arguments["--trigger"]) == (TABLE, "available-now")
    assert int(arguments["--max_files_per_trigger"]) > 0
    assert (arguments["--domain"], arguments["--raw_bucket"]) == (STREAMER, names.raw_bucket)
    assert "--serving_secret" not in arguments


def test_the_batch_flow_merges_files_of_streams_alone(stack: Stack, names: Names) -> None:
    statements = stack.role(names.role(STREAMER, "processed_to_curated"))
    assert actions(statements, f"/bronze/{STREAMER}/{TABLE}/") >= {"s3:PutObject", "s3:DeleteObject"}
    assert actions(statements, f"/bronze/{STREAMER}/*") == {"s3:GetObject"}
    assert "CrawlCompacted" in stack.state_machine["States"]


def test_its_role_reads_its_prefix_of_raw_and_writes_what_is_its_own(stack: Stack, names: Names) -> None:
    statements = stack.role(names.role(STREAMER, KIND))
    raw = [r for s in statements for r in as_list(s["Resource"]) if f"{names.raw_bucket}/" in str(r)]
    assert raw == [f"arn:aws:s3:::{names.raw_bucket}/{STREAMER}/{TABLE}/*"]
    assert actions(statements, names.raw_bucket) == {"s3:GetObject", "s3:ListBucket"}
    assert actions(statements, names.curated_bucket) == set()
    written = {
        str(resource).partition(f"{names.processed_bucket}/")[2]
        for statement in statements
        if "s3:PutObject" in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
        if names.processed_bucket in str(resource)
    }
    assert written == {
        f"bronze/{STREAMER}/{TABLE}/*",
        f"quarantine/{STREAMER}/{TABLE}/*",
        f"speed/{STREAMER}/{TABLE}/*",
        f"_checkpoints/{STREAMER}/{TABLE}/*",
        f"_ledger/{STREAMER}/*",
        f"_runs/{STREAMER}/*",
    }
    assert "secretsmanager" not in str(statements)


def test_a_schedule_starts_the_job_and_its_role_can_do_nothing_else(stack: Stack, names: Names) -> None:
    schedule = stack.named("AWS::Scheduler::Schedule", names.schedule(STREAMER, KIND))
    assert schedule["ScheduleExpression"] == "rate(1 hour)"
    assert joined(schedule["Target"]["Arn"]) in (START_JOB, START_JOB.replace("aws:scheduler", ":scheduler"))
    assert json.loads(schedule["Target"]["Input"]) == {"JobName": names.job(STREAMER, KIND)}
    assert stack.role(names.role(STREAMER, f"start_{KIND}")) == [
        {
            "Action": "glue:StartJobRun",
            "Effect": "Allow",
            "Resource": f"arn:aws:glue:{REGION}:{ACCOUNT}:job/{names.job(STREAMER, KIND)}",
        }
    ]


def test_another_schedule_starts_the_pipeline_daily(stack: Stack, names: Names) -> None:
    schedule = stack.named("AWS::Scheduler::Schedule", names.schedule(STREAMER, "pipeline"))
    assert (schedule["ScheduleExpression"], schedule["Target"]["Input"]) == ("rate(1 day)", "{}")
    assert schedule["Target"]["Arn"].endswith(f":stateMachine:{names.state_machine(STREAMER)}")
    allowed = stack.role(names.role(STREAMER, "start_pipeline"))
    assert [statement["Action"] for statement in allowed] == ["states:StartExecution"]


def test_schedules_act_for_this_account_only(stack: Stack, names: Names) -> None:
    for what in ("pipeline", KIND):
        role = stack.named("AWS::IAM::Role", names.role(STREAMER, f"start_{what}"))
        trust = role["AssumeRolePolicyDocument"]["Statement"][0]
        assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
        assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}


def test_stream_files_do_not_wake_the_pipeline(stack: Stack, names: Names) -> None:
    rule = stack.named("AWS::Events::Rule", names.rule(STREAMER))
    watched = {entry["prefix"] for entry in rule["EventPattern"]["detail"]["object"]["key"]}
    assert not any(f"{STREAMER}/{TABLE}/".startswith(prefix) for prefix in watched)


def test_a_failed_streaming_run_is_told_to_the_topic(stack: Stack, names: Names) -> None:
    rule = stack.named("AWS::Events::Rule", names.failed_streams_rule(STREAMER))
    assert rule["EventPattern"]["detail"] == {
        "jobName": [names.job(STREAMER, KIND)],
        "state": ["FAILED", "TIMEOUT", "ERROR"],
    }
    policy = stack.of_type("AWS::SNS::TopicPolicy")[0]["PolicyDocument"]["Statement"]
    let_in = next(s for s in policy if s.get("Principal") == {"Service": "events.amazonaws.com"})
    arn = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{names.failed_streams_rule(STREAMER)}"
    assert let_in["Condition"] == {"ArnEquals": {"aws:SourceArn": arn}}


def test_the_key_of_prod_lets_that_rule_in(prod: Assembly) -> None:
    stack = prod.stack(Names(env="prod", account=ACCOUNT, region=REGION).stack(STREAMER))
    key = stack.of_type("AWS::KMS::Key")[0]["KeyPolicy"]["Statement"]
    assert {"Service": "events.amazonaws.com"} in [statement["Principal"] for statement in key]


def test_a_domain_without_streams_has_nothing_of_it(shop: Stack) -> None:
    assert not load_domain(DOMAIN).stream_tables
    assert shop.of_type("AWS::Scheduler::Schedule") == []
    assert len(shop.of_type("AWS::Events::Rule")) == 1
    assert {job["Command"]["Name"] for job in shop.of_type("AWS::Glue::Job")} == {"glueetl"}


def test_continuous_streams_are_a_switch(tmp_path: Path, names: Names) -> None:
    outdir = synthesise(
        tmp_path / "cdk.out",
        config=config_for("dev", stream_trigger=CONTINUOUS),
        root=ROOT,
        account=ACCOUNT,
        region=REGION,
        domains=(load_domain(STREAMER),),
    )
    job = Assembly(outdir).stack(names.stack(STREAMER)).named("AWS::Glue::Job", names.job(STREAMER, KIND))
    assert job["DefaultArguments"]["--trigger"] == "continuous"
    assert job["Timeout"] == 7 * 24 * 60


def test_an_unknown_trigger_fails_at_synth() -> None:
    with pytest.raises(UnknownNameError, match="available-now"):
        replace(config_for("dev"), stream_trigger="sometimes")
