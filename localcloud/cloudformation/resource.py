"""Declaring CloudFormation resource types in a few lines each, on top of the services' APIs.

CloudFormation's properties are nearly the parameters of the API call that creates a resource. So a type
is a function that makes this call with a boto3 client of the local server and returns the values of `Ref`
and `Fn::GetAtt`. An undeclared type raises: skipping the resource would break references to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import moto.cloudformation.parsing as parsing
from moto.core.common_models import CloudFormationModel

from localcloud.cloudformation import imports
from localcloud.context import Context
from localcloud.errors import UnsupportedError
from localcloud.patching import original, replace

Props = dict[str, Any]


@dataclass(frozen=True)
class Created:
    """Values that a template can read from a resource: of `Ref`, and of `Fn::GetAtt` by attribute."""

    ref: str
    attributes: Mapping[str, str] = field(default_factory=dict)


Create = Callable[[Any, Props, Context], Created]
"""Creates a resource: (client, properties, context) → its values."""

Delete = Callable[[Any, str], Any]
"""Deletes a resource: (client, value of `Ref`)."""

Update = Callable[[Any, str, Props, Context], Any]
"""Updates a resource in place: (client, value of `Ref`, new properties, context)."""

Find = Callable[[Any, Props, Context], Created | None]
"""Returns the values of an existing resource with the name in the properties, None if there is none."""


@dataclass(frozen=True)
class ResourceType:
    """A resource type: functions that create, delete and update resources with a client of `service`.

    `name` is the property that CloudFormation generates if the template omits it (None: there is none).
    Without `update` a change deletes the resource and creates a new one. With `find` the creation of a
    resource that exists fails, or imports it where CloudFormation would. A retained type needs it.
    """

    type: str
    service: str
    create: Create
    delete: Delete
    name: str | None = None
    update: Update | None = None
    find: Find | None = None


_declared: dict[str, ResourceType] = {}


def declare(
    type_name: str,
    service: str,
    create: Create,
    delete: Delete,
    *,
    name: str | None = None,
    update: Update | None = None,
    find: Find | None = None,
) -> None:
    """Declare a resource type; see ResourceType."""
    _declared[type_name] = ResourceType(type_name, service, create, delete, name, update, find)


def check_types(types: Mapping[str, str]) -> None:
    """Raise UnsupportedError, listing all of them, if types of `types` (by logical id) are not known."""
    unknown = {logical: kind for logical, kind in types.items() if not _is_known(kind)}
    if unknown:
        listed = "".join(f"\n  - {kind} ({logical})" for logical, kind in sorted(unknown.items()))
        raise UnsupportedError(
            f"{len(unknown)} resource(s) of types that cannot be deployed locally:{listed}",
            where="template",
            hint="Declare the types in localcloud/cloudformation.",
        )


def check_retained(resources: Mapping[str, Props]) -> None:
    """Raise UnsupportedError if resources (by logical id) are retained whose type has no `find`.

    Nothing would notice that such a resource exists when its stack is created again.
    """
    unnoticed = {
        logical: resource["Type"]
        for logical, resource in resources.items()
        if resource.get("DeletionPolicy") in imports.RETAINED and not _is_found(resource["Type"])
    }
    if unnoticed:
        listed = ", ".join(f"{kind} ({logical})" for logical, kind in sorted(unnoticed.items()))
        raise UnsupportedError(
            f"{len(unnoticed)} retained resource(s) of types that are not found again locally: {listed}.",
            where="template",
            hint="Declare `find` for the types in localcloud/cloudformation.",
        )


def _is_found(type_name: str) -> bool:
    return type_name in _declared and _declared[type_name].find is not None


def _is_known(type_name: str) -> bool:
    return type_name in _declared or type_name in parsing.get_model_map()


def install(context: Context) -> None:
    """Register all declared types with moto, in place of moto's own implementations."""
    models, names = parsing.get_model_map(), parsing.get_name_type_map()
    for declared in _declared.values():
        models[declared.type] = _model_of(declared, context)
        names[declared.type] = declared.name or ""

    def known_class(resource_type: str) -> type[CloudFormationModel]:
        check_types({"a resource": resource_type})
        return parsing.get_model_map()[resource_type]

    def name_property(resource_type: str) -> str | None:
        if resource_type in _declared:
            return _declared[resource_type].name
        found: str | None = original(parsing, "resource_name_property_from_type")(resource_type)
        return found

    replace(parsing, "resource_class_from_type", known_class)
    replace(parsing, "resource_name_property_from_type", name_property)


