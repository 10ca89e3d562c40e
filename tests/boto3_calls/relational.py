"""The calls of the relational copy: secret of the database, state of the instance, leases of loads."""

from __future__ import annotations

import json

from glue_jobs.curated_to_rds import access
from lake.naming.relational import DATABASE_LEASES
from lambdas.rds_schedule.instance import Instance
from lambdas.rds_schedule.leases import Leases, Memory
from tests.boto3_calls.registry import Stub

SECRET = json.dumps({"host": "db", "port": 3306, "username": "u", "password": "p"})
INSTANCE = "lambdas/rds_schedule/instance.py"
LEASES = "lambdas/rds_schedule/leases.py"
DATABASE = {"DBInstanceIdentifier": "db"}
READ = {"TableName": "leases", "Key": {"domain": {"S": DATABASE_LEASES}}, "ConsistentRead": True}
WRITTEN = {
    "TableName": "leases",
    "Item": {
        "domain": {"S": DATABASE_LEASES},
        "memory": {"S": '{"loads": {}, "stop_wanted": true, "restarted": false, "stopping": 0.0}'},
        "version": {"N": "1"},
    },
    "ConditionExpression": "attribute_not_exists(#domain) OR version = :version",
    "ExpressionAttributeNames": {"#domain": "domain"},
    "ExpressionAttributeValues": {":version": {"N": "0"}},
}


def _want_stop(memory: Memory) -> None:
    memory.stop_wanted = True


STUBS = (
    Stub(
        site=("glue_jobs/curated_to_rds.py", "get_secret_value"),
        service="secretsmanager",
        answers=(("get_secret_value", {"SecretId": "name"}, {"SecretString": SECRET}),),
        call=lambda client: access(client, "name", "us-east-1"),
    ),
    Stub(
        site=(INSTANCE, "describe_db_instances"),
        service="rds",
        answers=(("describe_db_instances", DATABASE, {"DBInstances": [{"DBInstanceStatus": "available"}]}),),
        call=lambda client: Instance(client, "db").state(),
    ),
    Stub(
        site=(INSTANCE, "start_db_instance"),
        service="rds",
        answers=(("start_db_instance", DATABASE, {}),),
        call=lambda client: Instance(client, "db").start(),
    ),
    Stub(
        site=(INSTANCE, "stop_db_instance"),
        service="rds",
        answers=(("stop_db_instance", DATABASE, {}),),
        call=lambda client: Instance(client, "db").stop(),
    ),
    Stub(
        site=(LEASES, "get_item"),
        service="dynamodb",
        answers=(("get_item", READ, {}),),
        call=lambda client: Leases(client, "leases").read(),
    ),
    Stub(
        site=(LEASES, "put_item"),
        service="dynamodb",
        answers=(("get_item", READ, {}), ("put_item", WRITTEN, {})),
        call=lambda client: Leases(client, "leases").change(_want_stop),
    ),
)
