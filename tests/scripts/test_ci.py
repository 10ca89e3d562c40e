"""`.ci/run`: independent parts run beside each other, are printed whole, and a failure ends the run."""

from __future__ import annotations

import os
import shutil
import subprocess
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
    [ -e begun-lint ] && [ -e begun-conformance ] && [ -e begun-browser ] || exit 99;;
esac
echo "$1: one, required: $CAUDAL_BROWSER"
echo "$1: two" >&2
[ ! -e "code-$1" ] || exit "$(cat "code-$1")"
"""
BEFORE = {"setup", "lint", "conformance", "browser"}


def ci(root: Path, **codes: int) -> tuple[int, list[str], set[str]]:
    """Run it where `make` does nothing; return its exit code, its lines, and the targets."""
    (root / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", root / ".ci" / "run")
    programs = root / "bin"
    programs.mkdir()
    (programs / "make").write_text(MAKE)
    (programs / "make").chmod(0o755)
    for target, code in codes.items():
        (root / f"code-{target}").write_text(str(code))
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    done = subprocess.run(
        [root / ".ci" / "run"], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
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
