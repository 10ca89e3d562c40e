"""What the relational copy costs at rest: its database in office hours, storage, and the endpoint."""

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

WEEKDAYS = 22
"""Of a month, rounded up."""

ALARMS = 2


def at_rest(stack: Stack) -> Iterator[tuple[str, float]]:
    """Yield what and dollars a month of a stack's databases and interface endpoints."""
    for instance in stack.of("AWS::RDS::DBInstance"):
        hours = WEEKDAYS * _office_hours(stack)
        yield f"the database, {hours} office hours", hours * INSTANCE_HOUR
        size = int(instance["AllocatedStorage"])
        yield f"{size} GB of the database's storage", size * STORAGE_GB_MONTH
    for endpoint in stack.of("AWS::EC2::VPCEndpoint"):
        if endpoint.get("VpcEndpointType") == "Interface":
            zones = len(endpoint["SubnetIds"])
            yield f"the endpoint of Secrets Manager, {zones} zone", zones * HOURS * ENDPOINT_HOUR


def switched_on(hours: int = 8, storage_gb: int = 20) -> float:
    """Return the dollars a month at rest of the relational copy with its usual settings."""
    prices: Mapping[str, float] = AT_REST
    beside = prices["AWS::SecretsManager::Secret"] + ALARMS * prices["AWS::CloudWatch::Alarm"]
    return WEEKDAYS * hours * INSTANCE_HOUR + storage_gb * STORAGE_GB_MONTH + HOURS * ENDPOINT_HOUR + beside


def _office_hours(stack: Stack) -> int:
    """Return the hours a day in which the function of the stack keeps the database awake; 24 without one."""
    for function in stack.of("AWS::Lambda::Function"):
        variables: Mapping[str, Any] = function.get("Environment", {}).get("Variables", {})
        if "OFFICE_HOURS" in variables:
            return int(variables["OFFICE_HOURS"])
    return 24
