"""Register the resource types that moto lacks, or has only in part."""

from __future__ import annotations

import json
from typing import Any

from moto.cloudformation.models import Stack

from localcloud.cloudformation import analytics, compute, messaging, operations, resource, storage
from localcloud.context import Context
from localcloud.patching import replace

TYPE_MODULES = (analytics, compute, messaging, operations, storage)
"""Importing these declares their types."""


def install(context: Context) -> None:
    """Make moto's CloudFormation create what the templates contain, and refuse what it cannot."""
    resource.install(context)
    replace(Stack, "_parse_template", _parse_template)


def _parse_template(self: Any) -> None:
    """Templates of an assembly are JSON; reading them as YAML takes a second."""
    self.template_dict = json.loads(self.template)
