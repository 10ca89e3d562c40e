"""The background process: its status file, and errors of starting and stopping."""

from __future__ import annotations

import errno
import gc
import json
import os
import stat
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from threading import Thread

import pytest

from localcloud import daemon
from localcloud.daemon import GARBAGE, STATUS_FILE, Status, look_for_garbage_seldom, read_status
from localcloud.errors import LocalCloudError
from localcloud.lock import HomeLock

STATUS = Status(
    endpoint="http://127.0.0.1:4999", region="us-east-1", access_key="key", secret_key="secret",
    account="123456789012", env="dev", buckets={}, pid=os.getpid(), inputs="hash",
)  # fmt: skip


def test_status_of_a_held_home_is_read(tmp_path: Path) -> None:
    lock = HomeLock(tmp_path)
    (tmp_path / STATUS_FILE).write_text(json.dumps(asdict(STATUS)))
    assert read_status(tmp_path) == STATUS
    lock.release()
    assert read_status(tmp_path) is None


def test_stop_without_a_local_cloud_returns_false(tmp_path: Path) -> None:
    assert daemon.stop(tmp_path) is False


def test_process_that_ends_at_once_is_reported_with_its_log(tmp_path: Path) -> None:
    with pytest.raises(LocalCloudError, match="did not start") as raised:
        daemon.start(tmp_path, "staging")
    assert "there is no environment 'staging'" in str(raised.value)
    assert raised.value.where == str(tmp_path / daemon.LOG_FILE)
    assert "Traceback" not in str(raised.value)


def test_two_that_start_a_local_cloud_at_once_take_turns(tmp_path: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with daemon.starting(tmp_path) as waited:
            order.append(f"second, waited: {waited}")

    with daemon.starting(tmp_path) as waited:
        thread = Thread(target=second)
        thread.start()
        thread.join(0.3)
        order.append(f"first, waited: {waited}")
    thread.join()
    assert order == ["first, waited: False", "second, waited: True"]


def test_process_that_does_not_stop_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stubborn = (
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(flush=True)\n"
        "time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", stubborn], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    lock = HomeLock(tmp_path)
    status = {**asdict(STATUS), "pid": process.pid}
    (tmp_path / STATUS_FILE).write_text(json.dumps(status))
    monkeypatch.setattr(daemon, "STOP_SECONDS", 0.2)
    try:
        with pytest.raises(LocalCloudError, match=f"process {process.pid} does not stop"):
            daemon.stop(tmp_path)
    finally:
        process.kill()
        process.communicate()
        lock.release()


def test_status_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_text

    def full(path: Path, text: str) -> int:
        write(path, text[: len(text) // 2])
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="No space left"):
            daemon.write_status(tmp_path, STATUS)
    assert not (tmp_path / daemon.STATUS_FILE).exists()
    daemon.write_status(tmp_path, STATUS)
    assert json.loads((tmp_path / daemon.STATUS_FILE).read_text()) == asdict(STATUS)
    assert stat.S_IMODE((tmp_path / daemon.STATUS_FILE).stat().st_mode) == 0o600


def test_a_process_of_its_own_looks_for_garbage_seldom() -> None:
    found = gc.get_threshold()
    try:
        look_for_garbage_seldom()
        assert gc.get_threshold() == GARBAGE
        assert gc.isenabled()
    finally:
        gc.set_threshold(*found)
