"""Register the resource types that moto lacks, or has only in part."""

from __future__ import annotations

from localcloud.cloudformation import analytics, messaging, operations, resource, storage
from localcloud.context import Context

TYPE_MODULES = (analytics, messaging, operations, storage)
"""Importing these declares their types."""


def install(context: Context) -> None:
    """Make moto's CloudFormation create what the templates contain, and refuse what it cannot."""
    resource.install(context)
