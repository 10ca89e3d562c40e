"""A run is short if the files to upload and those of the lake are few."""

from __future__ import annotations

from pathlib import Path

import pytest

from lake.naming import Names
from localcloud.context import ACCOUNT, REGION
from localcloud.short_runs import SHORT_BYTES, is_short


@pytest.mark.parametrize(
    ("ingested", "expected"), [(0, True), (SHORT_BYTES // 2, True), (SHORT_BYTES, False)]
)
def test_files_of_the_lake_count_towards_the_length_of_a_run(
    tmp_path: Path, ingested: int, expected: bool
) -> None:
    raw = Names(env="dev", account=ACCOUNT, region=REGION).raw_bucket
    for folder, size in (("landing", SHORT_BYTES // 2), (f"home/s3/{raw}", ingested)):
        file = tmp_path / folder / "ecommerce" / "orders.csv"
        file.parent.mkdir(parents=True)
        with file.open("wb") as sparse:
            sparse.truncate(size)
    assert is_short(tmp_path / "home", "dev", tmp_path / "landing") == expected
