"""Resource types of RDS and of the secrets of databases, and the connections of Glue.

The secret's rotation is an application of AWS's Serverless Application Repository, which does not exist here:
its resources are deployed without effect, and no secret is rotated.
"""

from __future__ import annotations

import json
import re
from typing import Any

from moto.rds.models import DBParameterGroup, DBSubnetGroup

from localcloud.cloudformation.resource import Created, Props, declare, supported
from localcloud.context import Context
from localcloud.database.mariadb import HOST
from localcloud.database.rds import Databases
from localcloud.errors import UnsupportedError

_INSTANCE = "AWS::RDS::DBInstance"
_SECRET_FIELD = re.compile(
    r"\{\{resolve:secretsmanager:(?P<secret>arn:[^:]+:[^:]+:[^:]+:[^:]+:secret:[^:]+):SecretString:"
    r"(?P<field>[^:}]+)(?:::)?\}\}"
)
_APPLIED = (
    "DBInstanceIdentifier", "DBInstanceClass", "Engine", "EngineVersion", "MasterUsername",
    "MasterUserPassword", "AllocatedStorage", "StorageType", "StorageEncrypted", "PubliclyAccessible",
    "DBSubnetGroupName",
    "DBParameterGroupName", "BackupRetentionPeriod", "PreferredBackupWindow", "DeletionProtection",
    "PreferredMaintenanceWindow",
    "CopyTagsToSnapshot", "AutoMinorVersionUpgrade", "MaxAllocatedStorage",
)  # fmt: skip
_IGNORED = ("CACertificateIdentifier", "EnableCloudwatchLogsExports", "Tags", "VPCSecurityGroups")


def _databases(context: Context) -> Databases:
    if context.databases is None:
        raise UnsupportedError("databases are not installed.", where=_INSTANCE)
    found: Databases = context.databases
    return found


def _create_instance(client: Any, props: Props, context: Context) -> Created:
    known = supported(props, *_APPLIED, type_name=_INSTANCE, ignored=_IGNORED)
    known = {name: _name_of(value) for name, value in known.items()}
    password = _resolved(known["MasterUserPassword"], context)
    identifier = known["DBInstanceIdentifier"].lower()
    numbers = {
        name: int(known[name])
        for name in ("AllocatedStorage", "BackupRetentionPeriod", "MaxAllocatedStorage")
        if name in known
    }
    made = client.create_db_instance(
        **(known | numbers | {"MasterUserPassword": password, "DBInstanceIdentifier": identifier})
    )["DBInstance"]
    server = _databases(context).create(identifier, user=known["MasterUsername"], password=password)
    attributes = {
        "Endpoint.Address": HOST,
        "Endpoint.Port": str(server.port),
        "DBInstanceArn": made["DBInstanceArn"],
        "DbiResourceId": made["DbiResourceId"],
    }
    return Created(identifier, attributes)


def _name_of(value: Any) -> Any:
    """Return the name of a group: moto resolves references to its own resources of RDS to objects."""
    return value.name if isinstance(value, DBSubnetGroup | DBParameterGroup) else value


def _resolved(text: str, context: Context) -> str:
    """Return the value of a dynamic reference to a field of a secret; other text as it is."""
    found = _SECRET_FIELD.fullmatch(text)
    if found is None:
        return text
    secret = context.client("secretsmanager").get_secret_value(SecretId=found["secret"])
    return str(json.loads(secret["SecretString"])[found["field"]])


declare(
    _INSTANCE,
    "rds",
    _create_instance,
    lambda client, ref: client.delete_db_instance(DBInstanceIdentifier=ref, SkipFinalSnapshot=True),
    name="DBInstanceIdentifier",
    update=lambda client, ref, props, context: None,
)


def _attach(client: Any, props: Props, context: Context) -> Created:
    """Add the database's address to its secret, and the authority of this home, which signs for it."""
    server = _databases(context).server(props["TargetId"])
    secret = client.get_secret_value(SecretId=props["SecretId"])
    value = {
        **json.loads(secret["SecretString"]),
        "engine": "mysql",
        "host": HOST,
        "port": server.port,
        "dbInstanceIdentifier": props["TargetId"],
        "authorities": server.tls.authority.read_text(encoding="ascii"),
    }
    client.put_secret_value(SecretId=secret["ARN"], SecretString=json.dumps(value))
    return Created(secret["ARN"], {"Id": secret["ARN"]})


declare("AWS::SecretsManager::SecretTargetAttachment", "secretsmanager", _attach, lambda client, ref: None)

declare(
    "AWS::SecretsManager::ResourcePolicy",
    "secretsmanager",
    lambda client, props, _: _put_policy(client, props),
    lambda client, ref: None,
)


def _put_policy(client: Any, props: Props) -> Created:
    policy = json.dumps(props["ResourcePolicy"])
    client.put_resource_policy(SecretId=props["SecretId"], ResourcePolicy=policy)
    return Created(props["SecretId"])


declare(
    "AWS::Serverless::Application",
    "cloudformation",
    lambda client, props, context: Created(
        "rotation",
        {
            "Outputs.RotationLambdaARN": f"arn:aws:lambda:{context.region}:{context.account}:function:"
            f"{props['Parameters']['functionName']}"
        },
    ),
    lambda client, ref: None,
)
declare(
    "AWS::SecretsManager::RotationSchedule",
    "secretsmanager",
    lambda client, props, _: Created(props["SecretId"]),
    lambda client, ref: None,
)


def _connect(client: Any, props: Props, context: Context) -> Created:
    connection = props["ConnectionInput"]
    client.create_connection(ConnectionInput=connection)
    return Created(connection["Name"])


declare(
    "AWS::Glue::Connection",
    "glue",
    _connect,
    lambda client, ref: client.delete_connection(ConnectionName=ref),
)
