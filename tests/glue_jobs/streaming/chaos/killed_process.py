"""A process with its own Java that runs the streaming job and kills itself at a chosen call of the store.

`python -m tests.glue_jobs.streaming.chaos.killed_process ROOT POINT`, where POINT is a KillPoint as JSON.
Exits with 0 if the run never reaches the kill point.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from tests.fakes import FolderStore

PROJECT = Path(__file__).parents[4]
MAX_FILES = 2


@dataclass(frozen=True)
class KillPoint:
    """The moment at which the process is killed: `seconds` after the n-th call that matches `pattern`.

    A call is written as `before write <key>` or `after write <key>`; likewise for `copy`, `delete`, `url`.
    """

    pattern: str
    nth: int = 1
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.nth}. {self.pattern} + {self.seconds:.2f} s"


def kill_process_group(after: float) -> None:
    """Send SIGKILL to this process and its Java, which are the whole process group, after `after` seconds."""
    time.sleep(after)
    os.killpg(0, signal.SIGKILL)


class FatalStore(FolderStore):
    """A FolderStore that kills its process group at a kill point."""

    def __init__(self, root: Path, point: KillPoint) -> None:
        super().__init__(root)
        self._point = point
        self._left = point.nth

    def _on(self, call: str) -> None:
        if re.match(self._point.pattern, call):
            self._left -= 1
            if self._left == 0 and self._point.seconds:
                Thread(target=kill_process_group, args=[self._point.seconds], daemon=True).start()
            elif self._left == 0:
                kill_process_group(0)

    @contextmanager
    def _call(self, verb: str, key: str) -> Iterator[None]:
        self._on(f"before {verb} {key}")
        yield
        self._on(f"after {verb} {key}")

    def write(self, bucket: str, key: str, body: bytes) -> None:
        with self._call("write", key):
            super().write(bucket, key, body)

    def copy(self, bucket: str, source: str, target: str) -> None:
        with self._call("copy", target):
            super().copy(bucket, source, target)

    def delete(self, bucket: str, keys: Any) -> None:
        for key in keys:
            with self._call("delete", key):
                super().delete(bucket, [key])

    def url(self, bucket: str, key: str) -> str:
        with self._call("url", key):
            return super().url(bucket, key)


def run_until_killed(root: Path, point: KillPoint) -> bool:
    """Run the streaming job in a process of its own; return True if it was killed, False if it finished.

    Raises RuntimeError if the process failed for another reason.
    """
    module = "tests.glue_jobs.streaming.chaos.killed_process"
    process = subprocess.run(
        [sys.executable, "-m", module, str(root), json.dumps(asdict(point))],
        cwd=PROJECT, start_new_session=True, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if process.returncode not in (0, -signal.SIGKILL):
        raise RuntimeError(process.stderr[-5000:])
    return process.returncode != 0


def main(root: Path, point: KillPoint) -> None:
    """Run the streaming job once (available-now)."""
    from pyspark.sql import SparkSession

    from glue_jobs.runtime.session import configure
    from tests.conftest import SMALL
    from tests.glue_jobs.streaming.conftest import StreamPipeline

    builder = SparkSession.builder.master("local[2]").appName("killed")
    for name, value in SMALL.items():
        builder = builder.config(name, value)
    spark = configure(builder.getOrCreate())
    StreamPipeline(spark, root).stream(store=FatalStore(root, point), max_files=MAX_FILES)
    spark.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), KillPoint(**json.loads(sys.argv[2])))