class _Resource:
    """A created resource, with the interface that moto's template parser expects."""

    cf_resource_type = ""
    logical_resource_id = ""

    def __init__(
        self, declared: ResourceType, created: Created, context: Context, *, is_imported: bool = False
    ) -> None:
        self.declared = declared
        self.created = created
        self.context = context
        self.is_imported = is_imported

    @property
    def physical_resource_id(self) -> str:
        return self.created.ref

    def get_cfn_attribute(self, name: str) -> str:
        if name not in self.created.attributes:
            raise UnsupportedError(
                f"the attribute '{name}' of Fn::GetAtt is not known.",
                where=f"{self.declared.type} {self.logical_resource_id}",
                hint=f"Known: {', '.join(self.created.attributes) or 'none'}.",
            )
        return self.created.attributes[name]

    def is_created(self) -> bool:
        return True

    def delete(self, account_id: str, region_name: str) -> None:
        self.declared.delete(self.context.client(self.declared.service), self.created.ref)


def _model_of(declared: ResourceType, context: Context) -> Any:
    """Return a class for moto's parser, whose methods are moto's interface of a resource type."""

    def create(name: str, template: Props, account_id: str, region_name: str, **place: Any) -> _Resource:
        client, properties = context.client(declared.service), template.get("Properties", {})
        if declared.name:
            properties.setdefault(declared.name, name)
        found = declared.find(client, properties, context) if declared.find else None
        if found is not None:
            values = (found.ref, *found.attributes.values())
            imports.check(context, place["StackId"], place["LogicalId"], declared.type, values)
            return _Resource(declared, found, context, is_imported=True)
        return _Resource(declared, declared.create(client, properties, context), context)

    def update(
        original_resource: _Resource,
        new_resource_name: str,
        cloudformation_json: Props,
        account_id: str,
        region_name: str,
    ) -> _Resource:
        client, properties = context.client(declared.service), cloudformation_json.get("Properties", {})
        if declared.update is None:
            declared.delete(client, original_resource.created.ref)
            if declared.name:
                properties.setdefault(declared.name, new_resource_name)
            return _Resource(declared, declared.create(client, properties, context), context)
        if declared.name:
            properties.setdefault(declared.name, new_resource_name)
        declared.update(client, original_resource.created.ref, properties, context)
        return original_resource

    def delete(resource_name: str, template: Props, account_id: str, region_name: str) -> None:
        declared.delete(context.client(declared.service), resource_name)

    members = {
        "cloudformation_type": staticmethod(lambda: declared.type),
        "cloudformation_name_type": staticmethod(lambda: declared.name or ""),
        "has_cfn_attr": classmethod(lambda cls, attr: True),
        "create_from_cloudformation_json": staticmethod(create),
        "update_from_cloudformation_json": staticmethod(update),
        "delete_from_cloudformation_json": staticmethod(delete),
    }
    return type(declared.type.replace("::", ""), (), members)


def supported(properties: Props, *names: str, type_name: str, ignored: tuple[str, ...] = ()) -> Props:
    """Return the properties called `names`.

    Raises UnsupportedError if there is a property that is neither in `names` nor in `ignored`: it would
    silently have no effect.
    """
    unknown = set(properties) - set(names) - set(ignored)
    if unknown:
        raise UnsupportedError(
            f"the properties {', '.join(sorted(unknown))} are not applied locally.",
            where=type_name,
            hint="Add them in localcloud/cloudformation.",
        )
    return {name: properties[name] for name in names if name in properties}
