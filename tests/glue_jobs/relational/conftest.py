"""A schema for each test of the relational copy, on the server that all share."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.database.mariadb import MariaDB
from tests.database import Copy

_numbers = itertools.count()


@pytest.fixture
def copy(server: MariaDB, tmp_path: Path) -> Iterator[Copy]:
    """A copy without tables, in a schema of its own."""
    made = Copy(server, f"shop_{next(_numbers)}", tmp_path)
    yield made
    made.query(f"DROP DATABASE IF EXISTS {made.name}")
