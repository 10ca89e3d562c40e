"""Commands of the set-up: one after the other, until a sequence succeeds, with every failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.steps import SetupError, first_that_works, run


def test_failed_command_reports_its_last_lines() -> None:
    with pytest.raises(SetupError, match="no such luck") as raised:
        run(["sh", "-c", "seq 20; echo no such luck; exit 3"])
    assert "\n12\n" not in str(raised.value)
    assert raised.value.output.splitlines() == [*map(str, range(1, 21)), "no such luck"]


def test_attempts_stop_at_the_first_success(tmp_path: Path) -> None:
    first_that_works([[["false"], ["touch", tmp_path / "a"]], [["touch", tmp_path / "b"]], [["false"]]])
    assert [file.name for file in tmp_path.iterdir()] == ["b"]


def test_every_failed_attempt_is_reported() -> None:
    with pytest.raises(SetupError, match=r"(?s)no network.*no such package"):
        first_that_works(
            [[["sh", "-c", "echo no network; exit 1"]], [["sh", "-c", "echo no such package; exit 1"]]]
        )
