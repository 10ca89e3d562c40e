"""What the relational copy costs at rest: its database in office hours, storage, endpoints, and checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infra.ops.costs.prices import AT_REST, HOURS
from infra.ops.costs.stacks import Stack

INSTANCE_HOUR = 0.016
"""A db.t4g.micro with MySQL in one zone."""

STORAGE_GB_MONTH = 0.115
"""General purpose storage (gp3); it is billed while the instance is stopped."""

ENDPOINT_HOUR = 0.01
"""An interface endpoint in one zone."""

CALL = 1.00 / 1_000_000 + 0.20 / 1_000_000 + 0.25 * 0.0000166667
"""A call of the database's function by a schedule: Scheduler, Lambda, and a second of 256 MB."""

CALLS = 4 * HOURS
"""Of a month: every quarter of an hour. The begin and end of office hours add few."""

WEEKDAYS = 22
"""Of a month, rounded up."""

ALARMS = 2

_ENDPOINTS = {"secretsmanager": "Secrets Manager", "kms": "KMS"}


def at_rest(stack: Stack) -> Iterator[tuple[str, float]]:
    """Yield what and dollars a month of a stack's databases and interface endpoints."""
    for instance in stack.of("AWS::RDS::DBInstance"):
        hours = WEEKDAYS * _office_hours(stack)
        yield f"the database, {hours} office hours", hours * INSTANCE_HOUR
        size = int(instance["AllocatedStorage"])
        yield f"{size} GB of the database's storage", size * STORAGE_GB_MONTH
        yield f"{CALLS} checks whether a stop of the database is overdue", CALLS * CALL
    for endpoint in stack.of("AWS::EC2::VPCEndpoint"):
        if endpoint.get("VpcEndpointType") == "Interface":
            zones = len(endpoint["SubnetIds"])
            name = _ENDPOINTS[endpoint["ServiceName"].rsplit(".", 1)[-1]]
            yield f"the endpoint of {name}, {zones} zone", zones * HOURS * ENDPOINT_HOUR


def switched_on(hours: int = 8, storage_gb: int = 20, *, keys: bool = False) -> float:
    """Return the dollars a month at rest of the relational copy with its usual settings.

    `keys`: logs are encrypted with keys of the domains, which takes an endpoint of KMS.
    """
    prices: Mapping[str, float] = AT_REST
    beside = prices["AWS::SecretsManager::Secret"] + ALARMS * prices["AWS::CloudWatch::Alarm"]
    endpoints = (1 + keys) * HOURS * ENDPOINT_HOUR
    database = WEEKDAYS * hours * INSTANCE_HOUR + storage_gb * STORAGE_GB_MONTH + CALLS * CALL
    return database + endpoints + beside


def _office_hours(stack: Stack) -> int:
    """Return the hours a day in which the function of the stack keeps the database awake; 24 without one."""
    for function in stack.of("AWS::Lambda::Function"):
        variables: Mapping[str, Any] = function.get("Environment", {}).get("Variables", {})
        if "OFFICE_HOURS" in variables:
            return int(variables["OFFICE_HOURS"])
    return 24
