"""Before the demo's modules are imported, the home folder is locked and the worker of batch jobs starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.early import SHORT_BYTES, early_workers, is_short
from lake.naming import Names
from localcloud.errors import LocalCloudError
from localcloud.execution.early import EarlyWorkers


@pytest.mark.parametrize(
    ("ingested", "expected"), [(0, True), (SHORT_BYTES // 2, True), (SHORT_BYTES, False)]
)
def test_files_of_the_lake_count_towards_the_length_of_a_run(
    tmp_path: Path, names: Names, ingested: int, expected: bool
) -> None:
    for folder, size in (("landing", SHORT_BYTES // 2), (f"home/s3/{names.raw_bucket}", ingested)):
        file = tmp_path / folder / "ecommerce" / "orders.csv"
        file.parent.mkdir(parents=True)
        with file.open("wb") as sparse:
            sparse.truncate(size)
    assert is_short(tmp_path / "home", "dev", tmp_path / "landing") == expected


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
