"""Intervals as Spark reads them."""

from __future__ import annotations

import pytest

from lake.looks import interval


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.25, "250 milliseconds"), (0.5, "500 milliseconds"), (2, "2000 milliseconds")]
)
def test_seconds_are_whole_milliseconds(seconds: float, text: str) -> None:
    assert interval(seconds) == text
