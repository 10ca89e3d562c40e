"""The checks run in parts at the same time, a process each: both wait for Java more than they compute."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent

PARTS: Mapping[str, tuple[str, ...]] = {
    "s3a": ("tests/conformance/s3a",),
    "trino": ("tests/conformance", "--ignore=tests/conformance/s3a"),
}
"""Arguments of pytest by the name of the part."""
PYTEST = (sys.executable, "-m", "pytest", "-m", "conformance", "-vv", "--color=no")

NO_TESTS = 5
"""What pytest returns where a choice of tests leaves none."""


def run_parts(
    arguments: Sequence[str],
    *,
    parts: Mapping[str, Sequence[str]] = PARTS,
    command: Sequence[str] = PYTEST,
    report: Callable[[str], None] = lambda line: print(line, flush=True),
) -> int:
    """Run all parts with more `arguments` of pytest; report each line of a part behind its name.

    They share a folder, `--shared`, in which one keeps what the other needs too.

    Return 0 if at least one part has tests and all that have pass, else the code of a part that fails.
    """

    def run(part: str) -> int:
        with subprocess.Popen(
            [*command, *parts[part], *arguments, f"--shared={shared}"],
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if line.strip():
                    report(f"{part:>5} | {line.rstrip()}")
        return process.returncode

    with TemporaryDirectory() as shared, ThreadPoolExecutor(len(parts)) as pool:
        codes = list(pool.map(run, parts))
    failed = [code for code in codes if code not in (0, NO_TESTS)]
    if failed:
        return failed[0]
    return 0 if 0 in codes else NO_TESTS
