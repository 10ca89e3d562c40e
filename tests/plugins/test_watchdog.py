"""A run over the limit of memory ends, and its last words name the test and the code."""

from __future__ import annotations

import subprocess
import sys

from localcloud.daemon import PROJECT
from tests.plugins.watchdog import EXIT_CODE, resident_bytes

HUNGRY = """
import time
from tests.plugins.watchdog import Watchdog, resident_bytes

def eat():
    time.sleep(60)

watchdog = Watchdog(2, most_bytes=resident_bytes() // 2, check_seconds=0.01)
watchdog.pytest_runtest_logstart("tests/test_meal.py::test_everything")
watchdog.start()
eat()
"""


def test_run_over_the_limit_ends_and_names_test_and_code() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", HUNGRY], cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == EXIT_CODE
    assert "tests/test_meal.py::test_everything" in ended.stderr
    assert "in eat" in ended.stderr


def test_memory_of_this_process_is_read() -> None:
    assert resident_bytes() > 10 << 20
