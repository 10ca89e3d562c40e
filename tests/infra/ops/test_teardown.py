"""Buckets are emptied with all versions before they are deleted."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from moto.core.botocore_stubber import MockRawResponse as RawResponse

from infra.ops import teardown
from infra.ops.teardown import TeardownError, delete_bucket, empty_bucket, existing, teardown_session

ROLE = "arn:aws:iam::123456789012:role/teardown"


def test_emptying_a_bucket_deletes_versions_and_delete_markers(session: boto3.Session) -> None:
    s3 = session.client("s3")
    s3.create_bucket(Bucket="versioned")
    s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="versioned", Key="k", Body=b"1")
    s3.put_object(Bucket="versioned", Key="k", Body=b"2")
    s3.delete_object(Bucket="versioned", Key="k")
    assert empty_bucket(session, "versioned") == 3
    delete_bucket(session, "versioned")
    assert existing(session, ["versioned"]) == []


def fill_before_deletion(session: boto3.Session, bucket: str, times: int) -> None:
    """Put an object into the bucket before each of its first `times` deletions, as S3 does with logs."""
    s3, remaining = session.client("s3"), iter(range(times))

    def deliver(**_: Any) -> None:
        if next(remaining, None) is not None:
            s3.put_object(Bucket=bucket, Key="log", Body=b"log")

    events: Any = session.events
    events.register("before-call.s3.DeleteBucket", deliver)


def test_bucket_that_is_filled_meanwhile_is_emptied_again(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("infra.ops.teardown.sleep", waits.append)
    session.client("s3").create_bucket(Bucket="access-logs")
    fill_before_deletion(session, "access-logs", times=2)
    delete_bucket(session, "access-logs")
    assert existing(session, ["access-logs"]) == []
    assert waits == [teardown.DELETE_WAIT_SECONDS] * 2


def test_bucket_that_is_always_filled_again_is_reported(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.ops.teardown.sleep", lambda seconds: None)
    session.client("s3").create_bucket(Bucket="access-logs")
    fill_before_deletion(session, "access-logs", times=100)
    with pytest.raises(TeardownError, match="filled again") as error:
        delete_bucket(session, "access-logs")
    assert error.value.where == "s3://access-logs"
    assert "run the command again" in str(error.value)


def test_role_that_may_delete_is_waited_for(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("infra.ops.teardown.sleep", waits.append)
    denied = iter([True, True, False])

    def refuse(request: Any, **_: Any) -> AWSResponse | None:
        body = "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"
        return AWSResponse(request.url, 403, HTTPHeaders(), RawResponse(body)) if next(denied) else None

    events: Any = session.events
    events.register("before-send.sts.AssumeRole", refuse)
    found = teardown_session(session, ROLE)
    assert waits == [teardown.ASSUME_WAIT_SECONDS] * 2
    assert ":assumed-role/teardown/" in found.client("sts").get_caller_identity()["Arn"]


def test_role_that_cannot_be_assumed_is_reported(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.ops.teardown.sleep", lambda seconds: None)
    body = "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"
    events: Any = session.events
    events.register(
        "before-send.sts.AssumeRole",
        lambda request, **_: AWSResponse(request.url, 403, HTTPHeaders(), RawResponse(body)),
    )
    with pytest.raises(TeardownError, match="cannot be assumed") as error:
        teardown_session(session, ROLE)
    assert error.value.where == ROLE


def test_expired_session_is_not_taken_for_a_missing_permission(session: boto3.Session) -> None:
    body = "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>"
    events: Any = session.events
    events.register(
        "before-send.sts.AssumeRole",
        lambda request, **_: AWSResponse(request.url, 403, HTTPHeaders(), RawResponse(body)),
    )
    with pytest.raises(ClientError, match="ExpiredToken"):
        teardown_session(session, ROLE)


def test_existing_buckets_keep_their_order(session: boto3.Session) -> None:
    for name in ("one", "two"):
        session.client("s3").create_bucket(Bucket=f"bucket-{name}")
    assert existing(session, ["bucket-two", "bucket-none", "bucket-one"]) == ["bucket-two", "bucket-one"]
