"""Whether a new deployment finds every retained resource again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.ops.takeover import TAKEN_OVER

RETAINED = frozenset({"Retain", "RetainExceptOnCreate"})


def findings(outdir: Path, region: str) -> list[str]:
    """Return one sentence for each retained resource of the templates that could not be imported again.

    CloudFormation finds an existing resource by its type's primary identifier (from cfn-lint's schemas),
    whose properties must stand in the template as literals and must not be assigned by AWS.
    """
    return [
        f"{path.name.removesuffix('.template.json')} {logical}: {problem}"
        for path in sorted(outdir.glob("*.template.json"))
        for logical, resource in json.loads(path.read_text(encoding="utf-8"))["Resources"].items()
        for problem in _problems(resource, region)
    ]


def identifier(kind: str, region: str) -> dict[str, bool]:
    """Return the property names of a type's primary identifier → whether AWS assigns them."""
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, kind).schema
    read_only = set(schema.get("readOnlyProperties", ()))
    return {path.rsplit("/", 1)[-1]: path in read_only for path in schema["primaryIdentifier"]}


def _problems(resource: Mapping[str, Any], region: str) -> Iterator[str]:
    kind = resource["Type"]
    if resource.get("DeletionPolicy") not in RETAINED or kind in TAKEN_OVER:
        return
    for name, is_read_only in identifier(kind, region).items():
        if is_read_only:
            yield (
                f"{kind} is retained, but AWS assigns its identifier {name}. Let it go with its stack, or "
                "import it in infra/ops/takeover.py."
            )
        elif not isinstance(resource.get("Properties", {}).get(name), str):
            yield (
                f"{kind} is retained, but its identifier {name} is no literal in the template. Let it go "
                f"with its stack, or set {name}."
            )
