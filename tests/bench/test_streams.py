"""The stream benchmarks find a stream's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.streams import stream_folder
from lake.errors import CaudalError
from lake.model.discovery import load_domain

EVENTS = load_domain("cloud_provider").table("usage_events")


@pytest.mark.parametrize("name", ["usage_events", "usage_events_stream"])
def test_folder_of_a_stream_has_one_of_its_declared_names(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert stream_folder(tmp_path, EVENTS) == tmp_path / name


def test_missing_folder_is_reported_with_its_names(tmp_path: Path) -> None:
    with pytest.raises(CaudalError, match=r"there is no folder .*usage_events"):
        stream_folder(tmp_path, EVENTS)


def test_table_that_is_no_stream_is_refused(tmp_path: Path) -> None:
    orders = load_domain("ecommerce").table("orders")
    with pytest.raises(CaudalError, match="table orders: the table is not a stream"):
        stream_folder(tmp_path, orders)
