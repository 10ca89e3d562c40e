"""The program of a function's worker: imports the handler once, then answers one event after another.

Runs in a process of its own, isolated from the work tree (`python -I`): it imports what is installed and
what the function's archive brings, nothing of this repository. It talks to its parent in JSON lines over the
socket whose descriptor is its first argument; the second is the function's folder, the third its handler.

    parent → {"event": …, "context": {…}}
    child  → {"ready": true} or {"error": {…}} once, then {"answer": …} or {"error": {…}} per event
"""

from __future__ import annotations

import importlib
import json
import os
import socket
import sys
import time
import traceback
from typing import Any


class LambdaContext:
    """What a handler is told of its invocation."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._deadline = time.monotonic() + values["timeout"]
        self.function_name = values["function_name"]
        self.function_version = "$LATEST"
        self.invoked_function_arn = values["function_arn"]
        self.memory_limit_in_mb = values["memory"]
        self.aws_request_id = values["request_id"]
        self.log_group_name = values["log_group"]
        self.log_stream_name = "local"
        self.identity = None
        self.client_context = None

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def described(error: BaseException) -> dict[str, Any]:
    """An error as Lambda hands it to the caller."""
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }


def load(folder: str, name: str) -> Any:
    """The handler `module.function` of the archive."""
    sys.path.insert(0, folder)
    module, _, function = name.rpartition(".")
    return getattr(importlib.import_module(module.replace("/", ".")), function)


def main() -> None:
    """Serve the parent until it goes away."""
    connection = socket.socket(fileno=int(sys.argv[1]))

    def send(**message: Any) -> None:
        connection.sendall(json.dumps(message).encode() + b"\n")

    try:
        handler = load(sys.argv[2], sys.argv[3])
    except Exception as error:  # whatever the import raises is the outcome of the first invocation
        traceback.print_exc()
        kind = "Runtime.ImportModuleError" if isinstance(error, ImportError) else type(error).__name__
        message = f"Unable to import module '{sys.argv[3]}': {error}"
        send(error={**described(error), "errorType": kind, "errorMessage": message})
        return
    send(ready=True)
    with connection.makefile("r", encoding="utf-8") as lines:
        for line in lines:
            request = json.loads(line)
            try:
                answer = handler(request["event"], LambdaContext(request["context"]))
                text = json.dumps(answer)
            except SystemExit:
                os._exit(1)
            except Exception as error:  # whatever the handler raises is the outcome of the invocation
                traceback.print_exc()
                send(error=described(error))
            else:
                send(answer=json.loads(text))
            sys.stdout.flush()
            sys.stderr.flush()


if __name__ == "__main__":
    main()
