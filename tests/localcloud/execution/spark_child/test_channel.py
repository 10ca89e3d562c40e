"""The child's channel, in a process of its own because it exits with its parent."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHANNEL = Path(__file__).resolve().parents[4] / "localcloud" / "execution" / "spark_child" / "channel.py"
PROGRAM = """
import runpy, sys
channel = runpy.run_path(sys.argv[1])["Channel"](int(sys.argv[2]))
command = channel.commands.get()
denied = channel.adopt(["lake"])
channel.send(event="done", command=command, denied=denied)
channel.commands.get()
"""


class Child:
    """A process with a channel, and the parent's end of it."""

    def __init__(self) -> None:
        self.socket, theirs = socket.socketpair()
        self.socket.settimeout(30)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-c", PROGRAM, str(CHANNEL), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
            )
        self.lines = self.socket.makefile("r", encoding="utf-8")

    def send(self, **message: Any) -> None:
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.lines.readline())
        return message

    def close(self) -> None:
        self.lines.close()
        self.socket.close()


@pytest.fixture
def child() -> Iterator[Child]:
    started = Child()
    yield started
    started.close()
    started.process.kill()
    started.process.wait()


def test_commands_and_answers_of_adoptions_are_kept_apart(child: Child) -> None:
    child.send(command="run", script="s")
    assert child.receive() == {"event": "adopt", "buckets": ["lake"]}
    child.send(command="adopted", error="denied")

    command = {"command": "run", "script": "s"}
    assert child.receive() == {"event": "done", "command": command, "denied": "denied"}


def test_process_exits_when_its_parent_closes_the_connection(child: Child) -> None:
    child.close()

    assert child.process.wait(timeout=30) == 0
