"""The program of a function's worker: it imports the handler once, then answers one event after another.

The process is isolated from the work tree (`python -I`): it imports installed packages and the function's
archive, nothing of this repository. Its arguments are the descriptor of the socket to its parent, the folder
of the unpacked archive, and the handler (`module.function`). Messages are JSON lines:

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
    """The second argument of a handler: facts about the function and this invocation."""

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
        """Return the milliseconds until the time-out."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def describe(error: BaseException) -> dict[str, Any]:
    """Return an error in the form in which Lambda returns it to the caller."""
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }


def load(folder: str, name: str) -> Any:
    """Import the handler `module.function` from the archive's folder."""
    sys.path.insert(0, folder)
    module, _, function = name.rpartition(".")
    return getattr(importlib.import_module(module.replace("/", ".")), function)


def main() -> None:
    """Answer the parent's events until it closes the socket."""
    connection = socket.socket(fileno=int(sys.argv[1]))

    def send(**message: Any) -> None:
        connection.sendall(json.dumps(message).encode() + b"\n")

    try:
        handler = load(sys.argv[2], sys.argv[3])
    except Exception as error:  # Any exception of the import is the outcome of the first invocation.
        traceback.print_exc()
        kind = "Runtime.ImportModuleError" if isinstance(error, ImportError) else type(error).__name__
        message = f"Unable to import module '{sys.argv[3]}': {error}"
        send(error={**describe(error), "errorType": kind, "errorMessage": message})
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
            except Exception as error:  # Any exception of the handler is the outcome of the invocation.
                traceback.print_exc()
                send(error=describe(error))
            else:
                send(answer=json.loads(text))
            sys.stdout.flush()
            sys.stderr.flush()


if __name__ == "__main__":
    main()
