"""Buckets are emptied with all versions before they are deleted."""

from __future__ import annotations

import boto3

from infra.ops.teardown import delete_bucket, empty_bucket, existing


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


def test_existing_buckets_keep_their_order(session: boto3.Session) -> None:
    for name in ("one", "two"):
        session.client("s3").create_bucket(Bucket=f"bucket-{name}")
    assert existing(session, ["bucket-two", "bucket-none", "bucket-one"]) == ["bucket-two", "bucket-one"]
