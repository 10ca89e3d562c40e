"""Two processes run the tests: one those in which Spark runs, the other those of local clouds and the rest.

Each has one Spark session or one local cloud for all its tests; a finer division would start several, and
tests of one file may build on each other. Web pages need neither: the process that is done first has them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).resolve().parent
WITH_SPARK = ("cli/quarantine/", "domains/", "glue_jobs/", "transforms/")
"""Folders whose tests share the Spark session and the database server."""

OF_PAGES = "dashboard/"


def group_of(path: Path) -> str:
    """Return the group of a file of tests."""
    name = path.relative_to(TESTS).as_posix()
    if name.startswith(OF_PAGES):
        return "pages"
    return "spark" if name.startswith(WITH_SPARK) else "clouds"


class Groups(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Sends all tests of a group to one process, in the order of one process."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(TESTS.parent / nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups:
    """Return what divides the tests, if there are several processes."""
    return Groups(config, log)
