"""One local cloud per home folder: whoever runs there holds a lock that ends with its process."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from localcloud.errors import LocalCloudError

LOCK_FILE = "localcloud.lock"


class HomeLock:
    """The right to use a home folder, from construction until `release`."""

    def __init__(self, home: Path) -> None:
        """Raises LocalCloudError if another process holds it."""
        self._file = _open(home)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise LocalCloudError(
                "another local cloud uses this folder.",
                where=str(home),
                hint="End it with `python -m localcloud down`, or choose another HOME_DIR.",
            ) from error

    def release(self) -> None:
        self._file.close()


def is_held(home: Path) -> bool:
    """Whether a local cloud runs in this folder."""
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
