"""Creating, updating and deleting one stack as CloudFormation does.

A failed creation is rolled back: its resources are deleted, apart from retained and imported ones, and the
next deployment creates the stack anew. A failed update keeps what it has done, like an update with roll-back
disabled: the next deployment goes on from there. A stack whose deletion failed can only be deleted again.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend, Stack, cloudformation_backends
from moto.cloudformation.parsing import ResourceMap
from moto.cloudformation.responses import CloudFormationResponse

from localcloud.cloudformation import imports
from localcloud.context import Context
from localcloud.errors import DeployError, LocalCloudError
from localcloud.patching import original, replace

ROLLED_BACK = "ROLLBACK_COMPLETE"
UPDATE_FAILED = "UPDATE_FAILED"
DELETE_FAILED = "DELETE_FAILED"
IMPORT = "IMPORT"


def install(context: Context) -> None:
    """Make stacks keep retained resources, and change sets import resources."""
    replace(Stack, "_parse_template", _parse_template)
    replace(ResourceMap, "delete", lambda self: _delete_resources(self, imports.RETAINED))
    replace(ResourceMap, "_delete_resource", _delete_unless_retained)
    replace(CloudFormationBackend, "delete_stack", _delete_stack)
    _install_change_sets(context)


def _parse_template(self: Any) -> None:
    """Parse a template as JSON, which CDK writes: moto's YAML parser takes a second."""
    self.template_dict = json.loads(self.template)


def find(context: Context, name: str) -> Stack | None:
    """Return the stack with the name."""
    return next((stack for stack in _backend(context).stacks.values() if stack.name == name), None)


def create(context: Context, name: str, template: str, *, import_existing: bool) -> None:
    """Create a stack, in place of one whose creation was rolled back. Roll back and raise if it fails."""
    backend = _backend(context)
    previous = find(context, name)
    if previous is not None:
        backend.delete_stack(previous.stack_id)
    try:
        if import_existing:
            with imports.automatic(name):
                backend.create_stack(name=name, template=template, parameters={})
        else:
            backend.create_stack(name=name, template=template, parameters={})
    except Exception:
        failed = find(context, name)
        if failed is not None:
            _roll_back(backend, failed)
        raise


def update(context: Context, stack: Stack, template: str, *, import_existing: bool) -> None:
    """Update a stack in place. Raise if it fails."""
    if stack.status == DELETE_FAILED:
        raise DeployError(
            f"the stack is in the state {DELETE_FAILED} and cannot be updated.",
            where=f"stack {stack.name}",
            hint="Delete it again.",
        )
    backend = _backend(context)
    before_text, before = stack.template, json.loads(str(stack.template))["Resources"]
    try:
        if import_existing:
            with imports.automatic(stack.name):
                _update(backend, stack, template)
        else:
            _update(backend, stack, template)
    except Exception:
        resources = stack.resource_map
        # Resources that were not reached count as new, and changed ones as changed, in the next update.
        resources._resource_json_map = {
            logical: before.get(logical, resource)
            for logical, resource in json.loads(template)["Resources"].items()
            if logical in resources._parsed_resources
        }
        stack.template, stack.status = before_text, UPDATE_FAILED
        raise


def _update(backend: CloudFormationBackend, stack: Stack, template: str) -> None:
    updated = backend.update_stack(stack.name, template, role_arn=None, parameters=[], tags=None)
    for export in updated.exports:
        backend.exports[export.name] = export


def _backend(context: Context) -> CloudFormationBackend:
    return cloudformation_backends[context.account][context.region]


def _roll_back(backend: CloudFormationBackend, stack: Stack) -> None:
    """Delete what a failed creation has made."""
    _drop_outputs(backend, stack)
    _delete_resources(stack.resource_map, {"Retain"})
    stack.status = ROLLED_BACK


def _drop_outputs(backend: CloudFormationBackend, stack: Stack) -> None:
    """Take the outputs from a stack. Reading them would create its resources again."""
    for name in [
        name for name, export in backend.exports.items() if export.exporting_stack_id == stack.stack_id
    ]:
        del backend.exports[name]
    stack.template_dict = {**stack.template_dict, "Outputs": {}}
    stack.output_map = stack._create_output_map()


