"""A function's worker as the server uses it: a warm process that answers one event at a time."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.execution.environment import inherited

PROGRAM = Path(__file__).resolve().parent / "function_child.py"
START_LIMIT = 60.0
"""Seconds that importing a handler may take; a busy machine is slow."""


@dataclass(frozen=True)
class Answer:
    """The outcome of an invocation: the handler's JSON value, or an error in Lambda's form."""

    value: Any
    is_error: bool = False


class FunctionWorker:
    """A process that runs one handler. `folder` holds the unpacked archive, `log` receives the output."""

    def __init__(self, *, folder: Path, handler: str, environment: dict[str, str], log: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        ours, theirs = socket.socketpair()
        with theirs, log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(PROGRAM), str(theirs.fileno()), str(folder), handler],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                env={**inherited(), **environment},
                start_new_session=True,
            )
        self._socket = ours
        self._lines = ours.makefile("r", encoding="utf-8")
        self._is_ready = False

    @property
    def pid(self) -> int:
        """Process id of the worker, which leads its own process group."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Return whether the process runs."""
        return self._process.poll() is None

    def invoke(self, event: Any, context: dict[str, Any]) -> Answer:
        """Run the handler on `event` and return its answer, or an error after `context["timeout"]` seconds.

        The first invocation also waits for the import of the handler, at most START_LIMIT seconds.
        """
        if not self._is_ready:
            failed = self._await_ready()
            if failed is not None:
                return failed
        request = json.dumps({"event": event, "context": context}).encode() + b"\n"
        with contextlib.suppress(OSError):  # `_receive` reports a worker that has died.
            self._socket.sendall(request)
        return self._receive(context["timeout"], context["request_id"])

    def _await_ready(self) -> Answer | None:
        first = self._receive(START_LIMIT, "start")
        self._is_ready = not first.is_error
        if first.is_error:
            self.kill()
        return first if first.is_error else None

    def _receive(self, seconds: float, request_id: str) -> Answer:
        self._socket.settimeout(seconds)
        try:
            line = self._lines.readline()
        except TimeoutError:
            self.kill()
            message = f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"
            return Answer({"errorType": "Sandbox.Timedout", "errorMessage": message}, is_error=True)
        except OSError:
            line = ""
        if not line:
            self.kill()
            code = self._process.returncode
            ending = f"signal: {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
            message = f"RequestId: {request_id} Error: Runtime exited with error: {ending}"
            return Answer({"errorType": "Runtime.ExitError", "errorMessage": message}, is_error=True)
        message = json.loads(line)
        if "error" in message:
            return Answer(message["error"], is_error=True)
        return Answer(message.get("answer"))

    def kill(self) -> None:
        """Kill the process and its children, and wait for its end."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        with contextlib.suppress(OSError):
            self._lines.close()
        self._socket.close()
