"""Requests are accepted with the administrator's key and with the keys of sessions, and with no others."""

from __future__ import annotations

import datetime as dt
import urllib.error
import urllib.request
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.iam import authentication
from localcloud.server import LocalCloud
from tests.localcloud.assembly import ROLE_ARN, allow, resource, role

BUCKET = "secured"
READER, PERSON = f"{ROLE_ARN}/reader", f"{ROLE_ARN}/person"


@pytest.fixture(scope="module", autouse=True)
def stack(cloud: LocalCloud, deploy: Any) -> None:
    reading = allow(["s3:GetObject"], [f"arn:aws:s3:::{BUCKET}/*"])
    person = role("person", "glue.amazonaws.com", reading)
    trust = person["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]
    trust["Principal"] = {"AWS": "arn:aws:iam::123456789012:root"}
    deploy(
        {
            "secured": {
                "Bucket": resource("AWS::S3::Bucket", BucketName=BUCKET),
                "Reader": role("reader", "glue.amazonaws.com", reading),
                "Person": person,
            }
        }
    )
    cloud.client("s3").put_object(Bucket=BUCKET, Key="k", Body=b"x")


def client(cloud: LocalCloud, service: str, signature_version: str | None = None, **keys: Any) -> Any:
    """A client with literal credentials."""
    session: Any = boto3.Session(region_name="us-east-1", **keys)
    config = Config(
        retries={"total_max_attempts": 1},
        s3={"addressing_style": "path"},
        signature_version=signature_version,
    )
    return session.client(service, endpoint_url=cloud.endpoint, config=config)


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("s3", "list_buckets", "InvalidAccessKeyId"),
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("sns", "list_topics", "InvalidClientTokenId"),
        ("iam", "list_roles", "InvalidClientTokenId"),
        ("cloudformation", "list_stacks", "InvalidClientTokenId"),
        ("sqs", "list_queues", "InvalidClientTokenId"),
        ("cloudwatch", "list_metrics", "InvalidClientTokenId"),
        ("glue", "list_jobs", "UnrecognizedClientException"),
        ("athena", "list_work_groups", "UnrecognizedClientException"),
        ("dynamodb", "list_tables", "UnrecognizedClientException"),
        ("stepfunctions", "list_state_machines", "UnrecognizedClientException"),
        ("events", "list_rules", "UnrecognizedClientException"),
        ("logs", "describe_log_groups", "UnrecognizedClientException"),
        ("secretsmanager", "list_secrets", "UnrecognizedClientException"),
        ("lambda", "list_functions", "UnrecognizedClientException"),
        ("scheduler", "list_schedules", "UnrecognizedClientException"),
        ("pipes", "list_pipes", "UnrecognizedClientException"),
    ],
)
def test_unknown_access_key_is_refused(cloud: LocalCloud, service: str, operation: str, code: str) -> None:
    stranger = client(cloud, service, aws_access_key_id="localadmin", aws_secret_access_key="localadmin")
    with pytest.raises(ClientError) as error:
        getattr(stranger, operation)()
    assert error.value.response["Error"]["Code"] == code


def test_head_with_an_unknown_access_key_is_403(cloud: LocalCloud) -> None:
    stranger = client(cloud, "s3", aws_access_key_id="AKIAUNKNOWN", aws_secret_access_key="s")
    with pytest.raises(ClientError) as error:
        stranger.head_object(Bucket=BUCKET, Key="k")
    assert error.value.response["Error"]["Code"] == "403"


def test_request_without_a_signature_is_refused(cloud: LocalCloud) -> None:
    anonymous = boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=cloud.endpoint,
        config=Config(signature_version=UNSIGNED, s3={"addressing_style": "path"}),
    )
    with pytest.raises(ClientError) as error:
        anonymous.list_objects_v2(Bucket=BUCKET)
    assert error.value.response["Error"]["Code"] == "AccessDenied"


def test_session_token_must_be_the_sessions_own(cloud: LocalCloud) -> None:
    keys = {**cloud.context.credentials(READER), "aws_session_token": "another"}
    for service, code in (("s3", "InvalidToken"), ("glue", "UnrecognizedClientException")):
        stranger = client(cloud, service, **keys)
        with pytest.raises(ClientError) as error:
            getattr(stranger, "list_buckets" if service == "s3" else "list_jobs")()
        assert error.value.response["Error"]["Code"] == code


def test_expired_session_is_refused(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = cloud.client("sts").assume_role(RoleArn=PERSON, RoleSessionName="pat", DurationSeconds=900)
    given = answer["Credentials"]
    keys = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
    assert client(cloud, "s3", **keys).get_object(Bucket=BUCKET, Key="k")["Body"].read() == b"x"
    later = given["Expiration"].replace(tzinfo=None) + dt.timedelta(seconds=1)
    monkeypatch.setattr(authentication, "utcnow", lambda: later)
    for service, code in (("s3", "ExpiredToken"), ("sts", "ExpiredToken"), ("glue", "ExpiredTokenException")):
        late = client(cloud, service, **keys)
        call = {"s3": "list_buckets", "sts": "get_caller_identity", "glue": "list_jobs"}[service]
        with pytest.raises(ClientError) as error:
            getattr(late, call)()
        assert error.value.response["Error"]["Code"] == code


def test_presigned_url_has_the_permissions_of_its_signer(cloud: LocalCloud) -> None:
    def status(key: str, **keys: Any) -> int:
        s3 = client(cloud, "s3", signature_version="s3v4", **keys)
        url = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": key})
        try:
            with urllib.request.urlopen(url) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    reader = cloud.context.credentials(READER)
    assert status("k", **reader) == 200
    assert status("missing", **reader) == 403
    assert status("k", aws_access_key_id="AKIAUNKNOWN", aws_secret_access_key="s") == 403


def test_role_is_assumed_only_by_those_that_it_trusts(cloud: LocalCloud) -> None:
    sts = cloud.client("sts")
    answer = sts.assume_role(RoleArn=PERSON, RoleSessionName="pat")
    assert answer["AssumedRoleUser"]["Arn"].endswith("person/pat")
    for wanted in (READER, f"{ROLE_ARN}/missing"):
        with pytest.raises(ClientError, match="is not authorized to perform: sts:AssumeRole") as error:
            sts.assume_role(RoleArn=wanted, RoleSessionName="pat")
        assert error.value.response["Error"]["Code"] == "AccessDenied"
