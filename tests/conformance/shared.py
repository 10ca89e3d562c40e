"""The ordinary history is played once, by one part of the checks, and kept for the other."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lake.model.discovery import load_domain
from tests.conformance.history import History, Played

PLAYED = "played.json"


@contextmanager
def turn(folder: Path) -> Iterator[None]:
    """Hold the lock of a shared folder. A process that waits for it finds the kept history, or plays it."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def keep(history: History, folder: Path) -> None:
    """Copy the objects and recorded calls of a history: what its lake does later does not reach the copy."""
    (home,) = {played.home for played in history.values()}
    shutil.copytree(home / "s3", folder / "s3")
    for played in history.values():
        recording = folder / played.recording.relative_to(home)
        recording.parent.mkdir(exist_ok=True)
        shutil.copyfile(played.recording, recording)
    ended = {name: {"executions": each.executions, "runs": each.runs} for name, each in history.items()}
    (folder / PLAYED).write_text(json.dumps(ended, default=str), encoding="utf-8")


def kept(folder: Path) -> History | None:
    """Return the history that `keep` wrote to a folder, None if there is none."""
    file = folder / PLAYED
    if not file.exists():
        return None
    ended = json.loads(file.read_text(encoding="utf-8"))
    return {name: Played(domain=load_domain(name), home=folder, **found) for name, found in ended.items()}
