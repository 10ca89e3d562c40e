"""Lambda functions that really run: moto keeps the definitions, warm processes execute the handlers.

A function has up to WORKERS environments; invocations beyond that wait for one, where Lambda would start
another. Time is limited as declared, memory is not.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import threading
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from moto.awslambda.models import LambdaFunction

from localcloud.context import Context
from localcloud.errors import LocalCloudError
from localcloud.execution.function_worker import Answer, FunctionWorker
from localcloud.patching import replace

SERVICE = "lambda.amazonaws.com"
WORKERS = 2
"""Environments per function: as many as the smallest machine has cores."""


class FunctionExecutor:
    """Runs the functions of one local cloud."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._pools: dict[str, _Pool] = {}
        self._lock = threading.Lock()

    def invoke(self, function: Any, event: Any) -> Answer:
        """Run a function (moto's) on an event."""
        request_id = str(uuid.uuid4())
        timeout = float(function.timeout)
        context = {
            "function_name": function.function_name,
            "function_arn": function.function_arn,
            "memory": str(function.memory_size),
            "request_id": request_id,
            "log_group": function.logs_group_name,
            "timeout": timeout,
        }
        with self._context.working(), self._pool(function).worker() as worker:
            return worker.invoke(event, context)

    def stop(self) -> None:
        """End all processes."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()
            self._pools.clear()

    def _pool(self, function: Any) -> _Pool:
        """The environments of a function as it is now; those of an earlier state are ended."""
        state = json.dumps(
            [function.code_digest, function.handler, function.role, function.environment_vars], sort_keys=True
        )
        name = str(function.function_name)
        with self._lock:
            pool = self._pools.get(name)
            if pool is None or pool.state != state:
                if pool is not None:
                    pool.close()
                pool = self._pools[name] = _Pool(self._context, function, state)
            return pool


class _Pool:
    """The environments of one function."""

    def __init__(self, context: Context, function: Any, state: str) -> None:
        self.state = state
        self._context = context
        self._function = function
        self._idle: list[FunctionWorker] = []
        self._all: list[FunctionWorker] = []
        self._places = threading.BoundedSemaphore(WORKERS)
        self._lock = threading.Lock()
        self._folder = _unpacked(context, function)

    @contextlib.contextmanager
    def worker(self) -> Iterator[FunctionWorker]:
        """A warm environment if there is one, else a new one."""
        with self._places:
            with self._lock:
                worker = self._idle.pop() if self._idle else None
            if worker is None or not worker.is_alive():
                worker = self._started()
            try:
                yield worker
            finally:
                with self._lock:
                    if worker.is_alive():
                        self._idle.append(worker)
                    else:
                        self._all.remove(worker)

    def _started(self) -> FunctionWorker:
        function, context = self._function, self._context
        if not context.trusts(function.role, SERVICE, function.function_arn):
            raise LocalCloudError(f"the role does not let {SERVICE} assume it.", where=function.role)
        worker = FunctionWorker(
            folder=self._folder,
            handler=function.handler,
            environment={**_environment(context, function), **function.environment_vars},
            log=context.home.resolve() / "logs" / "lambda" / f"{function.function_name}.log",
        )
        with self._lock:
            self._all.append(worker)
        return worker

    def close(self) -> None:
        with self._lock:
            for worker in self._all:
                worker.kill()


def _unpacked(context: Context, function: Any) -> Path:
    """Folder with the archive's files, unpacked once per content."""
    body: bytes = function.code_bytes
    folder = context.state_dir.resolve() / "functions" / hashlib.sha256(body).hexdigest()[:16]
    if not folder.exists():
        partial = folder.with_name(f"{folder.name}.{uuid.uuid4().hex}")
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            archive.extractall(partial)
        try:
            partial.rename(folder)
        except OSError:
            if not folder.exists():  # somebody else was quicker otherwise
                raise
    return folder


def _environment(context: Context, function: Any) -> dict[str, str]:
    credentials = context.credentials(function.role)
    return {
        "AWS_ACCESS_KEY_ID": credentials["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": credentials["aws_secret_access_key"],
        "AWS_SESSION_TOKEN": credentials["aws_session_token"],
        "AWS_ENDPOINT_URL": context.endpoint,
        "AWS_REGION": context.region,
        "AWS_DEFAULT_REGION": context.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.logs_group_name,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
        "_HANDLER": function.handler,
        "TZ": ":UTC",
    }


_executor: FunctionExecutor | None = None


def executor() -> FunctionExecutor:
    """The executor of the installed local cloud. Raises LocalCloudError before `install`."""
    if _executor is None:
        raise LocalCloudError("Lambda is not installed.", where="localcloud.execution.functions")
    return _executor


def _invoke(self: LambdaFunction, event: Any = None) -> tuple[str, bool, str]:
    """Instead of a container: (payload as JSON text, whether it is an error, log)."""
    value = {} if event in (None, "{}") else event
    answer = executor().invoke(self, value)
    return json.dumps(answer.value), answer.is_error, ""


def install(context: Context) -> None:
    """Make the Lambda functions of `context` execute. The executor is then `executor()`."""
    global _executor
    _executor = FunctionExecutor(context)
    replace(LambdaFunction, "_invoke_lambda", _invoke)
