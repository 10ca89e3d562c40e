"""A process that streams, with a Java of its own, until SIGKILL takes both at a chosen call of the store.

`python -m tests.glue_jobs.streaming.chaos.victim ROOT PLACE` with a Place as JSON. Exits with 0 if the place
is never reached.
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
FILES_AT_ONCE = 2


@dataclass(frozen=True)
class Place:
    """Where the process ends: `seconds` after the n-th call that matches `pattern`.

    Calls read `before write <key>`, `after write <key>`; so with `copy`, `delete`, `url`.
    """

    pattern: str
    nth: int = 1
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.nth}. {self.pattern} + {self.seconds:.2f} s"


def kill_everything(after: float) -> None:
    """SIGKILL this process and its Java, which are all of the group."""
    time.sleep(after)
    os.killpg(0, signal.SIGKILL)


class FatalStore(FolderStore):
    """A FolderStore whose whole process group is killed at a place."""

    def __init__(self, root: Path, place: Place) -> None:
        super().__init__(root)
        self._place = place
        self._left = place.nth

    def _at(self, call: str) -> None:
        if re.match(self._place.pattern, call):
            self._left -= 1
            if self._left == 0 and self._place.seconds:
                Thread(target=kill_everything, args=[self._place.seconds], daemon=True).start()
            elif self._left == 0:
                kill_everything(0)

    @contextmanager
    def _call(self, verb: str, key: str) -> Iterator[None]:
        self._at(f"before {verb} {key}")
        yield
        self._at(f"after {verb} {key}")

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


def killed_at(root: Path, place: Place) -> bool:
    """Stream in a process of its own. Whether it was killed; if not, it came to its end.

    Raises RuntimeError if it failed by itself.
    """
    process = subprocess.run(
        [sys.executable, "-m", "tests.glue_jobs.streaming.chaos.victim", str(root), json.dumps(asdict(place))],
        cwd=PROJECT, start_new_session=True, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if process.returncode not in (0, -signal.SIGKILL):
        raise RuntimeError(process.stderr[-5000:])
    return process.returncode != 0


def main(root: Path, place: Place) -> None:
    """One available-now run."""
    from pyspark.sql import SparkSession

    from glue_jobs.runtime.session import configure
    from tests.conftest import SMALL
    from tests.glue_jobs.streaming.conftest import StreamPipeline

    builder = SparkSession.builder.master("local[2]").appName("victim")
    for name, value in SMALL.items():
        builder = builder.config(name, value)
    spark = configure(builder.getOrCreate())
    StreamPipeline(spark, root).stream(store=FatalStore(root, place), max_files=FILES_AT_ONCE)
    spark.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Place(**json.loads(sys.argv[2])))
