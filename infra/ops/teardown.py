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


class TeardownError(CaudalError):
    """S3 could not delete some objects, or the role that may delete them cannot be assumed."""


def teardown_session(session: boto3.Session, role_arn: str) -> boto3.Session:
    """Return a session of the teardown role, which alone may delete raw files.

    Waits until IAM knows the role. Raises TeardownError if the caller may not assume it.
    """
    sts = session.client("sts")
    for attempt in range(1, ASSUME_ATTEMPTS + 1):
        try:
            answer = sts.assume_role(RoleArn=role_arn, RoleSessionName="teardown")["Credentials"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied" or attempt == ASSUME_ATTEMPTS:
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
    """Empty a bucket and delete it."""
    empty_bucket(session, bucket)
    session.client("s3").delete_bucket(Bucket=bucket)


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
