"""A home that an earlier version has written is refused; runs of few files are short."""

from __future__ import annotations

from pathlib import Path

import pytest

from lake.naming import Names
from localcloud.context import ACCOUNT, REGION
from localcloud.errors import LocalCloudError
from localcloud.home import SHORT_BYTES, is_short, remove_unfinished, require_own_ledger
from localcloud.server import LocalCloud

OLD = Path("s3/caudal-dev-processed-123456789012-us-east-1/_ledger/shop/batches/b-1.json")


def test_ledger_in_the_processed_bucket_is_refused_and_left_alone(tmp_path: Path) -> None:
    entry = tmp_path / OLD
    entry.parent.mkdir(parents=True)
    entry.write_text("{}")
    with pytest.raises(LocalCloudError, match=r"its ledger lies in the processed bucket.*--home DIR.*rm -r "):
        LocalCloud(tmp_path).start()
    assert entry.read_text() == "{}"


def test_new_and_current_homes_are_accepted(tmp_path: Path) -> None:
    require_own_ledger(tmp_path)
    (tmp_path / "s3" / "caudal-dev-processed-123456789012-us-east-1" / "bronze").mkdir(parents=True)
    (tmp_path / "s3" / "caudal-dev-ledger-123456789012-us-east-1" / "shop").mkdir(parents=True)
    require_own_ledger(tmp_path)


def test_what_a_killed_job_was_writing_is_removed_and_the_rest_stays(tmp_path: Path) -> None:
    bucket = tmp_path / "s3" / "processed"
    kept = ["silver/t/part-0.parquet", "silver/t/empty.parquet", "_staging/d/x/full.parquet"]
    gone = ["_staging/d/x/empty.parquet", "bronze/t/batch=b/_staged/empty.parquet", "a/t/_temporary/0/x"]
    for name in [*kept, *gone]:
        path = bucket / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"" if "empty" in name else b"x")
    remove_unfinished(tmp_path)
    found = {path.relative_to(bucket).as_posix() for path in bucket.rglob("*") if path.is_file()}
    assert found == set(kept)


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
