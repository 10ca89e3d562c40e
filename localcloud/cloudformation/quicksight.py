"""Resource types of QuickSight."""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.resource import Created, Props, declare
from localcloud.context import Context
from localcloud.errors import DeployError

_WAIT = "IngestionWaitPolicy"
"""What CloudFormation itself does, and no call has. Locally no deployment waits for a refresh."""


def without_wait(props: Props) -> Props:
    """Return the parameters of a dataset's calls. Raises DeployError if its creation waits for a refresh."""
    policy = props.get(_WAIT, {})
    if props["ImportMode"] == "SPICE" and policy.get("WaitForSpiceIngestion", True) not in (False, "false"):
        raise DeployError(
            "the creation would wait for the first refresh, and fail with it.",
            where=f"dataset {props['DataSetId']}",
            hint=f"Set {_WAIT}.WaitForSpiceIngestion to false.",
        )
    return {name: value for name, value in props.items() if name != _WAIT}


def _declare(kind: str, snake: str) -> None:
    """Declare a type whose properties are the parameters of its calls."""
    id_name = f"{kind}Id"

    def parameters(props: Props) -> Props:
        return without_wait(props) if kind == "DataSet" else props

    def create(client: Any, props: Props, context: Context) -> Created:
        made = getattr(client, f"create_{snake}")(**parameters(props))
        _check_status(client, kind, props, made.get("CreationStatus", ""))
        return Created(f"{props['AwsAccountId']}|{props[id_name]}", {"Arn": made["Arn"]})

    def update(client: Any, ref: str, props: Props, context: Context) -> None:
        kept = ("Permissions", "Type", "Tags")
        changed = {name: value for name, value in parameters(props).items() if name not in kept}
        made = getattr(client, f"update_{snake}")(**changed)
        _check_status(client, kind, props, made.get("CreationStatus", ""))

    def delete(client: Any, ref: str) -> None:
        account, _, id = ref.partition("|")
        getattr(client, f"delete_{snake}")(AwsAccountId=account, **{id_name: id})

    declare(f"AWS::QuickSight::{kind}", "quicksight", create, delete, update=update)


def _check_status(client: Any, kind: str, props: Props, status: str) -> None:
    """Raise DeployError if a dashboard could not be created from its definition."""
    if kind != "Dashboard" or not status.endswith("FAILED"):
        return
    found = client.describe_dashboard_definition(
        AwsAccountId=props["AwsAccountId"], DashboardId=props["DashboardId"]
    )
    errors = "; ".join(f"{each['Type']}: {each['Message']}" for each in found["Errors"])
    raise DeployError(
        f"{status}: {errors}", where=f"dashboard {props['DashboardId']}", hint="Correct the definition."
    )


_declare("DataSource", "data_source")
_declare("DataSet", "data_set")
_declare("Theme", "theme")
_declare("Dashboard", "dashboard")


def schedule_parameters(props: Props) -> Props:
    """Return the parameters of a schedule's calls, which spell the time zone in another way."""
    frequency = dict(props["Schedule"]["ScheduleFrequency"])
    if "TimeZone" in frequency:
        frequency["Timezone"] = frequency.pop("TimeZone")
    return {**props, "Schedule": {**props["Schedule"], "ScheduleFrequency": frequency}}


def _create_schedule(client: Any, props: Props, context: Context) -> Created:
    made = client.create_refresh_schedule(**schedule_parameters(props))
    ref = f"{props['AwsAccountId']}|{props['DataSetId']}|{props['Schedule']['ScheduleId']}"
    return Created(ref, {"Arn": made["Arn"]})


def _delete_schedule(client: Any, ref: str) -> None:
    account, dataset, id = ref.split("|")
    client.delete_refresh_schedule(AwsAccountId=account, DataSetId=dataset, ScheduleId=id)


declare(
    "AWS::QuickSight::RefreshSchedule",
    "quicksight",
    _create_schedule,
    _delete_schedule,
    update=lambda client, ref, props, _: client.update_refresh_schedule(**schedule_parameters(props)),
)
