"""In mode `record` nothing is denied, but what would have been is written down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.server import LocalCloud
from tests.localcloud.assembly import ROLE_ARN, resource, role, write_assembly


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[LocalCloud]:
    bucket = resource("AWS::S3::Bucket", BucketName="recorded")
    assembly = write_assembly(
        tmp_path / "cdk.out", {"recorded": {"Role": role("any", "x"), "Bucket": bucket}}
    )
    with LocalCloud(tmp_path / "home", mode="record") as cloud:
        cloud.deploy(assembly)
        yield cloud


def test_a_call_without_permission_passes_and_is_recorded(recording: LocalCloud) -> None:
    recording.client("s3", f"{ROLE_ARN}/any").put_object(Bucket="recorded", Key="k", Body=b"x")
    (line,) = (recording.context.state_dir / "iam-calls.jsonl").read_text().splitlines()
    call = json.loads(line)
    assert (call["action"], call["resource"]) == ("s3:PutObject", "arn:aws:s3:::recorded/k")
    assert call["allowed"] is False
