"""Schedules and the roles in which they start jobs and pipelines."""

from __future__ import annotations

import json

from lake.naming import Names
from tests.infra.assembly import ACCOUNT, REGION, Stack
from tests.infra.conftest import STREAM_JOB, STREAMER

START_JOB = "arn:aws:scheduler:::aws-sdk:glue:startJobRun"


def joined(value: object) -> str:
    """Return a property as text, without references."""
    if isinstance(value, dict):
        return "".join(part for part in value["Fn::Join"][1] if isinstance(part, str))
    return str(value)


def test_schedule_starts_a_job_and_its_role_allows_nothing_else(streamer: Stack, names: Names) -> None:
    schedule = streamer.named("AWS::Scheduler::Schedule", names.schedule(STREAMER, STREAM_JOB))
    assert schedule["ScheduleExpression"] == "rate(1 hour)"
    assert joined(schedule["Target"]["Arn"]) in (START_JOB, START_JOB.replace("aws:scheduler", ":scheduler"))
    assert json.loads(schedule["Target"]["Input"]) == {"JobName": names.job(STREAMER, STREAM_JOB)}
    assert streamer.role(names.role(STREAMER, f"start_{STREAM_JOB}")) == [
        {
            "Action": "glue:StartJobRun",
            "Effect": "Allow",
            "Resource": f"arn:aws:glue:{REGION}:{ACCOUNT}:job/{names.job(STREAMER, STREAM_JOB)}",
        }
    ]


def test_schedules_act_for_this_account_only(streamer: Stack, names: Names) -> None:
    for subject in ("pipeline", STREAM_JOB, "training"):
        role = streamer.named("AWS::IAM::Role", names.role(STREAMER, f"start_{subject}"))
        trust = role["AssumeRolePolicyDocument"]["Statement"][0]
        assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
        assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
