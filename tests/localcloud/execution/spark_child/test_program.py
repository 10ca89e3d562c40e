"""The process is isolated from the work tree."""

from __future__ import annotations

from tests.localcloud.execution.conftest import Cloud


def test_job_cannot_import_the_work_tree(cloud: Cloud) -> None:
    cloud.put_job("curious", "import lake\n")

    assert cloud.run("curious")["ErrorMessage"] == "ModuleNotFoundError: No module named 'lake'"
