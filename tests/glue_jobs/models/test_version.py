"""A version's id depends on what it was trained on and with, and on nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from glue_jobs.models.version import Version, is_version_id
from tests.glue_jobs.models.conftest import MODEL, row, trained


def test_same_data_and_code_give_the_same_version() -> None:
    other = trained(
        at=datetime(2027, 1, 1, tzinfo=UTC),
        by="somebody",
        figures={"f1": 0.1},
        parent="m-20250101-0123456789ab",
    )
    assert other.version == trained().version
    assert is_version_id(other.version)
    assert other.version.startswith("m-20251231-")


@pytest.mark.parametrize(
    "options",
    [
        {"window_start": date(2025, 1, 2)},
        {"window_end": date(2026, 1, 1)},
        {"fingerprint": {"2025-12": "ac"}},
        {"code_version": "2"},
    ],
)
def test_other_data_or_code_give_another_version(options: dict[str, Any]) -> None:
    assert trained(**options).version != trained().version


def test_other_parameters_give_another_version() -> None:
    assert trained(row(usual="1.51")).version != trained().version


def test_version_is_read_as_it_was_written() -> None:
    version = trained(row(), row("SE"), parent="m-20250101-0123456789ab", figures={"spike": {"f1": 0.9}})
    assert Version.from_json(MODEL, version.metadata_json, version.parameters_json) == version
