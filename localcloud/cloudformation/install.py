"""Registering the resource types that moto lacks or implements only in part."""

from __future__ import annotations

import json
from typing import Any

from moto.cloudformation.models import Stack

from localcloud.cloudformation import analytics, compute, messaging, operations, resource, storage
from localcloud.context import Context
from localcloud.patching import replace

TYPE_MODULES = (analytics, compute, messaging, operations, storage)
"""Modules that declare their resource types when they are imported."""


def install(context: Context) -> None:
    """Register all declared resource types with moto, and make unknown ones raise."""
    resource.install(context)
    replace(Stack, "_parse_template", _parse_template)


def _parse_template(self: Any) -> None:
    """Parse a template as JSON, which CDK writes: moto's YAML parser takes a second."""
    self.template_dict = json.loads(self.template)
