"""The customer managed key of the CDK's asset bucket, which the jobs must be allowed to use."""

from __future__ import annotations

from collections.abc import Callable

import boto3
from botocore.exceptions import ClientError

from lake.errors import CaudalError

DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
_NO_KEY = frozenset({"NoSuchBucket", "ServerSideEncryptionConfigurationNotFoundError"})


class AssetsKeyError(CaudalError):
    """The jobs could not read their code from the CDK's asset bucket."""


def check(
    session: boto3.Session, *, account: str, region: str, configured: str, report: Callable[[str], None]
) -> None:
    """Raise AssetsKeyError if assets are encrypted with a customer's key other than the configured one.

    `configured` is the ARN of a key, empty without one. Credentials that may not ask get a report: the CDK's
    own roles deploy, and the credentials may be allowed to assume these roles alone.
    """
    bucket = f"cdk-hnb659fds-assets-{account}-{region}"
    try:
        found = _key(session, bucket, region)
    except ClientError as error:
        if error.response["Error"]["Code"] not in DENIED:
            raise
        report(
            f"These credentials may not read the encryption of {bucket}. If it has a key of yours, name the "
            "key with --assets-key."
        )
        return
    if found is not None and found != configured:
        raise AssetsKeyError(
            f"assets are encrypted with the key {found}, which the jobs may not use.",
            where=f"s3://{bucket}",
            hint=f"Deploy with --assets-key {found}, and let the key's policy delegate to IAM.",
        )


def _key(session: boto3.Session, bucket: str, region: str) -> str | None:
    """Return the ARN of the customer's key that encrypts a bucket, None without such a key."""
    s3 = session.client("s3", region_name=region)
    try:
        answer = s3.get_bucket_encryption(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] in _NO_KEY:
            return None
        raise
    rules = answer["ServerSideEncryptionConfiguration"]["Rules"]
    named = [rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID") for rule in rules]
    keys = [key for key in named if key]
    if not keys:
        return None
    described = session.client("kms", region_name=region).describe_key(KeyId=keys[0])["KeyMetadata"]
    return described["Arn"] if described["KeyManager"] == "CUSTOMER" else None
