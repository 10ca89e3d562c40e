"""Taking over existing resources, under CloudFormation's conditions.

A resource that exists can join a stack in two ways. Either a deployment imports existing resources, and the
template identifies the resource; or a change set of the type IMPORT names its identifier. Else the creation
fails, whoever created the resource.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from moto.cloudformation.models import cloudformation_backends

from localcloud.context import Context
from localcloud.errors import DeployError

RETAINED = frozenset({"Retain", "RetainExceptOnCreate"})
"""Deletion policies with which a resource outlives its stack, and which an import demands."""

Identifier = Mapping[str, str]
"""Property names of a type's primary identifier → their values."""

_importing: set[str] = set()
_named: dict[str, Mapping[str, Identifier]] = {}


class AlreadyExistsError(DeployError):
    """A resource of the template exists already and cannot be imported."""


@contextmanager
def automatic(stack: str) -> Iterator[None]:
    """Import what exists while the stack is deployed, as with ImportExistingResources."""
    _importing.add(stack)
    try:
        yield
    finally:
        _importing.discard(stack)


@contextmanager
def named(stack: str, identifiers: Mapping[str, Identifier]) -> Iterator[None]:
    """Import the resources with the given identifiers (by logical id) while the stack is deployed."""
    _named[stack] = identifiers
    try:
        yield
    finally:
        del _named[stack]


def check(context: Context, stack_id: str, logical: str, kind: str, values: Sequence[str]) -> None:
    """Raise AlreadyExistsError unless a stack may import an existing resource.

    `values` are the resource's values of `Ref` and `Fn::GetAtt`, its identifier among them.
    """
    backend = cloudformation_backends[context.account][context.region]
    stack = backend.stacks[stack_id]
    template = json.loads(str(stack.template))["Resources"][logical]
    owner = _owner(backend, kind, values[0])
    if owner is not None:
        raise _error(kind, values[0], f"It belongs to the stack {owner}.")
    if logical in _named.get(stack.name, {}):
        given = set(_named[stack.name][logical].values())
        problem = "" if given <= set(values) else f"The change set identifies another one: {sorted(given)}."
        problem = problem or _policy_problem(template)
    elif stack.name in _importing:
        problem = _identifier_problem(kind, context.region, template) or _policy_problem(template)
    else:
        problem = "Delete it, or deploy with the import of existing resources."
    if problem:
        raise _error(kind, values[0], problem)


def _error(kind: str, name: str, problem: str) -> AlreadyExistsError:
    return AlreadyExistsError(f"{kind} '{name}' already exists.", where="AlreadyExists", hint=problem)


def _owner(backend: Any, kind: str, physical: str) -> str | None:
    """Return the name of the stack that has the resource."""
    for stack in backend.stacks.values():
        for resource in stack.resource_map._parsed_resources.values():
            if (
                getattr(resource, "cf_resource_type", None) == kind
                and resource.physical_resource_id == physical
            ):
                name: str = stack.name
                return name
    return None


def _policy_problem(template: Mapping[str, Any]) -> str:
    if template.get("DeletionPolicy") in RETAINED:
        return ""
    return f"Only a resource with a DeletionPolicy of {' or '.join(sorted(RETAINED))} can be imported."


def _identifier_problem(kind: str, region: str, template: Mapping[str, Any]) -> str:
    """Return why an import cannot find the resource by its template, empty if it can."""
    properties = template.get("Properties", {})
    for name, is_read_only in identifier(kind, region).items():
        if is_read_only:
            return f"It is identified by {name}, which AWS assigns: import it by a change set."
        if not isinstance(properties.get(name), str):
            return f"Its identifier {name} is not a literal in the template."
    return ""


def identifier(kind: str, region: str) -> dict[str, bool]:
    """Return the property names of a type's primary identifier → whether AWS assigns them."""
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # loads for a second, and only conflicts need it

    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, kind).schema
    read_only = set(schema.get("readOnlyProperties", ()))
    return {path.rsplit("/", 1)[-1]: path in read_only for path in schema["primaryIdentifier"]}


def check_change_set(kinds: Mapping[str, str], identifiers: Mapping[str, Identifier], region: str) -> None:
    """Raise AlreadyExistsError unless `identifiers` name exactly the resources (logical id → type)."""
    missing = sorted(kinds.keys() ^ identifiers.keys())
    if missing:
        raise AlreadyExistsError(
            f"a change set of the type IMPORT imports every new resource; see {', '.join(missing)}.",
            where="ResourcesToImport",
        )
    for logical, kind in kinds.items():
        expected = sorted(identifier(kind, region))
        if sorted(identifiers[logical]) != expected:
            raise AlreadyExistsError(
                f"{kind} is identified by {', '.join(expected)}.", where=f"ResourcesToImport {logical}"
            )
