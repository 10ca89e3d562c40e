"""The background process of `caudal up`: synthesise, deploy, write `status.json`, serve until stopped."""

from __future__ import annotations

import fcntl
import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lake.errors import CaudalError
from lake.naming import Names
from localcloud.context import ACCOUNT, REGION
from localcloud.errors import LocalCloudError
from localcloud.lock import is_held

if TYPE_CHECKING:
    from localcloud.server import LocalCloud

STATUS_FILE = "status.json"
LOG_FILE = "localcloud.log"
STARTING_FILE = "starting.lock"
PROJECT = Path(__file__).resolve().parent.parent
START_SECONDS = 300.0
STOP_SECONDS = 30.0
POLL_SECONDS = 0.1
SHORT_RUNS = "--short-runs"

GARBAGE = (50_000, 50, 50)
"""New objects before Python looks for garbage among the youngest, and how often before among older ones."""

_started: list[subprocess.Popen[bytes]] = []
"""Processes that this one has started. Python warns of an object that is dropped while its process runs."""


@dataclass(frozen=True)
class Status:
    """Endpoints and credentials of a running local cloud: the content of `status.json`."""

    endpoint: str
    region: str
    access_key: str
    secret_key: str
    account: str
    env: str
    buckets: dict[str, str]
    pid: int
    inputs: str
    data_api: str = ""
    """Endpoint of the serving store; its token is in the secret."""


def read_status(home: Path) -> Status | None:
    """Return the status of the local cloud that runs in `home`, None if none does."""
    file = home / STATUS_FILE
    if not is_held(home) or not file.exists():
        return None
    return Status(**json.loads(file.read_text()))


def start(home: Path, env: str, *, short_runs: bool = False) -> Status:
    """Start the background process and wait until everything is deployed.

    `short_runs` is for few files, and streams that end: their jobs share a worker; see LocalCloud.
    Raises LocalCloudError with the end of its log if it stops or takes too long.
    """
    if not is_held(home):
        (home / STATUS_FILE).unlink(missing_ok=True)
    home.mkdir(parents=True, exist_ok=True)
    log = home / LOG_FILE
    switches = [SHORT_RUNS] if short_runs else []
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "localcloud.daemon", str(home), env, *switches],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _started.append(process)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if (status := read_status(home)) is not None:
            return status
        time.sleep(POLL_SECONDS)
    process.kill()
    raise LocalCloudError(
        f"the local cloud did not start: {_last_error(log)}", where=str(log), hint="That file has more."
    )


def _last_error(log: Path) -> str:
    """Return the last message in a log, without the trace of the program that comes before it."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    ends = [line for line in lines if not line.startswith((" ", "Traceback"))]
    return (ends or lines or ["it ended without a message"])[-1][-500:]


@contextmanager
def starting(home: Path) -> Iterator[bool]:
    """Keep other processes from starting a local cloud in `home` in the block, or wait until they have.

    Yields whether it had to wait.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / STARTING_FILE).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            waited = False
        except BlockingIOError:
            fcntl.flock(file, fcntl.LOCK_EX)
            waited = True
        yield waited


def stop(home: Path) -> bool:
    """Stop the local cloud of `home`. Return whether one ran. Raises LocalCloudError if it does not stop."""
    status = read_status(home)
    if status is None:
        return False
    os.kill(status.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while is_held(home) or any(each.pid == status.pid and each.poll() is None for each in _started):
        if time.monotonic() > deadline:
            raise LocalCloudError(
                f"process {status.pid} does not stop.", where=str(home), hint=f"Run `kill -9 {status.pid}`."
            )
        time.sleep(POLL_SECONDS)
    return True


def serve(home: Path, env: str, *, short_runs: bool = False) -> None:
    """Run the local cloud in this process until SIGTERM or SIGINT."""
    from localcloud.server import LocalCloud
    from localcloud.synth import inputs_hash, synthesise

    inputs = inputs_hash(PROJECT)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    cloud = LocalCloud(home, has_clock=True, short_runs=short_runs, one_worker=short_runs)
    out = home / "cdk.out"
    with ThreadPoolExecutor(1) as beside:
        synthesis = beside.submit(synthesise, PROJECT, out, env)
        cloud.start()
        try:
            synthesis.result()
            cloud.deploy(out)
            write_status(home, _status(cloud, env, inputs))
            ended.wait()
            (home / STATUS_FILE).unlink(missing_ok=True)
        finally:
            cloud.stop()


def write_status(home: Path, status: Status) -> None:
    """Write the status file, whole or not at all: other processes poll it, and the disk may be full."""
    partial = home / f"{STATUS_FILE}.part"
    # The file holds the administrator's secret key.
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(asdict(status), indent=2))
    partial.replace(home / STATUS_FILE)


def _status(cloud: LocalCloud, env: str, inputs: str) -> Status:
    names = Names(env=env, account=ACCOUNT, region=REGION)
    return Status(
        endpoint=cloud.endpoint,
        region=REGION,
        access_key=cloud.context.administrator.access_key,
        secret_key=cloud.context.administrator.secret_key,
        account=ACCOUNT,
        env=env,
        buckets=names.buckets,
        pid=os.getpid(),
        inputs=inputs,
        data_api=cloud.serving.endpoint if cloud.serving is not None else "",
    )


def look_for_garbage_seldom() -> None:
    """Set Python's thresholds for looking for unreachable objects, for the rest of this process.

    Imported modules and moto's tables are a million objects, which stay. With Python's own thresholds a fifth
    of the local cloud's processor time is spent on looking at them.
    """
    gc.set_threshold(*GARBAGE)


if __name__ == "__main__":
    look_for_garbage_seldom()
    try:
        serve(Path(sys.argv[1]), sys.argv[2], short_runs=SHORT_RUNS in sys.argv[3:])
    except CaudalError as problem:
        sys.exit(str(problem))
