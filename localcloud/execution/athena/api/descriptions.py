"""Descriptions of query executions: GetQueryExecution and BatchGetQueryExecution."""

from __future__ import annotations

import json
import re
import time
from typing import Any

from moto.athena.models import AthenaBackend
from moto.athena.responses import AthenaResponse
from moto.core.exceptions import JsonRESTError

from localcloud.execution.athena.api.execution import Execution
from localcloud.execution.athena.statements.comments import without_comments
from localcloud.patching import add, replace

LOOK_SECONDS = 0.05
"""Seconds for which the answer about a running query waits for its end; those of AWS take as long."""

_DDL = re.compile(r"(ALTER|CREATE|DROP|MSCK|PREPARE|DEALLOCATE)\b", re.IGNORECASE)
_UTILITY = re.compile(r"(DESCRIBE|DESC|SHOW|EXPLAIN)\b", re.IGNORECASE)


def find_execution(self: AthenaBackend, exec_id: str) -> Execution:
    """Return an execution. Raises the API's error if there is none of this id."""
    if exec_id not in self.executions:
        raise JsonRESTError("InvalidRequestException", f"QueryExecution {exec_id} was not found")
    found: Any = self.executions[exec_id]
    execution: Execution = found
    return execution


def _describe(backend: AthenaBackend, identifier: str) -> dict[str, Any]:
    execution = find_execution(backend, identifier)
    status = {"State": execution.state, "SubmissionDateTime": execution.start_time}
    if execution.finished:
        status["CompletionDateTime"] = execution.finished
    if execution.reason:
        status["StateChangeReason"] = execution.reason
        status["AthenaError"] = {"ErrorCategory": 2, "ErrorMessage": execution.reason, "Retryable": False}
    described: dict[str, Any] = {
        "QueryExecutionId": identifier,
        "Query": execution.query,
        "StatementType": _statement_type(execution),
        "ResultConfiguration": execution.config,
        "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": False}},
        "QueryExecutionContext": execution.context,
        "Status": status,
        "Statistics": _statistics(execution),
        "WorkGroup": execution.workgroup.name if execution.workgroup else "primary",
        "EngineVersion": {
            "SelectedEngineVersion": "AUTO",
            "EffectiveEngineVersion": "Athena engine version 3",
        },
    }
    if execution.execution_parameters is not None:
        described["ExecutionParameters"] = execution.execution_parameters
    return described


def _statement_type(execution: Execution) -> str:
    body = without_comments(execution.query)
    if _UTILITY.match(body):
        return "UTILITY"
    return "DDL" if _DDL.match(body) else "DML"


def _statistics(execution: Execution) -> dict[str, Any]:
    end = execution.finished or time.time()
    started = execution.started or end
    found: dict[str, Any] = {
        "DataScannedInBytes": execution.result.scanned,
        "EngineExecutionTimeInMillis": int(1000 * (end - started)),
        "QueryQueueTimeInMillis": int(1000 * max(0.0, started - execution.start_time)),
        "TotalExecutionTimeInMillis": int(1000 * (end - execution.start_time)),
        "ServicePreProcessingTimeInMillis": 0,
        "QueryPlanningTimeInMillis": 0,
        "ServiceProcessingTimeInMillis": 0,
        "ResultReuseInformation": {"ReusedPreviousResult": False},
    }
    if execution.result.manifest:
        found["DataManifestLocation"] = execution.result.manifest
    return found


def _get(self: AthenaResponse) -> str:
    """GetQueryExecution. A look at a query that is about to end costs both sides more than the wait."""
    identifier = self._get_param("QueryExecutionId")
    find_execution(self.athena_backend, identifier).ended.wait(LOOK_SECONDS)
    return json.dumps({"QueryExecution": _describe(self.athena_backend, identifier)})


def _batch_get(self: AthenaResponse) -> str:
    """BatchGetQueryExecution: the executions that exist, and the others by id."""
    identifiers = self._get_param("QueryExecutionIds")
    known = [identifier for identifier in identifiers if identifier in self.athena_backend.executions]
    missing = [
        {
            "QueryExecutionId": identifier,
            "ErrorCode": "INVALID_INPUT",
            "ErrorMessage": f"QueryExecution {identifier} was not found",
        }
        for identifier in identifiers
        if identifier not in known
    ]
    found = [_describe(self.athena_backend, identifier) for identifier in known]
    return json.dumps({"QueryExecutions": found, "UnprocessedQueryExecutionIds": missing})


def install() -> None:
    """Answer the calls that describe executions."""
    replace(AthenaResponse, "get_query_execution", _get)
    add(AthenaResponse, "batch_get_query_execution", _batch_get)
