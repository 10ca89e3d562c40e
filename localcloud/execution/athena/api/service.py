"""The Athena API: query executions, the settings of workgroups, and results in pages."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError
from moto.athena import models
from moto.athena.models import AthenaBackend
from moto.athena.responses import AthenaResponse
from moto.core.exceptions import JsonRESTError

from localcloud.context import Context
from localcloud.errors import LocalCloudError
from localcloud.execution.assets import AssetError
from localcloud.execution.athena.api import descriptions, metadata, prepared
from localcloud.execution.athena.api.descriptions import find_execution
from localcloud.execution.athena.api.execution import Execution
from localcloud.execution.athena.api.prepared import workgroup_statements
from localcloud.execution.athena.errors import QueryError, ScanLimitError
from localcloud.execution.athena.queries import Statement, upload
from localcloud.execution.athena.statements.comments import without_comments
from localcloud.execution.athena.statements.dispatch import execute
from localcloud.patching import replace

WORKERS = 2
"""Queries that run at the same time. Further ones stay QUEUED."""

PAGE = 1000
"""Rows of a page of results, unless the caller asks for fewer."""

_DDL = re.compile(r"\s*(ALTER|CREATE|DESCRIBE|DESC|DROP|MSCK|SHOW)\b", re.IGNORECASE)


class AthenaService:
    """Executes the queries of one local cloud."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="athena")

    def start(self, execution: Execution, folder: str) -> None:
        """Queue an execution. `folder` is the S3 location of its results."""
        self._pool.submit(self._execute, execution, folder)

    def _execute(self, execution: Execution, folder: str) -> None:
        with self._context.working():
            if not execution.begin():
                return
            try:
                execution.result = execute(self._statement(execution, folder))
                self._store(execution, folder)
            except ScanLimitError as error:
                execution.finish("CANCELLED", str(error))
            except (QueryError, AssetError, ClientError) as error:
                execution.finish("FAILED", str(error))
            except Exception as error:  # The caller reads any failure with GetQueryExecution.
                execution.finish("FAILED", f"GENERIC_INTERNAL_ERROR: {type(error).__name__}: {error}")
            else:
                execution.finish("SUCCEEDED")

    def _statement(self, execution: Execution, folder: str) -> Statement:
        configuration = execution.workgroup.configuration if execution.workgroup else {}
        chosen: Any = execution.context  # QueryExecutionContext, a dict that moto annotates as str.
        database: str = (chosen or {}).get("Database", "default").strip('`"')
        return Statement(
            context=self._context,
            id=execution.id,
            sql=execution.query,
            database=database,
            folder=folder,
            parameters=tuple(execution.execution_parameters or ()),
            prepared=workgroup_statements(execution.workgroup),
            limit=int(configuration.get("BytesScannedCutoffPerQuery") or 0),
            connected=execution.use_connection,
        )

    def _store(self, execution: Execution, folder: str) -> None:
        """Upload the result file (a CTAS has none) and its column metadata."""
        name = execution.config["OutputLocation"].rsplit("/", 1)[1]
        columns = json.dumps([column.info() for column in execution.result.columns]).encode()
        statement = self._statement(execution, folder)
        if execution.result.manifest is None:
            upload(statement, folder, name, execution.result.to_file())
        upload(statement, folder, f"{name}.metadata", columns)


_service: AthenaService | None = None


def _start_execution(
    self: AthenaBackend,
    query: str,
    context: dict[str, Any] | None,
    config: dict[str, Any] | None,
    workgroup: str | None,
    execution_parameters: list[str] | None,
) -> str:
    """StartQueryExecution. The workgroup's output location takes precedence if the workgroup enforces it."""
    group = self.work_groups[workgroup or "primary"]
    settings = group.configuration
    of_group = settings.get("ResultConfiguration", {}).get("OutputLocation")
    requested = (config or {}).get("OutputLocation")
    folder = of_group if settings["EnforceWorkGroupConfiguration"] and of_group else requested or of_group
    if not folder:
        raise JsonRESTError(
            "InvalidRequestException",
            "No output location provided. An output location is required either through the Workgroup "
            "result configuration setting or as an API input.",
        )
    folder = folder.rstrip("/") + "/"
    execution = Execution(
        query=query,
        context=context or {},
        config={},
        workgroup=group,
        execution_parameters=execution_parameters,
    )
    ending = "txt" if _DDL.match(without_comments(query)) else "csv"
    execution.config = {**(config or {}), "OutputLocation": f"{folder}{execution.id}.{ending}"}
    self.executions[execution.id] = execution
    if _service is None:
        raise LocalCloudError(
            "Athena is not installed.",
            where="localcloud.execution.athena",
            hint="Call install() first.",
        )
    _service.start(execution, folder)
    return execution.id


def _stop_execution(self: AthenaBackend, exec_id: str) -> None:
    """StopQueryExecution."""
    find_execution(self, exec_id).cancel()


def _get_results(self: AthenaResponse) -> str:
    """GetQueryResults, in pages."""
    execution = find_execution(self.athena_backend, self._get_param("QueryExecutionId"))
    if execution.state in ("QUEUED", "RUNNING"):
        message = f"Query has not yet finished. Current state: {execution.state}"
        raise JsonRESTError("InvalidRequestException", message)
    if execution.state != "SUCCEEDED":
        message = f"Query did not finish successfully. Final query state: {execution.state}"
        raise JsonRESTError("InvalidRequestException", message)
    rows = execution.result.all_rows()
    start, size = int(self._get_param("NextToken") or 0), int(self._get_param("MaxResults") or PAGE)
    page = [
        {"Data": [{} if value is None else {"VarCharValue": value} for value in row]}
        for row in rows[start : start + size]
    ]
    columns = [column.info() for column in execution.result.columns]
    answer: dict[str, Any] = {
        "UpdateCount": 0,
        "ResultSet": {"Rows": page, "ResultSetMetadata": {"ColumnInfo": columns}},
    }
    if start + size < len(rows):
        answer["NextToken"] = str(start + size)
    return json.dumps(answer)


def install(context: Context) -> None:
    """Make the Athena queries of `context` execute."""
    global _service
    _service = AthenaService(context)
    replace(models, "Execution", Execution)
    replace(AthenaBackend, "start_query_execution", _start_execution)
    replace(AthenaBackend, "stop_query_execution", _stop_execution)
    descriptions.install()
    prepared.install()
    metadata.install(context)
    replace(AthenaResponse, "get_query_results", _get_results)
