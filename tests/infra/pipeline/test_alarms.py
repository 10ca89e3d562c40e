"""Alarms of a pipeline, and the rule for failed streaming runs."""

from __future__ import annotations

import pytest

from lake.naming import Names
from localcloud.events.template import render
from tests.infra.assembly import ACCOUNT, REGION, Resource, Stack
from tests.infra.conftest import DOMAIN, STREAM_JOB, STREAMER


def alarm(shop: Stack, names: Names, subject: str) -> Resource:
    return shop.named("AWS::CloudWatch::Alarm", names.alarm(DOMAIN, subject))


def test_every_alarm_reaches_the_domains_topic(shop: Stack) -> None:
    topic = next(k for k, r in shop.template["Resources"].items() if r["Type"] == "AWS::SNS::Topic")
    alarms = shop.of_type("AWS::CloudWatch::Alarm")
    assert len(alarms) == 5
    assert all(found["AlarmActions"] == [{"Ref": topic}] for found in alarms)


@pytest.mark.parametrize(
    ("subject", "metric"),
    [
        ("executions-failed", "ExecutionsFailed"),
        ("executions-timed-out", "ExecutionsTimedOut"),
        ("executions-aborted", "ExecutionsAborted"),
    ],
)
def test_unsuccessful_executions_raise_an_alarm(shop: Stack, names: Names, subject: str, metric: str) -> None:
    found = alarm(shop, names, subject)
    machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{names.state_machine(DOMAIN)}"
    assert (found["Namespace"], found["MetricName"]) == ("AWS/States", metric)
    assert found["Dimensions"] == [{"Name": "StateMachineArn", "Value": machine}]
    assert (found["Threshold"], found["TreatMissingData"]) == (1, "notBreaching")


@pytest.mark.parametrize(
    ("subject", "metric"),
    [
        ("training-failed", "ExecutionsFailed"),
        ("training-timed-out", "ExecutionsTimedOut"),
        ("training-aborted", "ExecutionsAborted"),
    ],
)
def test_unsuccessful_trainings_raise_an_alarm(
    streamer: Stack, names: Names, subject: str, metric: str
) -> None:
    found = streamer.named("AWS::CloudWatch::Alarm", names.alarm(STREAMER, subject))
    machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{names.training_state_machine(STREAMER)}"
    assert (found["Namespace"], found["MetricName"]) == ("AWS/States", metric)
    assert found["Dimensions"] == [{"Name": "StateMachineArn", "Value": machine}]
    assert (found["Threshold"], len(found["AlarmActions"])) == (1, 1)


def test_model_that_does_not_fit_one_service_raises_an_alarm(streamer: Stack, names: Names) -> None:
    found = streamer.named("AWS::CloudWatch::Alarm", names.alarm(STREAMER, "model-misfit-cost-anomaly"))
    assert (found["Namespace"], found["MetricName"]) == ("Caudal", "ModelMisfits")
    assert {each["Name"]: each["Value"] for each in found["Dimensions"]} == {
        "Environment": names.env, "Domain": STREAMER, "Model": "cost_anomaly",
    }  # fmt: skip
    # Publications send the metric: between two of them the state stays.
    assert (found["Threshold"], found["TreatMissingData"]) == (1, "ignore")
    assert (found["Statistic"], len(found["AlarmActions"])) == ("Maximum", 1)


def test_one_dead_letter_raises_an_alarm(shop: Stack, names: Names) -> None:
    found = alarm(shop, names, "dead-letters")
    assert found["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert found["Dimensions"] == [{"Name": "QueueName", "Value": names.dead_letter_queue(DOMAIN)}]
    assert found["Threshold"] == 1


def test_files_that_wait_for_an_hour_raise_an_alarm(shop: Stack, names: Names) -> None:
    found = alarm(shop, names, "landing-stuck")
    assert found["Dimensions"] == [{"Name": "QueueName", "Value": names.queue(DOMAIN)}]
    assert found["Threshold"] == 3600


def test_rule_notifies_the_topic_of_a_failed_streaming_run(streamer: Stack, names: Names) -> None:
    rule = streamer.named("AWS::Events::Rule", names.failed_streams_rule(STREAMER))
    assert rule["EventPattern"]["detail"] == {
        "jobName": [names.job(STREAMER, STREAM_JOB)],
        "state": ["FAILED", "TIMEOUT", "ERROR"],
    }
    policy = streamer.of_type("AWS::SNS::TopicPolicy")[0]["PolicyDocument"]["Statement"]
    allowed = next(s for s in policy if s.get("Principal") == {"Service": "events.amazonaws.com"})
    arn = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{names.failed_streams_rule(STREAMER)}"
    assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": arn}}


def test_cause_with_quotes_and_line_breaks_reaches_the_topic(streamer: Stack, names: Names) -> None:
    """EventBridge inserts a value into a quoted string without escaping it."""
    rule = streamer.named("AWS::Events::Rule", names.failed_streams_rule(STREAMER))
    (target,) = rule["Targets"]
    detail = {
        "jobName": "j",
        "state": "FAILED",
        "jobRunId": "jr_1",
        "message": 'AnalysisException: "no such column"\n  at line 3',
    }
    transformer = target["InputTransformer"]
    paths = {key: path.removeprefix("$.detail.") for key, path in transformer["InputPathsMap"].items()}
    message = render(transformer["InputTemplate"], lambda name: detail[paths[name]])
    assert message == {
        "domain": STREAMER,
        "outcome": "failed",
        "step": "j",
        "error": "FAILED",
        "cause": detail["message"],
        "execution": "jr_1",
    }


def test_notice_that_cannot_be_delivered_becomes_a_dead_letter(streamer: Stack, names: Names) -> None:
    rule = streamer.named("AWS::Events::Rule", names.failed_streams_rule(STREAMER))
    queues = {
        logical: resource["Properties"]["QueueName"]
        for logical, resource in streamer.template["Resources"].items()
        if resource["Type"] == "AWS::SQS::Queue"
    }
    (logical, _) = rule["Targets"][0]["DeadLetterConfig"]["Arn"]["Fn::GetAtt"]
    assert queues[logical] == names.dead_letter_queue(STREAMER)
    arn = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{names.failed_streams_rule(STREAMER)}"
    policies = [
        statement
        for policy in streamer.of_type("AWS::SQS::QueuePolicy")
        if policy["Queues"] == [{"Ref": logical}]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    assert {"ArnEquals": {"aws:SourceArn": arn}} in [s.get("Condition") for s in policies]
