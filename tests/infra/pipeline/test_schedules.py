"""The schedule of a pipeline whose domain has streams."""

from __future__ import annotations

from lake.naming import Names
from tests.infra.assembly import Stack
from tests.infra.conftest import STREAMER


def test_schedule_starts_the_pipeline_of_a_domain_with_streams_daily(streamer: Stack, names: Names) -> None:
    schedule = streamer.named("AWS::Scheduler::Schedule", names.schedule(STREAMER, "pipeline"))
    assert (schedule["ScheduleExpression"], schedule["Target"]["Input"]) == ("rate(1 day)", "{}")
    assert schedule["Target"]["Arn"].endswith(f":stateMachine:{names.state_machine(STREAMER)}")
    allowed = streamer.role(names.role(STREAMER, "start_pipeline"))
    assert [statement["Action"] for statement in allowed] == ["states:StartExecution"]
