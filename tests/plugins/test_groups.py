"""Tests that share Spark or a local cloud run in one process."""

from __future__ import annotations

import pytest

from tests.plugins.groups import TESTS, group_of

pytest_plugins = ["pytester"]

CONFTEST = """
import sys
from pathlib import Path
sys.path.insert(0, str(Path(__file__).parent))
from tests.plugins.groups import Groups

class Noting(Groups):
    def _assign_work_unit(self, node):
        before = list(self.workqueue.items())
        super()._assign_work_unit(node)
        [(name, tests)] = [each for each in before if each[0] not in self.workqueue]
        with Path(__file__).with_name("units").open("a") as file:
            print(name, len(tests), file=file)

def pytest_xdist_make_scheduler(config, log):
    return Noting(config, log)
"""


@pytest.mark.parametrize(
    ("file", "group"),
    [
        ("glue_jobs/relational/test_load.py", "jobs"),
        ("cli/quarantine/test_search.py", "jobs"),
        ("cli/steward/test_commands.py", "jobs"),
        ("glue_jobs/test_catalog.py", "jobs"),
        ("glue_jobs/ingest/test_ingest.py", "tables"),
        ("glue_jobs/streaming/chaos/test_kills.py", "streams"),
        ("acceptance/test_run.py", "whole runs"),
        ("domains/ecommerce/test_gold.py", "marts"),
        ("e2e/test_catalog.py", "end to end"),
        ("localcloud/iam/test_policies.py", "local cloud"),
        ("infra/dashboards/test_stack.py", "templates"),
        ("dashboard/browser/test_pages.py", "pages"),
        ("cli/test_upload.py", "rest"),
        ("plugins/test_groups.py", "rest"),
    ],
)
def test_the_folder_decides(file: str, group: str) -> None:
    assert group_of(TESTS / file) == group


def test_longest_groups_begin_and_the_next_follows_the_one_that_ends(pytester: pytest.Pytester) -> None:
    """Two processes: each has one of the first two groups, and the rest follows when one of them is done."""
    files = {"e2e": 3, "localcloud": 4, "glue_jobs": 3, "dashboard": 9}
    for folder, number in files.items():
        body = "".join(f"def test_{each}(): pass\n" for each in range(number))
        pytester.path.joinpath("tests", folder).mkdir(parents=True)
        pytester.path.joinpath("tests", folder, f"test_{folder}.py").write_text(body)
    source = (TESTS / "plugins" / "groups.py").read_text(encoding="utf-8")
    pytester.path.joinpath("tests", "plugins").mkdir()
    pytester.path.joinpath("tests", "plugins", "groups.py").write_text(source, encoding="utf-8")
    pytester.makeconftest(CONFTEST)
    done = pytester.runpytest_subprocess("-n2", "--import-mode=importlib", "tests")
    assert done.ret == 0
    units = pytester.path.joinpath("units").read_text().splitlines()
    assert units == ["jobs 3", "end to end 3", "local cloud 4", "pages 9"]
