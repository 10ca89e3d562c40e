"""`.ci/run`: independent parts run beside each other, are printed whole, and a failure ends the run."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from scripts.setup import ROOT

MAKE = """#!/bin/sh
echo "$1" >> called
case "$1" in
lint|conformance|browser)
    touch "begun-$1"
    # All three have to run at the same time.
    for attempt in $(seq 400); do
        [ -e begun-lint ] && [ -e begun-conformance ] && [ -e begun-browser ] && break
        sleep 0.05
    done
    [ -e begun-lint ] && [ -e begun-conformance ] && [ -e begun-browser ] || exit 99
    if [ -e long ]; then
        sleep 60 &
        touch "waits-$1"
        wait
    fi;;
esac
echo "$1: one, required: $CAUDAL_BROWSER"
echo "$1: two" >&2
[ ! -e "code-$1" ] || exit "$(cat "code-$1")"
"""
LIMIT = 30
"""Seconds after which a run that does not end has failed."""

BEFORE = {"setup", "lint", "conformance", "browser"}


def prepare(root: Path) -> dict[str, str]:
    """Make a checkout where `make` does nothing; return the environment for it."""
    (root / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", root / ".ci" / "run")
    for folder in ("bin", "temporary"):
        (root / folder).mkdir()
    (root / "bin" / "make").write_text(MAKE)
    (root / "bin" / "make").chmod(0o755)
    path = os.pathsep.join([str(root / "bin"), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "TMPDIR": str(root / "temporary")}


def ci(root: Path, **codes: int) -> tuple[int, list[str], set[str]]:
    """Run it where `make` does nothing; return its exit code, its lines, and the targets."""
    environment = prepare(root)
    for target, code in codes.items():
        (root / f"code-{target}").write_text(str(code))
    done = subprocess.run(
        [root / ".ci" / "run"], env=environment, capture_output=True, text=True, check=False
    )
    assert list((root / "temporary").iterdir()) == []
    return done.returncode, done.stdout.splitlines(), set((root / "called").read_text().split())


def test_parts_are_printed_one_after_the_other_and_the_tests_last(tmp_path: Path) -> None:
    code, lines, called = ci(tmp_path)
    assert code == 0
    assert called == {*BEFORE, "test"}
    assert lines[0] == "setup: one, required: required"
    assert lines[1:4] == [
        f"{name}: begun, its output follows at its end" for name in ("lint", "conformance", "browser")
    ]
    for place, name in enumerate(("lint", "conformance", "browser")):
        one, two, ended = lines[4 + 3 * place : 7 + 3 * place]
        assert (one, two) == (f"{name}: one, required: required", f"{name}: two")
        assert ended.startswith(f"{name}: ended after ")
        assert ended.endswith(" s with code 0")
    assert lines[13:] == ["test: one, required: required"]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ({"lint": 3}, 3),
        ({"conformance": 4}, 4),
        ({"browser": 5}, 5),
        ({"lint": 3, "conformance": 4}, 3),
        ({"conformance": 4, "browser": 5}, 4),
    ],
)
def test_without_one_part_there_are_no_tests(tmp_path: Path, codes: dict[str, int], expected: int) -> None:
    code, lines, called = ci(tmp_path, **codes)
    assert code == expected
    assert called == BEFORE
    assert [line for line in lines if "two" in line] == ["lint: two", "conformance: two", "browser: two"]


def test_code_of_the_tests_is_the_code_of_the_run(tmp_path: Path) -> None:
    assert ci(tmp_path, test=2)[0] == 2


def test_nothing_begins_without_the_set_up(tmp_path: Path) -> None:
    code, _, called = ci(tmp_path, setup=7)
    assert (code, called) == (7, {"setup"})


def test_nothing_goes_on_after_the_end_of_an_interrupted_run(tmp_path: Path) -> None:
    """All that it starts inherits the end of a pipe, so the pipe ends with the last process."""
    environment = prepare(tmp_path)
    (tmp_path / "long").touch()
    reading, writing = os.pipe()
    with subprocess.Popen(
        [tmp_path / ".ci" / "run"], env=environment, stdout=subprocess.DEVNULL, pass_fds=[writing]
    ) as run:
        os.close(writing)
        deadline = time.monotonic() + LIMIT
        while len(list(tmp_path.glob("waits-*"))) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        run.terminate()
        assert run.wait(LIMIT) == 143
    with os.fdopen(reading) as pipe:
        assert select.select([pipe], [], [], LIMIT)[0]
        assert pipe.read() == ""
    assert set((tmp_path / "called").read_text().split()) == BEFORE
    assert list((tmp_path / "temporary").iterdir()) == []