def _delete_stack(self: CloudFormationBackend, name_or_stack_id: str) -> None:
    """DeleteStack. The call succeeds even if a resource cannot be deleted: the stack's state tells."""
    stack = self.stacks.get(name_or_stack_id)
    try:
        original(CloudFormationBackend, "delete_stack")(self, name_or_stack_id)
    except Exception as error:
        if stack is None:
            raise
        resources = stack.resource_map
        resources._resource_json_map = {
            logical: resource
            for logical, resource in resources._resource_json_map.items()
            if logical in resources._parsed_resources
        }
        _drop_outputs(self, stack)
        self.stacks[stack.stack_id] = stack
        stack.status = DELETE_FAILED
        stack._add_stack_event(DELETE_FAILED, resource_status_reason=str(error))


def _delete_resources(resources: ResourceMap, kept: Collection[str]) -> None:
    """Delete resources, the latest first, apart from those whose deletion policy is in `kept`.

    An imported resource existed before the stack: a roll-back leaves it alone.
    """
    is_roll_back = "RetainExceptOnCreate" not in kept
    for logical, resource in reversed(list(resources._parsed_resources.items())):
        template = resources._resource_json_map.get(logical)
        if template is None:  # a parameter, or a value such as the region
            continue
        is_kept = template.get("DeletionPolicy") in kept
        if not is_kept and not (is_roll_back and getattr(resource, "is_imported", False)):
            original(ResourceMap, "_delete_resource")(resources, resource, template)
        del resources._parsed_resources[logical]


def _delete_unless_retained(self: ResourceMap, parsed_resource: Any, resource_json: dict[str, Any]) -> None:
    """Delete a resource that an update removes from its stack, unless it is retained."""
    if resource_json.get("DeletionPolicy") not in imports.RETAINED:
        original(ResourceMap, "_delete_resource")(self, parsed_resource, resource_json)


# --- change sets of the type IMPORT


def _install_change_sets(context: Context) -> None:
    wanted: dict[str, dict[str, imports.Identifier]] = {}

    def create_change_set(self: CloudFormationResponse) -> Any:
        if self._get_param("ChangeSetType") != IMPORT:
            return original(CloudFormationResponse, "create_change_set")(self)
        name, resources = self._get_param("StackName"), self._get_param("ResourcesToImport", [])
        identifiers: dict[str, imports.Identifier] = {
            each["LogicalResourceId"]: dict(each["ResourceIdentifier"]) for each in resources
        }
        _check_import(context, name, self._get_param("TemplateBody"), identifiers)
        wanted[name] = identifiers
        return original(CloudFormationResponse, "create_change_set")(self)

    def execute_change_set(
        self: CloudFormationBackend, change_set_name: str, stack_name: str | None = None
    ) -> None:
        change_set = self.describe_change_set(change_set_name)
        if change_set is None or change_set.change_set_type != IMPORT:
            original(CloudFormationBackend, "execute_change_set")(self, change_set_name, stack_name)
            return
        stack = self.stacks[change_set.stack_id]
        _import(stack, change_set.template, wanted[stack.name])
        change_set.execution_status = "EXECUTE_COMPLETE"

    replace(CloudFormationResponse, "create_change_set", create_change_set)
    replace(CloudFormationBackend, "execute_change_set", execute_change_set)


def _check_import(
    context: Context, name: str, template: str, identifiers: dict[str, imports.Identifier]
) -> None:
    if find(context, name) is not None:
        raise ValidationError(name, message=f"Stack {name} exists: delete it before it imports resources.")
    resources = json.loads(template)["Resources"]
    try:
        imports.check_change_set(
            {logical: resource["Type"] for logical, resource in resources.items()},
            identifiers,
            context.region,
        )
    except LocalCloudError as error:
        raise ValidationError(name, message=str(error)) from error


def _import(stack: Stack, template: str, identifiers: dict[str, imports.Identifier]) -> None:
    stack.template = template
    stack._parse_template()
    stack.resource_map = stack._create_resource_map()
    try:
        with imports.named(stack.name, identifiers):
            stack.create_resources()
    except LocalCloudError as error:
        stack.status = "IMPORT_ROLLBACK_COMPLETE"
        raise ValidationError(stack.name, message=str(error)) from error
    stack.output_map = stack._create_output_map()
    stack.status = "IMPORT_COMPLETE"
