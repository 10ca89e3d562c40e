"""The parts run together, every line names its part, and one failure is the failure of all."""

from __future__ import annotations

import sys

import pytest

from conformance.parts import NO_TESTS, run_parts

PROGRAM = """
import sys
from pathlib import Path
name, *arguments, shared = sys.argv[1:]
assert Path(shared.removeprefix("--shared=")).is_dir()
print(f"tests of {name}{''.join(arguments)}")
print("warned", file=sys.stderr)
sys.exit(int(name))
"""


def outcome(*codes: int, arguments: tuple[str, ...] = ()) -> tuple[int, list[str]]:
    lines: list[str] = []
    parts = {f"p{code}": (str(code),) for code in codes}
    command = (sys.executable, "-u", "-c", PROGRAM)
    return run_parts(arguments, parts=parts, command=command, report=lines.append), sorted(lines)


def test_lines_name_their_part_and_arguments_reach_each() -> None:
    code, lines = outcome(0, NO_TESTS, arguments=("-k=a",))
    assert lines == ["   p0 | tests of 0-k=a", "   p0 | warned", "   p5 | tests of 5-k=a", "   p5 | warned"]
    assert code == 0


@pytest.mark.parametrize(
    ("codes", "expected"),
    [((0,), 0), ((0, 1), 1), ((NO_TESTS, 1), 1), ((0, NO_TESTS, 2), 2), ((NO_TESTS,), NO_TESTS)],
)
def test_parts_pass_only_together(codes: tuple[int, ...], expected: int) -> None:
    assert outcome(*codes)[0] == expected
