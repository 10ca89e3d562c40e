"""The child's end of the connection to its parent."""

from __future__ import annotations

import json
import os
import queue
import socket
import threading
from typing import Any


class Channel:
    """The connection to the parent. The process exits as soon as the parent closes its end."""

    def __init__(self, descriptor: int) -> None:
        """Take over the socket with this file descriptor."""
        self._socket = socket.socket(fileno=descriptor)
        self._write_lock = threading.Lock()
        self._adopt_lock = threading.Lock()
        self.commands: queue.Queue[dict[str, Any]] = queue.Queue()
        """The parent's commands, except `adopted`, which answers `adopt`."""
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with self._socket.makefile("r", encoding="utf-8") as lines:
            for line in lines:
                message = json.loads(line)
                target = self._answers if message["command"] == "adopted" else self.commands
                target.put(message)
        os._exit(0)  # The JVM ends too: its stdin closes with this process.

    def send(self, **message: Any) -> None:
        """Send one event to the parent."""
        with self._write_lock:
            self._socket.sendall(json.dumps(message).encode() + b"\n")

    def adopt(self, buckets: list[str]) -> str | None:
        """Ask the parent to adopt the files in `buckets`. Return the message of a denied write, or None."""
        with self._adopt_lock:
            self.send(event="adopt", buckets=buckets)
            denied: str | None = self._answers.get()["error"]
            return denied
