"""Two processes run the tests, a group at a time: a process that has finished its groups takes the next.

A group shares what is expensive: a Spark session, a database server, a local cloud, the templates. Its tests
stay in one process and in their order, because tests of one file may build on each other. Groups begin in the
order below, the longest first, so that both processes end at about the same time. The jobs' tests are several
groups: together they would take as long as all others, and a process keeps its Spark session for the next.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).resolve().parent.parent

REST = "rest"
GROUPS = {
    "jobs": ("cli/quarantine/", "cli/steward/", "glue_jobs/"),
    "end to end": ("e2e/",),
    "whole runs": ("acceptance/", "demo/"),
    "tables": tuple(f"glue_jobs/{name}/" for name in ("curation", "ingest", "quality", "reingest")),
    "marts": ("domains/", "transforms/"),
    "streams": ("glue_jobs/streaming/",),
    "local cloud": ("localcloud/",),
    "templates": ("docs/", "infra/"),
    # What is in none of the folders of the others.
    REST: (),
    "pages": ("dashboard/",),
}
"""Group → its folders. A folder within one of another group leaves it."""


def group_of(path: Path) -> str:
    """Return the group of a file of tests."""
    name = path.relative_to(TESTS).as_posix()
    found = {
        folder: group for group, folders in GROUPS.items() for folder in folders if name.startswith(folder)
    }
    return found[max(found, key=len)] if found else REST


class Groups(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Sends all tests of a group to one process, in the order of one process."""

    workqueue: OrderedDict[str, Any]

    def _split_scope(self, nodeid: str) -> str:
        return group_of(TESTS.parent / nodeid.partition("::")[0])

    def _assign_work_unit(self, node: Any) -> None:
        # xdist would begin with the group that has most tests.
        self.workqueue = OrderedDict(
            (name, self.workqueue[name]) for name in GROUPS if name in self.workqueue
        )
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups:
    """Return what divides the tests, if there are several processes."""
    return Groups(config, log)
