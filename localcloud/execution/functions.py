"""Lambda functions that execute: moto keeps the definitions, warm processes run the handlers.

A function has up to WORKERS environments. Further invocations wait for a free one; Lambda would start
another. The declared time-out is enforced, the declared memory is not.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import threading
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from moto.awslambda.models import LambdaFunction

from localcloud.context import Context
from localcloud.errors import LocalCloudError
from localcloud.execution.environment import aws_environment
from localcloud.execution.function_worker import Answer, FunctionWorker
from localcloud.patching import replace

SERVICE = "lambda.amazonaws.com"
WORKERS = 2
"""Environments per function: the number of cores of the smallest supported machine."""


class FunctionExecutor:
    """Runs the functions of one local cloud."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._pools: dict[str, _Pool] = {}
        self._lock = threading.Lock()

    def invoke(self, function: Any, event: Any) -> Answer:
        """Run a function, as moto keeps it, on an event."""
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
        with self._context.working(str(function.function_name)), self._pool(function).worker() as worker:
            return worker.invoke(event, context)

    def stop(self) -> None:
        """Kill the processes of all functions."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()
            self._pools.clear()

    def _pool(self, function: Any) -> _Pool:
        """Return the environments of a function. Those of an earlier code or configuration are killed."""
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
    """The environments of one function in one state (code, handler, role, variables)."""

    def __init__(self, context: Context, function: Any, state: str) -> None:
        self.state = state
        self._context = context
        self._function = function
        self._idle: list[FunctionWorker] = []
        self._all: list[FunctionWorker] = []
        self._places = threading.BoundedSemaphore(WORKERS)
        self._lock = threading.Lock()
        self._folder = _unpack(context, function)

    @contextlib.contextmanager
    def worker(self) -> Iterator[FunctionWorker]:
        """Lend a warm environment if one is free, else a new one."""
        with self._places:
            with self._lock:
                worker = self._idle.pop() if self._idle else None
            if worker is None or not worker.is_alive():
                worker = self._start()
            try:
                yield worker
            finally:
                with self._lock:
                    if worker.is_alive():
                        self._idle.append(worker)
                    else:
                        self._all.remove(worker)

    def _start(self) -> FunctionWorker:
        function, context = self._function, self._context
        if not context.trusts(function.role, SERVICE, function.function_arn):
            raise LocalCloudError(
                f"the role's trust policy does not let {SERVICE} assume the role.",
                where=function.role,
                hint="Allow the service in the trust policy.",
            )
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
        """Kill all processes."""
        with self._lock:
            for worker in self._all:
                worker.kill()


def _unpack(context: Context, function: Any) -> Path:
    """Unpack the function's archive, once per content, and return its folder."""
    body: bytes = function.code_bytes
    folder = context.state_dir.resolve() / "functions" / hashlib.sha256(body).hexdigest()[:16]
    if not folder.exists():
        partial = folder.with_name(f"{folder.name}.{uuid.uuid4().hex}")
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            archive.extractall(partial)
        try:
            partial.rename(folder)
        except OSError:
            if not folder.exists():  # Else another thread has unpacked the same archive.
                raise
    return folder


def _environment(context: Context, function: Any) -> dict[str, str]:
    """Return the environment variables that Lambda sets itself."""
    return {
        **aws_environment(context, function.role),
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
    """Return the executor of the installed local cloud. Raises LocalCloudError before `install`."""
    if _executor is None:
        raise LocalCloudError(
            "Lambda is not installed.", where="localcloud.execution.functions", hint="Call install() first."
        )
    return _executor


def _invoke(self: LambdaFunction, event: Any = None) -> tuple[str, bool, str]:
    """Invoke the function in a local process instead of moto's container.

    Returns the payload as JSON text, whether it is an error, and the log.
    """
    value = {} if event in (None, "{}") else event
    answer = executor().invoke(self, value)
    return json.dumps(answer.value), answer.is_error, ""


def install(context: Context) -> None:
    """Make the Lambda functions of `context` execute; `executor()` returns their executor."""
    global _executor
    _executor = FunctionExecutor(context)
    replace(LambdaFunction, "_invoke_lambda", _invoke)
