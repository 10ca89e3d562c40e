"""Schedules start jobs and state machines in their role, on request or at their rate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.errors import LocalCloudError, UnsupportedError
from localcloud.events.schedules import Schedules, seconds_of
from localcloud.iam.evaluator import Evaluator
from localcloud.server import LocalCloud
from tests.localcloud.assembly import ACCOUNT, MACHINE_ARN, REGION, ROLE_ARN, allow, machine, resource, role
from tests.localcloud.conftest import Deploy

MIDNIGHT = datetime(2026, 11, 27, tzinfo=UTC)
ENDED = {"Start": {"Type": "Pass", "End": True}}
SCHEDULER = "scheduler.amazonaws.com"
START_JOB = "arn:aws:scheduler:::aws-sdk:glue:startJobRun"


def schedule(name: str, target: str, role_name: str, **more: Any) -> dict[str, Any]:
    text = more.pop("input", "{}")
    return resource(
        "AWS::Scheduler::Schedule",
        Name=name,
        ScheduleExpression=more.pop("rate", "rate(1 hour)"),
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": target, "RoleArn": f"{ROLE_ARN}/{role_name}", "Input": text},
        **more,
    )


@pytest.fixture(scope="module", autouse=True)
def stack(deploy: Deploy) -> None:
    jobs = f"arn:aws:glue:{REGION}:{ACCOUNT}:job"
    command = {"Name": "gluestreaming", "ScriptLocation": "s3://nowhere/script.py"}
    deploy(
        {
            "scheduled": {
                "MachineRole": role("machine", "states.amazonaws.com"),
                "Machine": machine("daily", ENDED, "Start", f"{ROLE_ARN}/machine"),
                "JobRole": role("job", "glue.amazonaws.com"),
                "Job": resource("AWS::Glue::Job", Name="stream", Role=f"{ROLE_ARN}/job", Command=command),
                "Starter": role(
                    "starter",
                    SCHEDULER,
                    allow(["states:StartExecution"], [f"{MACHINE_ARN}:daily"]),
                    allow(["glue:StartJobRun"], [f"{jobs}/stream"]),
                ),
                "Powerless": role("powerless", SCHEDULER),
                "Untrusting": role(
                    "untrusting", "events.amazonaws.com", allow(["states:StartExecution"], ["*"])
                ),
                "Daily": schedule("daily", f"{MACHINE_ARN}:daily", "starter", input='{"a": 1}'),
                "Hourly": schedule("hourly", START_JOB, "starter", input='{"JobName": "stream"}'),
                "Denied": schedule("denied", f"{MACHINE_ARN}:daily", "powerless"),
                "Untrusted": schedule("untrusted", f"{MACHINE_ARN}:daily", "untrusting"),
                "Berlin": schedule(
                    "berlin",
                    f"{MACHINE_ARN}:daily",
                    "starter",
                    rate="cron(0/15 9 ? * MON-FRI *)",
                    input='{"due": "<aws.scheduler.scheduled-time>"}',
                    ScheduleExpressionTimezone="Europe/Berlin",
                ),
                "Off": schedule("off", f"{MACHINE_ARN}:daily", "starter", State="DISABLED"),
            }
        }
    )


def test_state_machine_gets_the_input_of_the_schedule(cloud: LocalCloud) -> None:
    arn = cloud.fire_schedule("daily")["ExecutionArn"]
    cloud.wait_idle(30)
    execution = cloud.client("stepfunctions").describe_execution(executionArn=arn)
    assert (execution["status"], execution["input"]) == ("SUCCEEDED", '{"a": 1}')


def test_job_is_started_by_the_universal_target(cloud: LocalCloud) -> None:
    run_id = cloud.fire_schedule("hourly")["JobRunId"]
    cloud.wait_idle(120)
    run = cloud.client("glue").get_job_run(JobName="stream", RunId=run_id)["JobRun"]
    # The script does not exist, so the run fails; the schedule has started it.
    assert run["JobRunState"] == "FAILED"
    assert "s3://nowhere/script.py" in run["ErrorMessage"]


def test_schedule_needs_a_role_with_permission_and_trust(cloud: LocalCloud) -> None:
    with pytest.raises(ClientError, match="is not authorized to perform: states:StartExecution"):
        cloud.fire_schedule("denied")
    with pytest.raises(LocalCloudError, match=r"does not trust scheduler\.amazonaws\.com"):
        cloud.fire_schedule("untrusted")


def test_unknown_schedule_raises_and_lists_the_deployed_ones(cloud: LocalCloud) -> None:
    with pytest.raises(LocalCloudError, match="Deployed: berlin, daily, denied, hourly, off, untrusted"):
        cloud.fire_schedule("weekly")


def test_enabled_schedules_are_due_when_their_rate_has_passed(cloud: LocalCloud) -> None:
    schedules = Schedules(cloud.context, Evaluator(cloud.context))

    def due(now: float) -> list[str]:
        return sorted(found.name for found in schedules.due(now, MIDNIGHT))

    assert due(0) == []
    assert due(3599) == []
    assert due(3600) == ["daily", "denied", "hourly", "untrusted"]
    assert due(3601) == []
    assert due(7200) == ["daily", "denied", "hourly", "untrusted"]


@pytest.mark.parametrize(
    ("expression", "seconds"), [("rate(1 hour)", 3600), ("rate(15 minutes)", 900), ("rate(2 days)", 172_800)]
)
def test_rates_are_in_seconds(expression: str, seconds: int) -> None:
    assert seconds_of(expression) == seconds


def test_cron_expressions_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="only rates"):
        seconds_of("cron(0 3 * * ? *)")


def test_cron_expressions_are_due_once_in_each_minute_that_they_name(cloud: LocalCloud) -> None:
    schedules = Schedules(cloud.context, Evaluator(cloud.context))
    nine = datetime(2026, 7, 3, 7, tzinfo=UTC)
    """9 o'clock in Berlin, on a Friday in summer."""

    def due(seconds: int) -> list[str]:
        return [found.name for found in schedules.due(0, nine + timedelta(seconds=seconds))]

    assert due(-1) == []
    assert due(0) == ["berlin"]
    assert due(1) == due(59) == due(60) == []
    assert due(900) == ["berlin"]
    assert due(3600) == []


def test_the_target_is_told_when_the_schedule_was_due(cloud: LocalCloud) -> None:
    arn = cloud.fire_schedule("berlin", datetime(2026, 7, 3, 7, tzinfo=UTC))["ExecutionArn"]
    cloud.wait_idle(30)
    execution = cloud.client("stepfunctions").describe_execution(executionArn=arn)
    assert execution["input"] == '{"due": "2026-07-03T07:00:00Z"}'
