"""Only one local cloud runs per process, and waiting for it raises the errors of background work."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.errors import LocalCloudError
from localcloud.server import LocalCloud


def test_second_local_cloud_in_the_process_is_refused(cloud: LocalCloud, tmp_path: Path) -> None:
    with pytest.raises(LocalCloudError, match="a local cloud already runs in this process"):
        LocalCloud(tmp_path).start()


def test_waiting_times_out_and_names_the_pending_work(cloud: LocalCloud) -> None:
    with cloud.context.working(), pytest.raises(LocalCloudError, match="background work"):
        cloud.wait_idle(0.3)


def test_background_failure_is_raised_once(cloud: LocalCloud) -> None:
    cloud.context.report("somewhere", "it broke")
    with pytest.raises(LocalCloudError, match="somewhere: it broke"):
        cloud.wait_idle(10)
    cloud.wait_idle(10)


def test_schedules_fire_only_while_the_local_cloud_runs(tmp_path: Path) -> None:
    with pytest.raises(LocalCloudError, match="fire_schedule: the local cloud is not running"):
        LocalCloud(tmp_path).fire_schedule("daily")
