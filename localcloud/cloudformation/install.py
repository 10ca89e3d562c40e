"""Registering the resource types that moto lacks or implements only in part."""

from __future__ import annotations

from localcloud.cloudformation import (
    analytics,
    compute,
    databases,
    messaging,
    operations,
    quicksight,
    resource,
    stacks,
    storage,
)
from localcloud.context import Context

TYPE_MODULES = (analytics, compute, databases, messaging, operations, quicksight, storage)
"""Modules that declare their resource types when they are imported."""


def install(context: Context) -> None:
    """Register all declared resource types with moto, and make unknown ones raise."""
    resource.install(context)
    stacks.install(context)
