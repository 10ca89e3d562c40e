"""A file lock that keeps a second local cloud out of a home folder; the lock ends with its process."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from localcloud.errors import LocalCloudError

LOCK_FILE = "localcloud.lock"


class HomeLock:
    """Exclusive use of a home folder, from construction until `release`."""

    def __init__(self, home: Path) -> None:
        """Take the lock. Raises LocalCloudError if another process holds it."""
        self._file = _open(home)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise LocalCloudError(
                "another local cloud uses this folder.",
                where=str(home),
                hint=f"Stop it with `caudal down --home {home}`, or choose another folder with --home.",
            ) from error

    def release(self) -> None:
        """Let another process use the folder."""
        self._file.close()


def is_held(home: Path) -> bool:
    """Return whether a local cloud runs in this folder."""
    if not (home / LOCK_FILE).exists():
        return False
    try:
        HomeLock(home).release()
    except LocalCloudError:
        return True
    return False


def _open(home: Path) -> IO[str]:
    home.mkdir(parents=True, exist_ok=True)
    return (home / LOCK_FILE).open("a")
