"""Requests with a role's credentials are authorised by the policies of the template, and recorded."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.server import LocalCloud
from tests.localcloud.assembly import MACHINE_ARN, ROLE_ARN, allow, resource, role

BUCKET, KEPT = "guarded", "kept"
ARN = f"arn:aws:s3:::{BUCKET}"
READER, LISTER, UPLOADER, TEARDOWN = (
    f"{ROLE_ARN}/{name}" for name in ("reader", "lister", "uploader", "teardown")
)

DENY_OTHERS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:PutObject",
    "Resource": f"{ARN}/raw/*",
    "Condition": {"ArnNotEquals": {"aws:PrincipalArn": UPLOADER}},
}
DENY_OVERWRITES = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:PutObject",
    "Resource": f"{ARN}/raw/*",
    "Condition": {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}},
}
DENY_DELETION = {
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
    "Resource": f"arn:aws:s3:::{KEPT}/*",
    "Condition": {"ArnNotEquals": {"aws:PrincipalArn": TEARDOWN}},
}
DENY_PLAINTEXT = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [ARN, f"{ARN}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


@pytest.fixture(scope="module", autouse=True)
def stack(cloud: LocalCloud, deploy: Any) -> None:
    policy = {"Version": "2012-10-17", "Statement": [DENY_OTHERS, DENY_OVERWRITES, DENY_PLAINTEXT]}
    table = "arn:aws:dynamodb:us-east-1:123456789012:table/leases"
    own_lease = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["shop"]}}
    own_namespace = {"StringEquals": {"cloudwatch:namespace": ["Glue", "Shop"]}}
    attributes = [{"AttributeName": "domain", "AttributeType": "S"}]
    deploy(
        {
            "guarded": {
                "Bucket": resource("AWS::S3::Bucket", BucketName=BUCKET),
                "Policy": resource("AWS::S3::BucketPolicy", Bucket={"Ref": "Bucket"}, PolicyDocument=policy),
                "Kept": resource(
                    "AWS::S3::Bucket", BucketName=KEPT, VersioningConfiguration={"Status": "Enabled"}
                ),
                "KeptPolicy": resource(
                    "AWS::S3::BucketPolicy",
                    Bucket={"Ref": "Kept"},
                    PolicyDocument={"Version": "2012-10-17", "Statement": [DENY_DELETION]},
                ),
                "Teardown": role(
                    "teardown",
                    "glue.amazonaws.com",
                    allow(["s3:DeleteObject", "s3:DeleteObjectVersion"], [f"arn:aws:s3:::{KEPT}/*"]),
                ),
                "Marker": role(
                    "marker", "glue.amazonaws.com", allow(["s3:DeleteObject"], [f"arn:aws:s3:::{KEPT}/*"])
                ),
                "Table": resource(
                    "AWS::DynamoDB::Table",
                    TableName="leases",
                    AttributeDefinitions=attributes,
                    KeySchema=[{"AttributeName": "domain", "KeyType": "HASH"}],
                    BillingMode="PAY_PER_REQUEST",
                ),
                "Reader": role(
                    "reader",
                    "glue.amazonaws.com",
                    allow(["s3:GetObject", "s3:DeleteObject"], [f"{ARN}/open/*"]),
                    allow(["s3:PutObject"], [f"{ARN}/*"]),
                    allow(["dynamodb:PutItem"], [table], Condition=own_lease),
                    allow(["cloudwatch:PutMetricData"], ["*"], Condition=own_namespace),
                ),
                "Lister": role(
                    "lister",
                    "glue.amazonaws.com",
                    allow(["s3:GetObject", "s3:ListBucket"], [ARN, f"{ARN}/*"]),
                ),
                "Uploader": role("uploader", "glue.amazonaws.com", allow(["s3:PutObject"], [f"{ARN}/raw/*"])),
            }
        }
    )
    for key in ("open/1", "open/2", "closed/1"):
        cloud.client("s3").put_object(Bucket=BUCKET, Key=key, Body=b"x")


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_only_granted_calls_succeed(cloud: LocalCloud) -> None:
    s3 = cloud.client("s3", READER)
    assert s3.get_object(Bucket=BUCKET, Key="open/1")["Body"].read() == b"x"
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=BUCKET, Key="closed/1")
    assert code_of(error) == "AccessDenied"


def test_copy_is_counted_as_one_and_not_as_a_put(cloud: LocalCloud) -> None:
    before = cloud.context.counted_requests()
    s3 = cloud.client("s3", READER)
    s3.put_object(Bucket=BUCKET, Key="put", Body=b"x")
    s3.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": "open/1"})
    found = cloud.context.counted_requests() - before
    assert found == {(READER, "PutObject"): 1, (READER, "CopyObject"): 1}


def test_copy_needs_permission_to_read_its_source(cloud: LocalCloud) -> None:
    s3 = cloud.client("s3", READER)
    s3.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": "open/1"})
    with pytest.raises(ClientError) as error:
        s3.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": "closed/1"})
    assert code_of(error) == "AccessDenied"


def test_write_that_must_match_an_object_needs_permission_to_read_it(cloud: LocalCloud) -> None:
    s3, owner = cloud.client("s3", READER), cloud.client("s3")
    for key, may_read in (("open/swapped", True), ("closed/swapped", False)):
        etag = owner.put_object(Bucket=BUCKET, Key=key, Body=b"1")["ETag"]
        if may_read:
            s3.put_object(Bucket=BUCKET, Key=key, Body=b"2", IfMatch=etag)
            continue
        with pytest.raises(ClientError) as error:
            s3.put_object(Bucket=BUCKET, Key=key, Body=b"2", IfMatch=etag)
        assert code_of(error) == "AccessDenied"
    assert owner.get_object(Bucket=BUCKET, Key="closed/swapped")["Body"].read() == b"1"


@pytest.mark.parametrize(("role_arn", "code"), [(READER, "AccessDenied"), (LISTER, "NoSuchKey")])
def test_missing_object_is_404_only_for_roles_that_may_list(
    cloud: LocalCloud, role_arn: str, code: str
) -> None:
    with pytest.raises(ClientError) as error:
        cloud.client("s3", role_arn).get_object(Bucket=BUCKET, Key="open/missing")
    assert code_of(error) == code


def test_delete_objects_authorises_each_object(cloud: LocalCloud) -> None:
    objects = [{"Key": "open/2"}, {"Key": "closed/1"}]
    answer = cloud.client("s3", READER).delete_objects(Bucket=BUCKET, Delete={"Objects": objects})
    assert [item["Key"] for item in answer["Deleted"]] == ["open/2"]
    assert [(item["Key"], item["Code"]) for item in answer["Errors"]] == [("closed/1", "AccessDenied")]


def test_bucket_policy_denies_a_granted_call(cloud: LocalCloud) -> None:
    cloud.client("s3", UPLOADER).put_object(Bucket=BUCKET, Key="raw/1", Body=b"x", IfNoneMatch="*")
    for role_arn, options in ((READER, {"IfNoneMatch": "*"}), (UPLOADER, {})):
        with pytest.raises(ClientError) as error:
            cloud.client("s3", role_arn).put_object(Bucket=BUCKET, Key="raw/2", Body=b"x", **options)
        assert code_of(error) == "AccessDenied"


def test_upload_of_parts_creates_no_object(cloud: LocalCloud) -> None:
    s3 = cloud.client("s3", UPLOADER)
    where = {"Bucket": BUCKET, "Key": "raw/parts"}
    upload = s3.create_multipart_upload(**where)["UploadId"]
    etag = s3.upload_part(**where, UploadId=upload, PartNumber=1, Body=b"x")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    with pytest.raises(ClientError) as error:
        s3.complete_multipart_upload(**where, UploadId=upload, MultipartUpload=parts)
    assert code_of(error) == "AccessDenied"
    s3.complete_multipart_upload(**where, UploadId=upload, MultipartUpload=parts, IfNoneMatch="*")


def test_condition_on_the_leading_key_is_evaluated(cloud: LocalCloud) -> None:
    dynamodb = cloud.client("dynamodb", READER)
    dynamodb.put_item(TableName="leases", Item={"domain": {"S": "shop"}})
    with pytest.raises(ClientError) as error:
        dynamodb.put_item(TableName="leases", Item={"domain": {"S": "other"}})
    assert code_of(error) == "AccessDeniedException"


def test_condition_on_the_namespace_of_metrics_is_evaluated(cloud: LocalCloud) -> None:
    cloudwatch = cloud.client("cloudwatch", READER)
    rows = [{"MetricName": "Rows", "Value": 1.0}]
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=rows)
    metrics = cloud.client("cloudwatch").list_metrics(Namespace="Shop")["Metrics"]
    assert [each["MetricName"] for each in metrics] == ["Rows"]
    with pytest.raises(ClientError, match="not authorized to perform: cloudwatch:PutMetricData"):
        cloudwatch.put_metric_data(Namespace="Other", MetricData=rows)


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "action"),
    [
        ("glue", "start_job_run", {"JobName": "job"}, "glue:StartJobRun"),
        ("sqs", "get_queue_url", {"QueueName": "queue"}, "sqs:GetQueueUrl"),
        ("sns", "publish", {"TopicArn": "arn:aws:sns:us-east-1:1:t", "Message": "m"}, "sns:Publish"),
        ("athena", "start_query_execution", {"QueryString": "SELECT 1"}, "athena:StartQueryExecution"),
        (
            "stepfunctions",
            "start_execution",
            {"stateMachineArn": f"{MACHINE_ARN}:m"},
            "states:StartExecution",
        ),
    ],
)
def test_calls_of_other_services_are_authorised(
    cloud: LocalCloud, service: str, operation: str, parameters: dict[str, str], action: str
) -> None:
    with pytest.raises(ClientError, match=f"not authorized to perform: {action}"):
        getattr(cloud.client(service, READER), operation)(**parameters)


def test_each_distinct_call_of_a_role_is_recorded_once(cloud: LocalCloud) -> None:
    for prefix in ("once/", "twice/", "twice/"):
        cloud.client("s3", LISTER).list_objects_v2(Bucket=BUCKET, Prefix=prefix)
    lines = (cloud.context.state_dir / "iam-calls.jsonl").read_text().splitlines()
    calls = [
        (call["role"], call["action"], call["resource"], call["allowed"], call.get("prefix"))
        for call in map(json.loads, lines)
    ]
    assert calls.count((LISTER, "s3:ListBucket", ARN, True, "once/")) == 1
    assert calls.count((LISTER, "s3:ListBucket", ARN, True, "twice/")) == 1
    assert (READER, "s3:GetObject", f"{ARN}/closed/1", False, None) in calls


def test_calls_of_the_administrator_are_not_recorded(cloud: LocalCloud) -> None:
    cloud.client("s3").put_object(Bucket=BUCKET, Key="by-hand", Body=b"x")
    text = (cloud.context.state_dir / "iam-calls.jsonl").read_text()
    assert "by-hand" not in text


def test_bucket_policy_denies_the_administrator_too(cloud: LocalCloud) -> None:
    s3 = cloud.client("s3")
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=BUCKET, Key="raw/by-hand", Body=b"x")
    assert code_of(error) == "AccessDenied"


def test_denied_deletions_leave_every_version(cloud: LocalCloud) -> None:
    s3 = cloud.client("s3")
    version = s3.put_object(Bucket=KEPT, Key="k", Body=b"x")["VersionId"]
    for options in ({}, {"VersionId": version}):
        with pytest.raises(ClientError) as error:
            s3.delete_object(Bucket=KEPT, Key="k", **options)
        assert code_of(error) == "AccessDenied"
        answer = s3.delete_objects(Bucket=KEPT, Delete={"Objects": [{"Key": "k", **options}]})
        assert [item["Code"] for item in answer["Errors"]] == ["AccessDenied"]
    for role_arn in (LISTER, f"{ROLE_ARN}/marker"):
        answer = cloud.client("s3", role_arn).delete_objects(
            Bucket=KEPT, Delete={"Objects": [{"Key": "k", "VersionId": version}]}
        )
        assert [item["Code"] for item in answer["Errors"]] == ["AccessDenied"]
    (left,) = s3.list_object_versions(Bucket=KEPT)["Versions"]
    assert left["VersionId"] == version


def test_teardown_role_may_delete_what_others_may_not(cloud: LocalCloud) -> None:
    s3 = cloud.client("s3", TEARDOWN)
    version = cloud.client("s3").put_object(Bucket=KEPT, Key="gone", Body=b"x")["VersionId"]
    answer = s3.delete_objects(Bucket=KEPT, Delete={"Objects": [{"Key": "gone", "VersionId": version}]})
    assert [item["Key"] for item in answer["Deleted"]] == ["gone"]
