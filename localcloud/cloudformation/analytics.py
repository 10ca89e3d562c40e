"""Resource types of Glue and Athena."""

from __future__ import annotations

from typing import Any

from moto.athena.models import WorkGroup, athena_backends

from localcloud.cloudformation.resource import Created, Props, declare
from localcloud.context import ACCOUNT, Context
from localcloud.errors import DeployError


def _database_name(props: Props) -> str:
    return str(props.get("DatabaseName") or props["DatabaseInput"]["Name"])


def _create_database(client: Any, props: Props, context: Context) -> Created:
    name = _database_name(props)
    client.create_database(DatabaseInput={**props["DatabaseInput"], "Name": name})
    return Created(name)


def _find_database(client: Any, props: Props, context: Context) -> Created | None:
    name = _database_name(props)
    names = {
        found["Name"]
        for page in client.get_paginator("get_databases").paginate()
        for found in page["DatabaseList"]
    }
    return Created(name) if name in names else None


declare(
    "AWS::Glue::Database",
    "glue",
    _create_database,
    lambda client, ref: client.delete_database(Name=ref),
    update=lambda client, ref, props, _: client.update_database(
        Name=ref, DatabaseInput={**props["DatabaseInput"], "Name": ref}
    ),
    find=_find_database,
)


def _create_table(client: Any, props: Props, context: Context) -> Created:
    client.create_table(DatabaseName=props["DatabaseName"], TableInput=props["TableInput"])
    return Created(f"{props['DatabaseName']}|{props['TableInput']['Name']}")


def _delete_table(client: Any, ref: str) -> None:
    database, _, table = ref.partition("|")
    client.delete_table(DatabaseName=database, Name=table)


declare(
    "AWS::Glue::Table",
    "glue",
    _create_table,
    _delete_table,
    update=lambda client, ref, props, _: client.update_table(
        DatabaseName=props["DatabaseName"], TableInput=props["TableInput"]
    ),
)


TIMEOUT_LIMIT_MINUTES = 7 * 24 * 60
"""The documentation asks for a time-out of less than seven days."""


def _create_job(client: Any, props: Props, context: Context) -> Created:
    if int(props.get("Timeout", 0)) >= TIMEOUT_LIMIT_MINUTES:
        raise DeployError(
            f"the time-out of {props['Timeout']} minutes is not below {TIMEOUT_LIMIT_MINUTES}.",
            where=f"job {props['Name']}",
            hint="Set a shorter one.",
        )
    client.create_job(**props)
    return Created(props["Name"])


declare(
    "AWS::Glue::Job", "glue", _create_job, lambda client, ref: client.delete_job(JobName=ref), name="Name"
)


def _create_crawler(client: Any, props: Props, context: Context) -> Created:
    schedule = props.pop("Schedule", None)
    if schedule:
        props["Schedule"] = schedule["ScheduleExpression"]
    client.create_crawler(**props)
    return Created(props["Name"])


declare(
    "AWS::Glue::Crawler",
    "glue",
    _create_crawler,
    lambda client, ref: client.delete_crawler(Name=ref),
    name="Name",
)


def _create_security_configuration(client: Any, props: Props, context: Context) -> Created:
    # The property is a list under another name than the parameter of the call.
    encryption = dict(props["EncryptionConfiguration"])
    if "S3Encryptions" in encryption:
        encryption["S3Encryption"] = encryption.pop("S3Encryptions")
    client.create_security_configuration(Name=props["Name"], EncryptionConfiguration=encryption)
    return Created(props["Name"])


declare(
    "AWS::Glue::SecurityConfiguration",
    "glue",
    _create_security_configuration,
    lambda client, ref: client.delete_security_configuration(Name=ref),
    name="Name",
)


def _create_workgroup(client: Any, props: Props, context: Context) -> Created:
    name = props["Name"]
    client.create_work_group(
        Name=name,
        Configuration=props.get("WorkGroupConfiguration", {}),
        Description=props.get("Description", ""),
    )
    _keep_deletion(client, name, props)
    return Created(name)


def _update_workgroup(client: Any, ref: str, props: Props, context: Context) -> None:
    if props["Name"] != ref:
        raise DeployError(
            f"the name '{props['Name']}' cannot be given to a workgroup that exists.",
            where=f"workgroup {ref}",
            hint="Delete its stack first.",
        )
    # moto has no API for it. What belongs to the workgroup stays: it is found by the name.
    backend = athena_backends[ACCOUNT][client.meta.region_name]
    configuration = dict(props.get("WorkGroupConfiguration", {}))
    backend.work_groups[ref] = WorkGroup(backend, ref, configuration, props.get("Description", ""), [])
    _keep_deletion(client, ref, props)


def _keep_deletion(client: Any, name: str, props: Props) -> None:
    """Keep with a workgroup whether its stack deletes it with its contents; by default it does not."""
    group: Any = athena_backends[ACCOUNT][client.meta.region_name].work_groups[name]
    group.recursive_delete = str(props.get("RecursiveDeleteOption", False)).lower() == "true"


def _delete_workgroup(client: Any, ref: str) -> None:
    group: Any = athena_backends[ACCOUNT][client.meta.region_name].work_groups[ref]
    client.delete_work_group(WorkGroup=ref, RecursiveDeleteOption=group.recursive_delete)


declare(
    "AWS::Athena::WorkGroup",
    "athena",
    _create_workgroup,
    _delete_workgroup,
    name="Name",
    update=_update_workgroup,
)


def _create_named_query(client: Any, props: Props, context: Context) -> Created:
    answer = client.create_named_query(**props)
    return Created(answer["NamedQueryId"], {"NamedQueryId": answer["NamedQueryId"]})


def _delete_named_query(client: Any, ref: str) -> None:
    # moto has no API for it.
    del athena_backends[ACCOUNT][client.meta.region_name].named_queries[ref]


declare(
    "AWS::Athena::NamedQuery",
    "athena",
    _create_named_query,
    _delete_named_query,
    name="Name",
)
