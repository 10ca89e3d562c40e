"""Assets of a job are downloaded once per content."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.execution.assets import AssetError, fetch, import_path, split_location
from tests.localcloud.execution.conftest import ASSETS, Cloud


@pytest.mark.parametrize("scheme", ["s3", "s3a"])
def test_location_is_split_into_bucket_and_key(scheme: str) -> None:
    assert split_location(f"{scheme}://bucket/a/b.py") == ("bucket", "a/b.py")


@pytest.mark.parametrize("location", ["a/b.py", "https://bucket/key", "s3:///key"])
def test_other_locations_are_refused(location: str) -> None:
    with pytest.raises(AssetError, match="not an S3 location"):
        split_location(location)


def test_new_content_is_fetched_into_a_new_folder(cloud: Cloud, tmp_path: Path) -> None:
    s3, location = cloud.client("s3"), f"s3://{ASSETS}/fetched/job.py"
    s3.put_object(Bucket=ASSETS, Key="fetched/job.py", Body=b"one")
    first = fetch(s3, location, tmp_path)
    assert fetch(s3, location, tmp_path) == first
    s3.put_object(Bucket=ASSETS, Key="fetched/job.py", Body=b"two")

    second = fetch(s3, location, tmp_path)

    assert (first.name, first.read_bytes()) == ("job.py", b"one")
    assert (second.name, second.read_bytes()) == ("job.py", b"two")


def test_missing_object_is_an_error_that_names_it(cloud: Cloud, tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=f"s3://{ASSETS}/missing.py: the object cannot be read"):
        fetch(cloud.client("s3"), f"s3://{ASSETS}/missing.py", tmp_path)


def test_zip_is_imported_itself_and_module_from_its_folder() -> None:
    assert import_path(Path("/assets/1/lake.zip")) == "/assets/1/lake.zip"
    assert import_path(Path("/assets/1/rates.py")) == "/assets/1"
