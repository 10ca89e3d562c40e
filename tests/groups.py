"""Two processes run the tests: one has those in which Spark runs, the other the local clouds and the rest.

Each has one Spark session or one local cloud for all its tests; a finer division would start several.
"""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
WITH_SPARK = ("cli/quarantine/", "domains/", "glue_jobs/", "transforms/")
"""Folders whose tests share the Spark session and the database server."""


def group_of(path: Path) -> str:
    """Return the group of a file of tests."""
    return "spark" if path.relative_to(TESTS).as_posix().startswith(WITH_SPARK) else "clouds"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put every test into its group. Without several processes this has no effect."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item.path)))
