"""One database server for all tests of the relational copy, and a schema for each test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.database.mariadb import PACKAGES, MariaDB, programs
from tests.database import Copy

_numbers = itertools.count()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDB]:
    """A running server. Without the packages the tests are skipped, in CI they fail."""
    found = programs()
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"no MariaDB server: install {PACKAGES}")
        pytest.skip(f"no MariaDB server: install {PACKAGES}")
    running = MariaDB(tmp_path_factory.mktemp("mariadb"), found, password="se'cret")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def copy(server: MariaDB, tmp_path: Path) -> Iterator[Copy]:
    """A copy without tables, in a schema of its own."""
    made = Copy(server, f"shop_{next(_numbers)}", tmp_path)
    yield made
    made.query(f"DROP DATABASE IF EXISTS {made.name}")
