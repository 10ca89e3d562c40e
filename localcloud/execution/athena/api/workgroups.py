"""DeleteWorkGroup, which refuses a workgroup with contents unless they shall be deleted too."""

from __future__ import annotations

from typing import Any

from moto.athena.models import AthenaBackend
from moto.athena.responses import AthenaResponse
from moto.core.exceptions import JsonRESTError

from localcloud.execution.athena.api.prepared import workgroup_statements
from localcloud.patching import replace

PRIMARY = "primary"


def _delete(self: AthenaResponse) -> str:
    """DeleteWorkGroup."""
    backend: AthenaBackend = self.athena_backend
    name = self._get_param("WorkGroup")
    if name == PRIMARY:
        raise JsonRESTError("InvalidRequestException", f"WorkGroup {name} cannot be deleted.")
    if name not in backend.work_groups:
        raise JsonRESTError("InvalidRequestException", f"WorkGroup {name} is not found.")
    group = backend.work_groups[name]
    executions = _of_group(backend.executions, name)
    queries = _of_group(backend.named_queries, name)
    statements = workgroup_statements(group)
    if (executions or queries or statements) and not self._get_param("RecursiveDeleteOption"):
        raise JsonRESTError("InvalidRequestException", f"WorkGroup {name} is not empty")
    for execution in executions:
        del backend.executions[execution]
    for query in queries:
        del backend.named_queries[query]
    statements.clear()
    backend.delete_work_group(name)
    return "{}"


def _of_group(found: dict[str, Any], name: str) -> list[str]:
    """Return the ids of the executions or queries of a workgroup."""
    return [id for id, each in found.items() if each.workgroup is not None and each.workgroup.name == name]


def install() -> None:
    """Answer the call."""
    replace(AthenaResponse, "delete_work_group", _delete)
