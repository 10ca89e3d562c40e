"""A test run that takes far too much memory stops, and says in which test and where in the code."""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
from pathlib import Path

import pytest

MOST_BYTES = 8 << 30
"""The whole suite stays below 2 GB; the machine would end the run without a word."""
CHECK_SECONDS = 5.0
EXIT_CODE = 3
_STATM = Path("/proc/self/statm")


def resident_bytes() -> int:
    """Return the memory of this process; 0 where the system does not tell it."""
    return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if _STATM.exists() else 0


class Watchdog:
    """Checks the memory of this process until it is stopped."""

    def __init__(
        self, output: int, most_bytes: int = MOST_BYTES, check_seconds: float = CHECK_SECONDS
    ) -> None:
        self._output = output
        self._most_bytes = most_bytes
        self._check_seconds = check_seconds
        self._stopped = threading.Event()
        self.test = ""

    def start(self) -> None:
        """Start checking, in a thread of its own."""
        threading.Thread(target=self._check, name="memory-watchdog", daemon=True).start()

    def stop(self) -> None:
        """Stop checking."""
        self._stopped.set()

    def _check(self) -> None:
        while not self._stopped.wait(self._check_seconds):
            found = resident_bytes()
            if found > self._most_bytes:
                sizes = f"{found >> 20} MB, more than {self._most_bytes >> 20} MB"
                os.write(self._output, f"\nThe tests take {sizes}, in {self.test}\n".encode())
                faulthandler.dump_traceback(self._output, all_threads=True)
                os._exit(EXIT_CODE)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.test = nodeid

    def pytest_unconfigure(self) -> None:
        self.stop()


def pytest_configure(config: pytest.Config) -> None:
    """Watch the memory of a whole run. The output is copied, since tests capture it."""
    watchdog = Watchdog(os.dup(sys.__stderr__.fileno() if sys.__stderr__ else 2))
    config.pluginmanager.register(watchdog, "memory-watchdog")
    watchdog.start()
