"""The Athena API: query executions, the settings of workgroups, and results in pages."""

from __future__ import annotations

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError
from moto.athena import models
from moto.athena.models import AthenaBackend
from moto.athena.responses import AthenaResponse
from moto.core.exceptions import JsonRESTError

from localcloud.context import Context
from localcloud.errors import LocalCloudError
from localcloud.execution.assets import AssetError, split_location
from localcloud.execution.athena.api import descriptions, metadata, prepared, workgroups
from localcloud.execution.athena.api.descriptions import find_execution
from localcloud.execution.athena.api.execution import Execution
from localcloud.execution.athena.api.prepared import workgroup_statements
from localcloud.execution.athena.caller import Caller, is_denial
from localcloud.execution.athena.engines import Engines
from localcloud.execution.athena.errors import DeniedError, QueryError, ScanLimitError
from localcloud.execution.athena.queries import Statement, upload
from localcloud.execution.athena.statements.comments import without_comments
from localcloud.execution.athena.statements.dispatch import execute
from localcloud.iam.authentication import role_of
from localcloud.patching import replace

WORKERS = 2
"""Queries that run at the same time. Further ones stay QUEUED."""

PAGE = 1000
"""Rows of a page of results, unless the caller asks for fewer."""

_RESULTS_DENIED = (
    "You do not seem to have access to the S3 location of your query results. Please confirm your account "
    "has access to the S3 location where your query results are saved and try again. If specifying an "
    "expected bucket owner, confirm the bucket is owned by the expected account. If you are using KMS to "
    "encrypt query results, please ensure you have permission to access your KMS key."
)

_DDL = re.compile(r"\s*(ALTER|CREATE|DESCRIBE|DESC|DROP|MSCK|SHOW)\b", re.IGNORECASE)


class AthenaService:
    """Executes the queries of one local cloud."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="athena")
        self._engines = Engines(context.home / "tmp" / "athena")
        self._lock = threading.Lock()
        self._open: set[Execution] = set()
        """Executions that are queued or running."""

    def caller(self, response: AthenaResponse) -> Caller:
        """Return whoever signed a request."""
        return Caller(self._context, role_of(response, self._context))

    def start(self, execution: Execution, folder: str) -> None:
        """Queue an execution. `folder` is the S3 location of its results."""
        with self._lock:
            self._open.add(execution)
        self._pool.submit(self._execute, execution, folder)

    def stop(self) -> None:
        """Cancel the executions that are queued or running, wait for their end, and start no more."""
        with self._lock:
            left = list(self._open)
        for execution in left:
            execution.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._engines.close()

    def _execute(self, execution: Execution, folder: str) -> None:
        try:
            self._run(execution, folder)
        finally:
            with self._lock:
                self._open.discard(execution)

    def _run(self, execution: Execution, folder: str) -> None:
        with self._context.working():
            if not execution.begin():
                return
            try:
                execution.result = execute(self._statement(execution, folder))
                self._store(execution, folder)
            except ScanLimitError as error:
                execution.finish("CANCELLED", str(error))
            except (QueryError, DeniedError, AssetError) as error:
                execution.finish("FAILED", str(error))
            except ClientError as error:
                denial = DeniedError.of_catalog(error.response["Error"]["Message"])
                execution.finish("FAILED", str(denial if is_denial(error) else error))
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
            engines=self._engines,
            role=execution.role,
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


def _start(self: AthenaResponse) -> str:
    """StartQueryExecution. The workgroup's output location takes precedence if the workgroup enforces it."""
    backend, name = self.athena_backend, self._get_param("WorkGroup") or "primary"
    if name not in backend.work_groups:
        raise JsonRESTError("InvalidRequestException", f"WorkGroup {name} is not found.")
    service, group = _installed(), backend.work_groups[name]
    config = self._get_param("ResultConfiguration") or {}
    folder = _output_folder(group.configuration, config)
    caller = service.caller(self)
    bucket, _ = split_location(folder)
    if not caller.may_locate(bucket):
        raise JsonRESTError("InvalidRequestException", f"Unable to verify/create output bucket {bucket}")
    query = self._get_param("QueryString")
    execution = Execution(
        query=query,
        context=self._get_param("QueryExecutionContext") or {},
        config={},
        workgroup=group,
        execution_parameters=self._get_param("ExecutionParameters"),
    )
    execution.role = caller.role
    ending = "txt" if _DDL.match(without_comments(query)) else "csv"
    execution.config = {**config, "OutputLocation": f"{folder}{execution.id}.{ending}"}
    backend.executions[execution.id] = execution
    service.start(execution, folder)
    return json.dumps({"QueryExecutionId": execution.id})


def _output_folder(settings: dict[str, Any], config: dict[str, Any]) -> str:
    of_group = settings.get("ResultConfiguration", {}).get("OutputLocation")
    requested = config.get("OutputLocation")
    folder = of_group if settings["EnforceWorkGroupConfiguration"] and of_group else requested or of_group
    if not folder:
        raise JsonRESTError(
            "InvalidRequestException",
            "No output location provided. An output location is required either through the Workgroup "
            "result configuration setting or as an API input.",
        )
    return str(folder).rstrip("/") + "/"


def _installed() -> AthenaService:
    if _service is None:
        raise LocalCloudError(
            "Athena is not installed.",
            where="localcloud.execution.athena",
            hint="Call install() first.",
        )
    return _service


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
    bucket, key = split_location(execution.config["OutputLocation"])
    if not _installed().caller(self).may_read(bucket, key):
        raise JsonRESTError("InvalidRequestException", _RESULTS_DENIED)
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


def stop() -> None:
    """Stop the queries of the installed local cloud."""
    _installed().stop()


def install(context: Context) -> None:
    """Make the Athena queries of `context` execute."""
    global _service
    _service = AthenaService(context)
    replace(models, "Execution", Execution)
    replace(AthenaResponse, "start_query_execution", _start)
    replace(AthenaBackend, "stop_query_execution", _stop_execution)
    descriptions.install()
    prepared.install()
    workgroups.install()
    metadata.install(context)
    replace(AthenaResponse, "get_query_results", _get_results)
