"""A shop's raw bucket in a mocked account, and files to upload."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lake.model.discovery import load_domain
from lake.model.spec import Domain
from lake.naming import Names
from tests.aws import account
from uploader import UploadReport, upload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["account"]

NAMES = Names(env="test", account="123456789012", region="us-east-1")

HEADERS = {table.name: ",".join(table.headers) + "\n" for table in load_domain("ecommerce").tables}
"""Content of a valid file per table: a header without rows is enough for an upload."""


def sha12(content: str) -> str:
    """Return the part of a content's hash that raw keys hold."""
    return hashlib.sha256(content.encode()).hexdigest()[:12]


@pytest.fixture
def shop() -> Domain:
    return load_domain("ecommerce")


@pytest.fixture
def s3(account: S3Client) -> S3Client:
    """A mocked account with an empty raw bucket."""
    account.create_bucket(Bucket=NAMES.raw_bucket)
    account.put_bucket_versioning(Bucket=NAMES.raw_bucket, VersioningConfiguration={"Status": "Enabled"})
    return account


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
