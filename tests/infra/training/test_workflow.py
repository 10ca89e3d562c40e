"""The training's logs, rights and schedule."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from infra.foundation.config import config_for
from lake.model.discovery import load_domain
from lake.naming import TRAIN_ANOMALY_MODEL, Names
from tests.infra.assembly import ACCOUNT, REGION, Stack, actions, as_list
from tests.infra.conftest import STREAMER, synthesised

KIND = "AWS::StepFunctions::StateMachine"


def test_trainings_are_logged_and_traced(streamer: Stack, names: Names) -> None:
    machine = streamer.named(KIND, names.training_state_machine(STREAMER))
    assert machine["LoggingConfiguration"]["Level"] == "ALL"
    assert machine["TracingConfiguration"] == {"Enabled": True}
    groups = {each["LogGroupName"] for each in streamer.of_type("AWS::Logs::LogGroup")}
    assert names.log_group(STREAMER, "training") in groups


def test_definition_names_this_domains_resources(streamer: Stack, names: Names) -> None:
    states = streamer.training_machine["States"]
    assert states["TrainModels"]["Parameters"]["JobName"] == names.job(STREAMER, TRAIN_ANOMALY_MODEL)
    assert states["StartPipeline"]["Parameters"]["StateMachineArn"].endswith(
        f":stateMachine:{names.state_machine(STREAMER)}"
    )


def test_role_allows_the_calls_of_the_states_and_no_data(streamer: Stack, names: Names) -> None:
    statements = streamer.role(names.role(STREAMER, "training-state-machine"))
    allowed = {
        (action, str(resource).rpartition(f"{ACCOUNT}:")[2])
        for statement in statements
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
        if not action.startswith(("logs:", "xray:", "sns:", "s3:"))
    }
    job = f"job/{names.job(STREAMER, TRAIN_ANOMALY_MODEL)}"
    assert allowed == {
        ("glue:StartJobRun", job), ("glue:GetJobRun", job), ("glue:GetJobRuns", job),
        ("glue:BatchStopJobRun", job),
        ("states:StartExecution", f"stateMachine:{names.state_machine(STREAMER)}"),
    }  # fmt: skip
    assert actions(statements, ":s3:::") == {"s3:GetObject"}
    assert actions(statements, f"{names.processed_bucket}/_runs/{STREAMER}/") == {"s3:GetObject"}


def test_schedule_trains_monthly_and_its_role_starts_nothing_else(streamer: Stack, names: Names) -> None:
    schedule = streamer.named("AWS::Scheduler::Schedule", names.schedule(STREAMER, "training"))
    # A rate would start a training as soon as it is deployed, before there is anything to train on.
    assert (schedule["ScheduleExpression"], schedule["Target"]["Input"]) == ("cron(0 4 2 * ? *)", "{}")
    machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{names.training_state_machine(STREAMER)}"
    assert schedule["Target"]["Arn"] == machine
    assert streamer.role(names.role(STREAMER, "start_training")) == [
        {"Action": "states:StartExecution", "Effect": "Allow", "Resource": machine}
    ]


def test_day_and_hour_are_settings_and_the_schedule_is_a_switch(tmp_path: Path, names: Names) -> None:
    config = replace(config_for("dev"), training_day=15, training_hour=22)
    domains = (load_domain(STREAMER),)
    moved = synthesised(tmp_path / "moved", config=config, domains=domains).stack(names.stack(STREAMER))
    off = config_for("dev", training="never")
    without = synthesised(tmp_path / "off", config=off, domains=domains).stack(names.stack(STREAMER))
    schedules = {
        each["Name"]: each["ScheduleExpression"] for each in moved.of_type("AWS::Scheduler::Schedule")
    }
    assert schedules.pop(names.schedule(STREAMER, "training")) == "cron(0 22 15 * ? *)"
    assert {each["Name"] for each in without.of_type("AWS::Scheduler::Schedule")} == set(schedules)
    # A person can still start a training.
    assert without.named(KIND, names.training_state_machine(STREAMER))
