"""Waiting: what is said, and when it ends."""

from __future__ import annotations

import pytest

from acceptance import waiting
from acceptance.errors import AcceptanceError
from acceptance.waiting import wait


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses, which take no time."""
    taken: list[float] = []
    monkeypatch.setattr("acceptance.waiting.sleep", taken.append)
    return taken


def test_pauses_grow_to_the_longest(pauses: list[float]) -> None:
    looks = iter(["1 file waits"] * 20 + [""])
    said: list[str] = []
    wait("pipeline", lambda: next(looks), said.append)
    assert said == ["pipeline: 1 file waits"] * 20
    assert pauses[0] == waiting.FIRST_PAUSE
    assert pauses[-1] == waiting.LONGEST_PAUSE
    assert pauses == sorted(pauses)


def test_step_without_an_end_says_what_is_missing() -> None:
    with pytest.raises(
        AcceptanceError, match="pipeline did not end within 0 minutes: 1 file waits"
    ) as raised:
        wait("pipeline", lambda: "1 file waits", lambda _: None, limit=0.0)
    assert "run this command again" in str(raised.value.hint)
