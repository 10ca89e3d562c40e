"""Empty and delete the buckets of an environment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import sleep
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from lake.errors import CaudalError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef


ASSUME_ATTEMPTS = 12
ASSUME_WAIT_SECONDS = 5.0
"""IAM takes some seconds until a new role can be assumed everywhere."""

DELETE_ATTEMPTS = 6
DELETE_WAIT_SECONDS = 5.0
"""S3 may deliver access logs between the emptying of their bucket and its deletion."""


class TeardownError(CaudalError):
    """S3 could not delete objects or a bucket, or the role that may delete them cannot be assumed."""


def teardown_session(session: boto3.Session, role_arn: str) -> boto3.Session:
    """Return a session of the teardown role, which alone may delete raw files.

    Waits until IAM knows the role. Raises TeardownError if the caller may not assume it, ClientError for
    anything else, e.g. an expired session.
    """
    sts = session.client("sts")
    for attempt in range(1, ASSUME_ATTEMPTS + 1):
        try:
            answer = sts.assume_role(RoleArn=role_arn, RoleSessionName="teardown")["Credentials"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied":
                raise
            if attempt == ASSUME_ATTEMPTS:
                raise TeardownError(
                    f"the role that may delete data cannot be assumed: {error}",
                    where=role_arn,
                    hint="Ask for permission to assume it (sts:AssumeRole), then run the command again.",
                ) from error
            sleep(ASSUME_WAIT_SECONDS)
        else:
            break
    return boto3.Session(
        aws_access_key_id=answer["AccessKeyId"],
        aws_secret_access_key=answer["SecretAccessKey"],
        aws_session_token=answer["SessionToken"],
        region_name=session.region_name,
    )


def existing(session: boto3.Session, buckets: Sequence[str]) -> list[str]:
    """Return those of `buckets` that exist, in the same order."""
    s3 = session.client("s3")

    def exists(bucket: str) -> bool:
        try:
            s3.head_bucket(Bucket=bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchBucket"}:
                return False
            raise
        return True

    return [bucket for bucket in buckets if exists(bucket)]


def empty_bucket(session: boto3.Session, bucket: str) -> int:
    """Delete every version of every object and return their number.

    Raises TeardownError if S3 cannot delete an object.
    """
    s3 = session.client("s3")
    deleted = 0
    for objects in _versions(s3, bucket):
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        if errors := answer.get("Errors"):
            first = errors[0]
            raise TeardownError(
                f"S3 could not delete {len(errors)} object(s); the first error is {first.get('Code')}.",
                where=f"s3://{bucket}/{first.get('Key')}",
                hint="Check the permissions of your credentials, then run the command again.",
            )
        deleted += len(objects)
    return deleted


def delete_bucket(session: boto3.Session, bucket: str) -> None:
    """Empty a bucket and delete it, again if it was filled meanwhile.

    Raises TeardownError if it is filled again at every attempt, or if S3 cannot delete an object.
    """
    s3 = session.client("s3")
    for attempt in range(1, DELETE_ATTEMPTS + 1):
        empty_bucket(session, bucket)
        try:
            s3.delete_bucket(Bucket=bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] != "BucketNotEmpty":
                raise
            if attempt == DELETE_ATTEMPTS:
                raise TeardownError(
                    f"the bucket was filled again each time it was emptied ({DELETE_ATTEMPTS} attempts).",
                    where=f"s3://{bucket}",
                    hint="Stop what writes to it. S3 delivers access logs for some hours: then wait, and run "
                    "the command again.",
                ) from error
            sleep(DELETE_WAIT_SECONDS)
        else:
            return


def _versions(s3: S3Client, bucket: str) -> Iterator[list[ObjectIdentifierTypeDef]]:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found: list[ObjectIdentifierTypeDef] = [
            {"Key": item["Key"], "VersionId": item["VersionId"]} for item in page.get("Versions", [])
        ]
        found += [
            {"Key": item["Key"], "VersionId": item["VersionId"]} for item in page.get("DeleteMarkers", [])
        ]
        if found:
            yield found
