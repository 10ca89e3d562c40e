"""Prepared statements of workgroups: the API's calls, and the statements that PREPARE makes."""

from __future__ import annotations

import json
from typing import Any

from moto.athena.models import AthenaBackend
from moto.athena.responses import AthenaResponse
from moto.core.exceptions import JsonRESTError

from localcloud.patching import add, replace

_statements: dict[str, dict[str, str]] = {}
"""Workgroup → name → query."""
_descriptions: dict[tuple[str, str], str] = {}


def workgroup_statements(workgroup: Any) -> dict[str, str]:
    """Return the prepared statements of a workgroup by name, to read and to change."""
    return _statements.setdefault(workgroup.name if workgroup else "primary", {})


def _of_request(response: AthenaResponse) -> tuple[str, dict[str, str]]:
    name = response._get_param("WorkGroup")
    backend: AthenaBackend = response.athena_backend
    if name not in backend.work_groups:
        raise JsonRESTError("InvalidRequestException", f"WorkGroup {name} is not found.")
    return name, workgroup_statements(backend.work_groups[name])


def _describe(workgroup: str, name: str, query: str) -> dict[str, Any]:
    found = {"StatementName": name, "QueryStatement": query, "WorkGroupName": workgroup}
    description = _descriptions.get((workgroup, name))
    return found | ({"Description": description} if description else {})


def _missing(name: str, workgroup: str) -> JsonRESTError:
    return JsonRESTError(
        "ResourceNotFoundException", f"PreparedStatement {name} was not found in workgroup {workgroup}"
    )


def _create(self: AthenaResponse) -> str:
    """CreatePreparedStatement."""
    workgroup, statements = _of_request(self)
    name = self._get_param("StatementName")
    if name in statements:
        raise JsonRESTError(
            "InvalidRequestException", f"PreparedStatement {name} already exists in WorkGroup {workgroup}"
        )
    return _store(self, workgroup, statements, name)


def _update(self: AthenaResponse) -> str:
    """UpdatePreparedStatement."""
    workgroup, statements = _of_request(self)
    name = self._get_param("StatementName")
    if name not in statements:
        raise _missing(name, workgroup)
    return _store(self, workgroup, statements, name)


def _store(response: AthenaResponse, workgroup: str, statements: dict[str, str], name: str) -> str:
    statements[name] = response._get_param("QueryStatement")
    _descriptions[workgroup, name] = response._get_param("Description") or ""
    return "{}"


def _get(self: AthenaResponse) -> str:
    """GetPreparedStatement."""
    workgroup, statements = _of_request(self)
    name = self._get_param("StatementName")
    if name not in statements:
        raise _missing(name, workgroup)
    return json.dumps({"PreparedStatement": _describe(workgroup, name, statements[name])})


def _list(self: AthenaResponse) -> str:
    """ListPreparedStatements."""
    _, statements = _of_request(self)
    return json.dumps({"PreparedStatements": [{"StatementName": name} for name in sorted(statements)]})


def _delete(self: AthenaResponse) -> str:
    """DeletePreparedStatement."""
    workgroup, statements = _of_request(self)
    name = self._get_param("StatementName")
    if statements.pop(name, None) is None:
        raise _missing(name, workgroup)
    return "{}"


def install() -> None:
    """Answer the calls of prepared statements."""
    _statements.clear()
    _descriptions.clear()
    replace(AthenaResponse, "create_prepared_statement", _create)
    replace(AthenaResponse, "get_prepared_statement", _get)
    add(AthenaResponse, "update_prepared_statement", _update)
    add(AthenaResponse, "list_prepared_statements", _list)
    add(AthenaResponse, "delete_prepared_statement", _delete)
