"""Histories of the batch benchmarks end with the same month."""

from __future__ import annotations

import pytest

from bench.batch import start_of


@pytest.mark.parametrize(
    ("months", "first"), [(1, "2025-10"), (10, "2025-01"), (11, "2024-12"), (70, "2020-01")]
)
def test_history_of_some_months_ends_in_october_2025(months: int, first: str) -> None:
    assert start_of(months) == first
