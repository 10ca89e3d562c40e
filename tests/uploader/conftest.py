"""A shop's raw bucket in a mocked account, and files to upload."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from lake.model.discovery import load_domain
from lake.model.spec import Domain
from lake.naming import Names
from uploader import UploadReport, upload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NAMES = Names(env="test", account="123456789012", region="us-east-1")

HEADERS = {table.name: ",".join(table.headers) + "\n" for table in load_domain("ecommerce").tables}
"""Content of a valid file per table: a header without rows is enough for an upload."""


@pytest.fixture
def shop() -> Domain:
    return load_domain("ecommerce")


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Client]:
    """A mocked account with an empty raw bucket."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "CAUDAL_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=NAMES.raw_bucket)
        client.put_bucket_versioning(Bucket=NAMES.raw_bucket, VersioningConfiguration={"Status": "Enabled"})
        yield client


@pytest.fixture
def landing(tmp_path: Path) -> Callable[..., Path]:
    """Return a function: `landing({"orders.csv": b"…"})` writes files to a folder and returns it."""

    def write(files: dict[str, bytes | str], folder: str = "landing") -> Path:
        root = tmp_path / folder
        for path, content in files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return write


@pytest.fixture
def send(s3: S3Client, shop: Domain) -> Callable[..., UploadReport]:
    """Return a function that uploads to the mocked bucket."""

    def run(*paths: Path, **options: object) -> UploadReport:
        return upload(paths, shop, client=s3, names=NAMES, **options)  # type: ignore[arg-type]

    return run


@pytest.fixture
def keys(s3: S3Client) -> Callable[[], list[str]]:
    """Return a function that lists the keys of all versions in raw."""

    def listed() -> list[str]:
        versions = s3.list_object_versions(Bucket=NAMES.raw_bucket).get("Versions", [])
        return [each["Key"] for each in versions]

    return listed
