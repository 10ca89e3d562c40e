"""A running Data API for the tests of the serving packages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.dataapi import DataApiServer

TOKEN = "AstraCS:local"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DataApiServer]:
    with DataApiServer(tmp_path / "dataapi", token=TOKEN) as running:
        yield running
