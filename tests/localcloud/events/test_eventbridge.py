"""Rules deliver S3's events to queues, with InputTransformer and with the permissions of queue policies."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.errors import LocalCloudError
from localcloud.server import LocalCloud
from tests.localcloud.assembly import QUEUE_ARN, resource
from tests.localcloud.conftest import Deploy
from tests.localcloud.events.rules import landing_bucket, put, queue_policy, receive, rule, to_queue

PART = 5 * 1024 * 1024


@pytest.fixture(scope="module", autouse=True)
def stack(deploy: Deploy) -> None:
    paths = {"k": "$.detail.object.key"}
    transformer = {"InputPathsMap": paths, "InputTemplate": '{"only": <k>}'}
    quoting = {"InputPathsMap": paths, "InputTemplate": '{"only": "<k>"}'}
    lost = {"DeadLetterConfig": {"Arn": f"{QUEUE_ARN}:lost"}}
    rules: dict[str, Any] = {
        "Bucket": landing_bucket("landing"),
        **{
            name.title(): resource("AWS::SQS::Queue", QueueName=name)
            for name in ("watched", "locked", "lost")
        },
        "Seen": rule("seen", "seen/", to_queue("watched", InputTransformer=transformer)),
        "SeenPolicy": queue_policy("watched", "seen"),
        "Off": rule("off", "off/", to_queue("watched"), State="DISABLED"),
        "Closed": rule("closed", "closed/", to_queue("locked")),
        "Quoted": rule("quoted", "quoted/", to_queue("watched", InputTransformer=quoting, **lost)),
        "QuotedPolicy": queue_policy("lost", "quoted"),
    }
    deploy({"rules": rules})


def test_multipart_upload_is_one_event(cloud: LocalCloud) -> None:
    s3 = cloud.client("s3")
    where = {"Bucket": "landing", "Key": "seen/big"}
    upload = s3.create_multipart_upload(**where)["UploadId"]
    etags = [
        s3.upload_part(**where, UploadId=upload, PartNumber=number, Body=content)["ETag"]
        for number, content in ((1, b"a" * PART), (2, b"b"))
    ]
    parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, start=1)]
    s3.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": parts})
    assert receive(cloud, "watched") == [{"only": "seen/big"}]


def test_input_transformer_is_applied(cloud: LocalCloud) -> None:
    put(cloud, "seen/1")
    assert receive(cloud, "watched") == [{"only": "seen/1"}]


def test_disabled_rule_does_not_fire(cloud: LocalCloud) -> None:
    put(cloud, "off/1")
    assert receive(cloud, "watched") == []


def test_adopted_files_are_events(cloud: LocalCloud) -> None:
    file = cloud.context.bucket_dir("landing") / "seen/by-spark"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x")
    cloud.context.adopt(["landing"])
    assert receive(cloud, "watched") == [{"only": "seen/by-spark"}]


def test_delivery_without_permission_is_reported(cloud: LocalCloud) -> None:
    put(cloud, "closed/1")
    with pytest.raises(
        LocalCloudError, match=r"rule closed .* does not allow events.amazonaws.com to perform"
    ):
        cloud.wait_idle(30)
    assert receive(cloud, "locked") == []


def test_event_whose_transformed_input_is_no_json_goes_to_the_dead_letters(cloud: LocalCloud) -> None:
    put(cloud, 'quoted/a "b".csv')
    with pytest.raises(LocalCloudError, match=r"rule quoted .* does not yield JSON"):
        cloud.wait_idle(30)
    assert receive(cloud, "watched") == []
    (event,) = receive(cloud, "lost")
    assert event["detail"]["object"]["key"] == 'quoted/a "b".csv'
