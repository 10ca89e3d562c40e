"""Resource types of Glue and Athena."""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.resource import Created, Props, declare
from localcloud.context import Context


def _create_database(client: Any, props: Props, context: Context) -> Created:
    client.create_database(DatabaseInput=props["DatabaseInput"])
    return Created(props["DatabaseInput"]["Name"])


declare(
    "AWS::Glue::Database",
    "glue",
    _create_database,
    lambda client, ref: client.delete_database(Name=ref),
    update=lambda client, ref, props, _: client.update_database(
        Name=ref, DatabaseInput=props["DatabaseInput"]
    ),
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


def _create_job(client: Any, props: Props, context: Context) -> Created:
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
    client.create_security_configuration(**props)
    return Created(props["Name"])


declare(
    "AWS::Glue::SecurityConfiguration",
    "glue",
    _create_security_configuration,
    lambda client, ref: client.delete_security_configuration(Name=ref),
    name="Name",
)


def _create_workgroup(client: Any, props: Props, context: Context) -> Created:
    client.create_work_group(
        Name=props["Name"],
        Configuration=props.get("WorkGroupConfiguration", {}),
        Description=props.get("Description", ""),
    )
    return Created(props["Name"])


declare(
    "AWS::Athena::WorkGroup",
    "athena",
    _create_workgroup,
    lambda client, ref: client.delete_work_group(WorkGroup=ref, RecursiveDeleteOption=True),
    name="Name",
)


def _create_named_query(client: Any, props: Props, context: Context) -> Created:
    answer = client.create_named_query(**props)
    return Created(answer["NamedQueryId"], {"NamedQueryId": answer["NamedQueryId"]})


declare(
    "AWS::Athena::NamedQuery",
    "athena",
    _create_named_query,
    lambda client, ref: client.delete_named_query(NamedQueryId=ref),
    name="Name",
)
