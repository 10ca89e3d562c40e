"""Diagrams and tables of the resources in templates."""

from __future__ import annotations

from typing import Any

import pytest

from lake.documentation.stacks import counts_table, flow, overview

Resource = dict[str, Any]


def _resource(kind: str, **properties: Any) -> Resource:
    return {"Type": f"AWS::{kind}", "Properties": properties}


TEMPLATE = {
    "Resources": {
        "Dlq1": _resource("SQS::Queue", QueueName="lake-dlq"),
        "Queue1": _resource(
            "SQS::Queue",
            QueueName="lake-landing",
            RedrivePolicy={"deadLetterTargetArn": {"Fn::GetAtt": ["Dlq1", "Arn"]}},
        ),
        "Rule1": _resource(
            "Events::Rule",
            Name="lake-landing",
            EventPattern={"source": ["aws.s3"], "detail-type": ["Object Created"]},
            Targets=[
                {
                    "Arn": {"Fn::GetAtt": ["Queue1", "Arn"]},
                    "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["Dlq1", "Arn"]}},
                }
            ],
        ),
        "Pipe1": _resource(
            "Pipes::Pipe",
            Name="lake-landing",
            Source={"Fn::GetAtt": ["Queue1", "Arn"]},
            Target={"Ref": "Machine1"},
        ),
        "Machine1": _resource(
            "StepFunctions::StateMachine",
            StateMachineName="lake-pipeline",
            DefinitionString='{"JobName": "lake-load", "Topic": "arn:aws:sns:x:y:lake-news"}',
        ),
        "Job1": _resource("Glue::Job", Name="lake-load"),
        "Topic1": _resource("SNS::Topic", TopicName="lake-news"),
        "Alarm1": _resource(
            "CloudWatch::Alarm",
            AlarmName="lake-failed",
            Dimensions=[{"Value": "arn:aws:states:x:y:stateMachine:lake-pipeline"}],
            AlarmActions=[{"Ref": "Topic1"}],
        ),
    }
}


@pytest.mark.parametrize(
    "line",
    [
        '    Job_load["Glue::Job<br/>load"]',
        '    alarms["CloudWatch::Alarm<br/>failed"]',
        '    events_Rule_landing>"aws.s3: Object Created"] --> Rule_landing',
        "    Rule_landing --> Queue_landing",
        "    Queue_landing --> Pipe_landing",
        "    Queue_landing -. dead letters .-> Queue_dlq",
        "    Pipe_landing --> StateMachine_pipeline",
        "    StateMachine_pipeline --> Job_load",
        "    StateMachine_pipeline --> Topic_news",
        "    StateMachine_pipeline -. watched by .-> alarms",
        "    alarms --> Topic_news",
    ],
)
def test_flow_follows_logical_ids_and_physical_names(line: str) -> None:
    assert line in flow(TEMPLATE).splitlines()


def test_flow_has_no_arrow_from_a_rule_to_its_dead_letters() -> None:
    assert "Rule_landing --> Queue_dlq" not in flow(TEMPLATE)


def test_overview_counts_main_resources_and_points_to_earlier_stacks() -> None:
    lines = overview({"lake-a": TEMPLATE, "lake-b": {}}, {"lake-a": ["lake-b"], "lake-b": []}).splitlines()
    assert '    lake_a["<b>lake-a</b><br/>1 × StepFunctions::StateMachine<br/>1 × Glue::Job"]' in lines
    assert "    lake_a --> lake_b" in lines


def test_table_counts_every_type_of_every_stack() -> None:
    lines = counts_table({"lake-a": TEMPLATE, "lake-b": {}}).splitlines()
    assert "| `AWS::SQS::Queue` | 2 |  |" in lines
