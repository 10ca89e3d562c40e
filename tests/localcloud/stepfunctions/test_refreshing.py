"""The refreshing states of the pipelines, executed against datasets of QuickSight."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.pipeline.refresh_states import REFRESH, DashboardsPlan, refresh
from localcloud.server import LocalCloud
from tests.localcloud.assembly import ACCOUNT, REGION, ROLE_ARN, allow, machine, resource, role
from tests.localcloud.conftest import Deploy
from tests.localcloud.quicksight.quicksight import ARN, OF, dataset, infrastructure, source

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:notices"
MACHINES = {"both": ("orders", "weeks"), "partly": ("orders", "missing"), "denied": ("forbidden",)}
"""State machine → the datasets that it refreshes."""


@pytest.fixture(scope="module", autouse=True)
def stack(cloud: LocalCloud, deploy: Deploy) -> None:
    ingestions = [f"{ARN}:dataset/{id}/ingestion/*" for id in ("orders", "weeks", "missing")]
    machines: dict[str, Any] = {}
    for name, datasets in MACHINES.items():
        plan = DashboardsPlan(account=ACCOUNT, datasets=datasets)
        states = {
            **refresh(plan, "shop", TOPIC, next="Done"),
            "Done": {"Type": "Succeed"},
        }
        machines[f"Machine{name}"] = machine(name, states, REFRESH, f"{ROLE_ARN}/pipeline")
    deploy(
        {
            "refreshing": {
                **infrastructure(),
                "Topic": resource("AWS::SNS::Topic", TopicName="notices"),
                "Queue": resource("AWS::SQS::Queue", QueueName="inbox"),
                "Pipeline": role(
                    "pipeline",
                    "states.amazonaws.com",
                    allow(["quicksight:CreateIngestion"], ingestions),
                    allow(["sns:Publish"], [TOPIC]),
                ),
                **machines,
            }
        }
    )
    cloud.client("sns").subscribe(
        TopicArn=TOPIC, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:inbox"
    )
    client = cloud.client("quicksight")
    client.create_data_source(**source())
    for id in ("orders", "weeks", "forbidden"):
        client.create_data_set(**dataset(id))
    cloud.wait_idle(60)


def run(cloud: LocalCloud, name: str, execution: str) -> list[dict[str, Any]]:
    """Run an execution with the name `execution` to its end; return the messages that it published."""
    client = cloud.client("stepfunctions")
    arn = client.start_execution(
        stateMachineArn=f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}", name=execution, input="{}"
    )["executionArn"]
    cloud.wait_idle(60)
    assert client.describe_execution(executionArn=arn)["status"] == "SUCCEEDED"
    queue = cloud.client("sqs")
    url = queue.get_queue_url(QueueName="inbox")["QueueUrl"]
    found = queue.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for each in found:
        queue.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return [json.loads(json.loads(each["Body"])["Message"]) for each in found]


def refreshes(cloud: LocalCloud, id: str) -> list[str]:
    """Return the ids of the full refreshes of a dataset that were completed."""
    found = cloud.client("quicksight").list_ingestions(**OF, DataSetId=id)["Ingestions"]
    return [
        each["IngestionId"]
        for each in found
        if (each["RequestType"], each["IngestionStatus"]) == ("FULL_REFRESH", "COMPLETED")
    ]


def test_each_dataset_is_refreshed_once_for_an_execution(cloud: LocalCloud) -> None:
    assert run(cloud, "both", "first") == []
    assert refreshes(cloud, "orders") == refreshes(cloud, "weeks") == ["first"]


def test_refresh_that_was_started_before_is_no_failure(cloud: LocalCloud) -> None:
    cloud.client("quicksight").create_ingestion(**OF, DataSetId="orders", IngestionId="again")
    assert run(cloud, "both", "again") == []
    assert refreshes(cloud, "weeks")[0] == "again"


def test_dataset_that_cannot_be_refreshed_is_notified_and_the_others_are_refreshed(
    cloud: LocalCloud,
) -> None:
    [message] = run(cloud, "partly", "third")
    assert message["outcome"] == "published, dashboards not refreshed"
    [failed] = [each for each in message["datasets"] if each != "STARTED"]
    assert (failed["dataset"], failed["status"]) == ("missing", "NOT_REFRESHED")
    assert failed["what"]["Error"] == "QuickSight.ResourceNotFoundException"
    assert refreshes(cloud, "orders")[0] == "third"


def test_dataset_that_the_role_may_not_refresh_is_notified(cloud: LocalCloud) -> None:
    [message] = run(cloud, "denied", "fourth")
    [failed] = message["datasets"]
    assert failed["what"]["Error"] == "QuickSight.AccessDeniedException"
    assert "quicksight:CreateIngestion" in failed["what"]["Cause"]
    assert refreshes(cloud, "forbidden") == []
