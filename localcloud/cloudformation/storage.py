"""Resource types of S3 and DynamoDB."""

from __future__ import annotations

import json
from typing import Any

from localcloud.cloudformation.resource import Created, Props, declare, supported
from localcloud.context import Context

_BUCKET = "AWS::S3::Bucket"
_NOT_APPLIED = ("LoggingConfiguration", "Tags")
"""Properties without effect here: server access logs would fill a local folder that has no reader."""


def _create_bucket(client: Any, props: Props, context: Context) -> Created:
    name = props["BucketName"]
    client.create_bucket(Bucket=name)
    _configure_bucket(client, name, props, context)
    return _bucket_values(name, context)


def _find_bucket(client: Any, props: Props, context: Context) -> Created | None:
    name = props["BucketName"]
    names = {found["Name"] for found in client.list_buckets()["Buckets"]}
    return _bucket_values(name, context) if name in names else None


def _bucket_values(name: str, context: Context) -> Created:
    regional = f"{name}.s3.{context.region}.amazonaws.com"
    return Created(
        name,
        {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "RegionalDomainName": regional,
        },
    )


def _configure_bucket(client: Any, name: str, props: Props, context: Context) -> None:
    known = supported(
        props,
        "BucketName",
        "BucketEncryption",
        "VersioningConfiguration",
        "LifecycleConfiguration",
        "PublicAccessBlockConfiguration",
        "NotificationConfiguration",
        "OwnershipControls",
        type_name=_BUCKET,
        ignored=_NOT_APPLIED,
    )
    if "BucketEncryption" in known:
        client.put_bucket_encryption(
            Bucket=name, ServerSideEncryptionConfiguration=_encryption(known["BucketEncryption"])
        )
    if "VersioningConfiguration" in known:
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration=known["VersioningConfiguration"])
    if "LifecycleConfiguration" in known:
        rules = [_lifecycle_rule(rule) for rule in known["LifecycleConfiguration"]["Rules"]]
        client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
    if "PublicAccessBlockConfiguration" in known:
        client.put_public_access_block(
            Bucket=name, PublicAccessBlockConfiguration=known["PublicAccessBlockConfiguration"]
        )
    if "OwnershipControls" in known:
        client.put_bucket_ownership_controls(Bucket=name, OwnershipControls=known["OwnershipControls"])
    if "NotificationConfiguration" in known:
        client.put_bucket_notification_configuration(
            Bucket=name, NotificationConfiguration=_notifications(known["NotificationConfiguration"])
        )


def _encryption(value: Props) -> Props:
    rules = [
        {
            ("ApplyServerSideEncryptionByDefault" if k == "ServerSideEncryptionByDefault" else k): v
            for k, v in rule.items()
        }
        for rule in value["ServerSideEncryptionConfiguration"]
    ]
    return {"Rules": rules}


def _notifications(value: Props) -> Props:
    bridge = supported(value, "EventBridgeConfiguration", type_name=f"{_BUCKET} NotificationConfiguration")
    enabled = bridge.get("EventBridgeConfiguration", {}).get("EventBridgeEnabled", True)
    return {"EventBridgeConfiguration": {}} if bridge and str(enabled).lower() == "true" else {}


def _lifecycle_rule(rule: Props) -> Props:
    """Return a lifecycle rule as the S3 API spells it."""
    known = supported(
        rule,
        "Id",
        "Status",
        "Prefix",
        "ExpirationInDays",
        "ExpiredObjectDeleteMarker",
        "NoncurrentVersionExpiration",
        "AbortIncompleteMultipartUpload",
        "Transitions",
        type_name=f"{_BUCKET} LifecycleConfiguration",
    )
    api: Props = {
        "ID": known.get("Id", ""),
        "Status": known["Status"],
        "Filter": {"Prefix": known.get("Prefix", "")},
    }
    if "ExpirationInDays" in known:
        api["Expiration"] = {"Days": known["ExpirationInDays"]}
    elif "ExpiredObjectDeleteMarker" in known:
        api["Expiration"] = {"ExpiredObjectDeleteMarker": known["ExpiredObjectDeleteMarker"]}
    if "Transitions" in known:
        api["Transitions"] = [
            {"Days": item["TransitionInDays"], "StorageClass": item["StorageClass"]}
            for item in known["Transitions"]
        ]
    for same in ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"):
        if same in known:
            api[same] = known[same]
    return api


declare(
    _BUCKET,
    "s3",
    _create_bucket,
    lambda client, ref: client.delete_bucket(Bucket=ref),
    name="BucketName",
    update=_configure_bucket,
    find=_find_bucket,
)


def _put_bucket_policy(client: Any, props: Props, context: Context) -> Created:
    client.put_bucket_policy(Bucket=props["Bucket"], Policy=json.dumps(props["PolicyDocument"]))
    return Created(props["Bucket"])


declare(
    "AWS::S3::BucketPolicy",
    "s3",
    _put_bucket_policy,
    lambda client, ref: client.delete_bucket_policy(Bucket=ref),
)


_TABLE = "AWS::DynamoDB::Table"
_TABLE_PARAMETERS = (
    "TableName",
    "KeySchema",
    "AttributeDefinitions",
    "BillingMode",
    "ProvisionedThroughput",
    "SSESpecification",
    "DeletionProtectionEnabled",
)


def _create_table(client: Any, props: Props, context: Context) -> Created:
    known = supported(
        props,
        *_TABLE_PARAMETERS,
        "TimeToLiveSpecification",
        "PointInTimeRecoverySpecification",
        type_name=_TABLE,
        ignored=("Tags",),
    )
    arn = client.create_table(**{k: known[k] for k in _TABLE_PARAMETERS if k in known})["TableDescription"][
        "TableArn"
    ]
    _configure_table(client, known["TableName"], known, context)
    return Created(known["TableName"], {"Arn": arn})


def _configure_table(client: Any, name: str, props: Props, context: Context) -> None:
    if ttl := props.get("TimeToLiveSpecification"):
        client.update_time_to_live(TableName=name, TimeToLiveSpecification=ttl)
    if recovery := props.get("PointInTimeRecoverySpecification"):
        client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)


declare(
    _TABLE,
    "dynamodb",
    _create_table,
    lambda client, ref: client.delete_table(TableName=ref),
    name="TableName",
    update=_configure_table,
)
