"""Partitions as paths and as values."""

from __future__ import annotations

import pytest

from glue_jobs.catalog.partitions import partition_of, path_of
from lake.files.layers import StoredTable

MONTHS = StoredTable(layer="silver", name="sales", keys=("year", "month"))


@pytest.mark.parametrize(
    ("path", "partition"),
    [("year=2025/month=8", ("2025", "8")), ("year=2025/month=8/", ("2025", "8")), ("", ())],
)
def test_values_of_a_path(path: str, partition: tuple[str, ...]) -> None:
    assert partition_of(path) == partition


def test_path_of_values() -> None:
    assert path_of(MONTHS, ("2025", "8")) == "year=2025/month=8"
