"""Before the demo's modules are imported, the home folder is locked and the worker of batch jobs starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.early import early_workers
from localcloud.errors import LocalCloudError
from localcloud.execution.early import EarlyWorkers


@pytest.mark.parametrize(("folder", "lanes"), [("unknown", []), ("ecommerce", ["batch"])])
def test_worker_starts_for_the_files_of_a_domain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, lanes: list[str]
) -> None:
    started: list[str] = []
    monkeypatch.setattr(EarlyWorkers, "start", lambda _, lane: started.append(lane))
    (tmp_path / "landing" / folder).mkdir(parents=True)
    with early_workers(tmp_path / "home", "dev", tmp_path / "landing"):
        assert started == lanes
        with pytest.raises(LocalCloudError, match="another local cloud uses this folder"):
            early_workers(tmp_path / "home", "dev", tmp_path / "landing")
