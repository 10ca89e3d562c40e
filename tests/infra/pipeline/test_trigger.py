"""The rule, queues and pipe that start a pipeline for new files."""

from __future__ import annotations

from lake.model.discovery import load_domain
from lake.naming import Names
from tests.infra.assembly import Stack, as_list
from tests.infra.conftest import DOMAIN, STREAM_TABLE, STREAMER


def test_rule_watches_exactly_the_csv_tables_and_unrecognised_files(shop: Stack, names: Names) -> None:
    pattern = shop.named("AWS::Events::Rule", names.rule(DOMAIN))["EventPattern"]
    watched = {entry["prefix"] for entry in pattern["detail"]["object"]["key"]}
    tables = {f"{DOMAIN}/{table.name}/" for table in load_domain(DOMAIN).csv_tables}
    assert watched == {*tables, f"{DOMAIN}/_unrecognised/"}
    assert pattern["detail"]["bucket"]["name"] == [names.raw_bucket]
    assert (pattern["source"], pattern["detail-type"]) == (["aws.s3"], ["Object Created"])


def test_undelivered_event_goes_to_the_dead_letter_queue(shop: Stack, names: Names) -> None:
    landing = shop.named("AWS::SQS::Queue", names.queue(DOMAIN))
    rule = shop.named("AWS::Events::Rule", names.rule(DOMAIN))
    assert landing["RedrivePolicy"]["maxReceiveCount"] == 5
    assert rule["Targets"][0]["DeadLetterConfig"]["Arn"] == landing["RedrivePolicy"]["deadLetterTargetArn"]


def test_queues_are_encrypted_and_tls_only(shop: Stack) -> None:
    queues, policies = shop.of_type("AWS::SQS::Queue"), shop.of_type("AWS::SQS::QueuePolicy")
    assert len(queues) == len(policies) == 2
    assert all(queue["SqsManagedSseEnabled"] for queue in queues)
    for policy in policies:
        statements = policy["PolicyDocument"]["Statement"]
        assert any(
            s["Effect"] == "Deny" and s["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
            for s in statements
        )
        # Only the rule may send messages.
        assert all("ArnEquals" in s["Condition"] for s in statements if s["Effect"] == "Allow")


def test_pipe_passes_keys_only_in_batches_that_fit_an_executions_input(shop: Stack, names: Names) -> None:
    pipe = shop.named("AWS::Pipes::Pipe", names.pipe(DOMAIN))
    source = pipe["SourceParameters"]["SqsQueueParameters"]
    assert source["BatchSize"] <= 200
    assert source["MaximumBatchingWindowInSeconds"] == 60
    assert pipe["TargetParameters"]["InputTemplate"] == '{"key": <$.body.detail.object.key>}'
    target = pipe["TargetParameters"]["StepFunctionStateMachineParameters"]
    assert target == {"InvocationType": "FIRE_AND_FORGET"}


def test_messages_stay_invisible_while_the_pipe_collects_a_batch(shop: Stack, names: Names) -> None:
    window = shop.named("AWS::Pipes::Pipe", names.pipe(DOMAIN))["SourceParameters"]["SqsQueueParameters"]
    landing = shop.named("AWS::SQS::Queue", names.queue(DOMAIN))
    assert landing["VisibilityTimeout"] >= 2 * window["MaximumBatchingWindowInSeconds"]


def test_pipe_may_receive_messages_and_start_this_pipeline_only(shop: Stack, names: Names) -> None:
    statements = shop.role(names.role(DOMAIN, "pipe"))
    allowed = {action for s in statements for action in as_list(s["Action"])}
    assert allowed == {
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "states:StartExecution",
    }
    assert not any("*" in str(s["Resource"]) for s in statements)


def test_files_of_a_stream_do_not_start_the_pipeline(streamer: Stack, names: Names) -> None:
    rule = streamer.named("AWS::Events::Rule", names.rule(STREAMER))
    watched = {entry["prefix"] for entry in rule["EventPattern"]["detail"]["object"]["key"]}
    assert not any(f"{STREAMER}/{STREAM_TABLE}/".startswith(prefix) for prefix in watched)
