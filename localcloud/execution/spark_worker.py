"""A Spark worker as the server uses it: a process that is started, given runs, measured and killed."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.errors import LocalCloudError
from localcloud.execution.environment import inherited
from localcloud.execution.spark_settings import S3A, spark_settings
from localcloud.java.home import java_home
from localcloud.java.start import quick_start

PROGRAM = Path(__file__).resolve().parent / "spark_child" / "program.py"
START_LIMIT = 180.0
"""Seconds that a worker may take to start; a busy machine is slow."""

Adopt = Callable[[list[str] | None], str | None]
"""Makes the files in some buckets (None: all) known to S3. Returns the message of a denied write, or None."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a run. `error` is None if it succeeded."""

    error: str | None = None
    timed_out: bool = False
    calls: tuple[dict[str, Any], ...] = ()
    """The calls on S3 that Spark's file system decided; see `Engine.calls`. A killed run has none."""


class SparkWorker:
    """A worker process with its JVM. `home` is the local cloud's folder, `lane` names log and settings.

    With `s3a` its Spark calls S3 over HTTP; for `short_runs` see `spark_settings`.
    """

    def __init__(self, home: Path, lane: str, s3a: S3A | None = None, short_runs: bool = False) -> None:
        self._home = home.resolve()
        self._scratch = self._home / "tmp" / f"spark-{lane}"
        self._log = self._home / "logs" / f"spark-{lane}.log"
        self._events: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._peak = 0
        self._jvm: int | None = None
        self._lock = threading.Lock()
        settings, variables = quick_start(spark_settings(self._scratch, lane, s3a, short_runs))
        self._process, self._socket = self._start(variables)
        threading.Thread(target=self._read, name=f"spark-{lane}", daemon=True).start()
        self._send(command="start", settings=settings, scratch=str(self._scratch), s3a=s3a is not None)

    def _start(self, variables: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], socket.socket]:
        self._scratch.mkdir(parents=True, exist_ok=True)
        self._log.parent.mkdir(parents=True, exist_ok=True)
        ours, theirs = socket.socketpair()
        with theirs, self._log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-I", str(PROGRAM), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._scratch,
                env={**_environment(), **variables},
                start_new_session=True,  # so that the JVM can be killed along with it
            )
        return process, ours

    def _read(self) -> None:
        with contextlib.suppress(ConnectionError), self._socket.makefile("r", encoding="utf-8") as lines:
            for line in lines:
                self._events.put(json.loads(line))
        self._socket.close()
        self._events.put(None)

    def _send(self, **message: Any) -> None:
        with contextlib.suppress(OSError):  # The reader notices a worker that has died.
            self._socket.sendall(json.dumps(message).encode() + b"\n")

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of Python and, once the worker is ready, of the JVM."""
        return (self._process.pid,) if self._jvm is None else (self._process.pid, self._jvm)

    @property
    def log(self) -> Path:
        """Log file of the worker's output outside of runs."""
        return self._log

    def is_alive(self) -> bool:
        """Return whether the Python process runs."""
        return self._process.poll() is None

    def await_ready(self) -> Outcome | None:
        """Wait for the Spark session, at most START_LIMIT seconds. Return the failure, or None."""
        while self._jvm is None:
            try:
                event = self._events.get(timeout=START_LIMIT)
            except queue.Empty:
                self.kill()
                return Outcome(
                    error=f"WorkerDied: Spark did not start within {START_LIMIT:.0f} s; see {self._log}."
                )
            if event is None:
                return self._dead_worker_outcome("at its start")
            self._jvm = event["jvm"]
        return None

    def run(self, request: dict[str, Any], adopt: Adopt, limit: float) -> Outcome:
        """Execute one script in a ready worker and return its outcome, after at most `limit` seconds.

        `request` has the paths `script`, `libraries`, `log`, `assets` and `buckets`, and the run's
        `arguments`, `environment` and `permissions`. A run that exceeds the limit is killed together with
        its worker.
        """
        self._send(command="run", **request)
        deadline = time.monotonic() + limit
        while True:
            try:
                event = self._events.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                self.kill()
                return Outcome(timed_out=True)
            if event is None:
                return self._dead_worker_outcome("during the run")
            if event["event"] == "done":
                return self._finished(event)
            self._send(command="adopted", error=adopt(event["buckets"]))

    def _finished(self, event: dict[str, Any]) -> Outcome:
        self.peak_memory()
        if not event["alive"]:
            self.kill()  # Without a session the worker cannot execute another run.
        return Outcome(error=event["error"], calls=tuple(event.get("calls", ())))

    def _dead_worker_outcome(self, when: str) -> Outcome:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)  # The socket closes shortly before the exit code is known.
        self.kill()  # The JVM may outlive Python.
        code = self._process.returncode
        reason = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        return Outcome(
            error=f"WorkerDied: the Spark process {reason} {when}; see {self._log} "
            "(Linux kills the largest process when memory runs out)."
        )

    def kill(self) -> None:
        """Kill Python and the JVM and wait for their end, after which they cannot write any more.

        Raises LocalCloudError if they still run after 30 s.
        """
        with self._lock:
            self.peak_memory()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            deadline = time.monotonic() + 30
            while _group_exists(self._process.pid):
                if time.monotonic() > deadline:
                    raise LocalCloudError(
                        "the Spark worker does not end after SIGKILL.",
                        where=f"process group {self._process.pid}",
                        hint="Check the processes of the group for a blocked disk.",
                    )
                time.sleep(0.01)

    def peak_memory(self) -> int:
        """Return the largest resident size so far of Python and JVM together, in bytes."""
        self._peak = max(self._peak, sum(_high_water_mark(pid) for pid in self.pids))
        return self._peak


def _environment() -> dict[str, str]:
    """Return the worker's environment."""
    return {
        **inherited(),
        "JAVA_HOME": str(java_home()),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "TZ": "UTC",
    }


def _group_exists(group: int) -> bool:
    """Return whether a process of the group still runs. A zombie counts as ended."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == group and fields[0] not in ("Z", "X"):
            return True
    return False


def _high_water_mark(pid: int) -> int:
    """Return the largest resident size of a process so far, in bytes; 0 for one that has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
