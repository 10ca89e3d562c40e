"""A home folder that looks as if a local cloud ran in it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from localcloud.daemon import STATUS_FILE, Status
from localcloud.lock import HomeLock

STATUS = Status(
    endpoint="http://127.0.0.1:4999",
    region="us-east-1",
    access_key="key",
    secret_key="secret",
    account="123456789012",
    env="dev",
    buckets={"raw": "raw-bucket"},
    pid=os.getpid(),
    inputs="hash",
    data_api="http://127.0.0.1:4998",
)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Path]:
    """A locked home folder with a status file and a bucket with one object."""
    lock = HomeLock(tmp_path)
    (tmp_path / STATUS_FILE).write_text(json.dumps(asdict(STATUS)))
    (tmp_path / "s3" / "raw-bucket" / "a").mkdir(parents=True)
    (tmp_path / "s3" / "raw-bucket" / "a" / "1.csv").write_text("x")
    yield tmp_path
    lock.release()
