"""Conditional writes of jobs and uploader under races and lost answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import glue_jobs.runtime.store
import uploader.transfer
from glue_jobs.runtime.store import CREATE_ATTEMPTS, S3Store
from lake.model.discovery import load_domain
from localcloud.server import LocalCloud
from localcloud.write_faults import Fault
from uploader.files import examine, find
from uploader.transfer import put_once, send

BUCKET = "conditional"
PART = 5 * 1024 * 1024


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (glue_jobs.runtime.store, uploader.transfer):
        monkeypatch.setattr(module, "CONFLICT_SECONDS", 0.0)


@pytest.fixture(scope="module")
def s3(cloud: LocalCloud) -> Any:
    """A client that repeats failed requests once, as the SDK does by default."""
    session: boto3.Session = cloud.context.session()
    config = Config(retries={"total_max_attempts": 2, "mode": "standard"}, s3={"addressing_style": "path"})
    client = session.client("s3", endpoint_url=cloud.endpoint, config=config)
    client.create_bucket(Bucket=BUCKET)
    return client


def body(s3: Any, key: str) -> bytes:
    return bytes(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())


def test_conflict_writes_nothing_and_is_reported(cloud: LocalCloud, s3: Any) -> None:
    cloud.context.write_faults.add(BUCKET, "conflict", Fault.CONFLICT)
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket=BUCKET, Key="conflict", Body=b"1", IfNoneMatch="*")
    assert raised.value.response["Error"]["Code"] == "ConditionalRequestConflict"
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix="conflict")["KeyCount"] == 0


def test_unconditional_write_meets_no_fault(cloud: LocalCloud, s3: Any) -> None:
    cloud.context.write_faults.add(BUCKET, "plain", Fault.CONFLICT)
    s3.put_object(Bucket=BUCKET, Key="plain", Body=b"1")
    assert body(s3, "plain") == b"1"


def test_job_repeats_a_write_that_met_a_conflict(cloud: LocalCloud, s3: Any) -> None:
    cloud.context.write_faults.add(BUCKET, "entry", Fault.CONFLICT, Fault.CONFLICT)
    assert S3Store(s3).create(BUCKET, "entry", b"batch")
    assert body(s3, "entry") == b"batch"


def test_job_gives_up_after_many_conflicts(cloud: LocalCloud, s3: Any) -> None:
    cloud.context.write_faults.add(BUCKET, "busy", *[Fault.CONFLICT] * CREATE_ATTEMPTS)
    with pytest.raises(ClientError, match="ConditionalRequestConflict"):
        S3Store(s3).create(BUCKET, "busy", b"batch")


def test_entry_whose_answer_was_lost_is_the_jobs_own(cloud: LocalCloud, s3: Any) -> None:
    """The SDK repeats the request, and S3 answers 412 to it: the key exists."""
    cloud.context.write_faults.add(BUCKET, "lost", Fault.LOST_ANSWER)
    assert S3Store(s3).create(BUCKET, "lost", b"batch")


def test_entry_of_another_run_is_not_the_jobs_own(cloud: LocalCloud, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="taken", Body=b"another batch")
    assert not S3Store(s3).create(BUCKET, "taken", b"batch")
    assert body(s3, "taken") == b"another batch"


def test_job_repeats_a_replacement_that_met_a_conflict(cloud: LocalCloud, s3: Any) -> None:
    etag = s3.put_object(Bucket=BUCKET, Key="pointer", Body=b"1")["ETag"]
    cloud.context.write_faults.add(BUCKET, "pointer", Fault.CONFLICT)
    assert S3Store(s3).swap(BUCKET, "pointer", b"2", etag)
    assert body(s3, "pointer") == b"2"


def test_replacement_whose_answer_was_lost_is_the_jobs_own(cloud: LocalCloud, s3: Any) -> None:
    etag = s3.put_object(Bucket=BUCKET, Key="moved", Body=b"1")["ETag"]
    cloud.context.write_faults.add(BUCKET, "moved", Fault.LOST_ANSWER)
    assert S3Store(s3).swap(BUCKET, "moved", b"2", etag)


def test_small_object_of_the_requeue_is_repeated(cloud: LocalCloud, s3: Any) -> None:
    cloud.context.write_faults.add(BUCKET, "requeued", Fault.CONFLICT)
    assert put_once(s3, BUCKET, "requeued", b"1", {})


@pytest.mark.parametrize("part_bytes", [16 * 1024 * 1024, PART])
def test_uploaded_file_is_sent_again_after_a_conflict(
    cloud: LocalCloud, s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part_bytes: int
) -> None:
    monkeypatch.setattr(uploader.transfer, "PART_BYTES", part_bytes)
    domain = load_domain("ecommerce")
    header = ",".join(next(table for table in domain.tables if table.name == "orders").headers)
    content = f"{header}\n".encode() + b"1,2\n" * (part_bytes // 10_000 + PART // 3)
    (tmp_path / "orders.csv").write_bytes(content)
    candidate = examine(domain, *find([tmp_path]))
    cloud.context.write_faults.add(BUCKET, candidate.key, Fault.CONFLICT)
    send(s3, BUCKET, candidate, uploaded_at="now", again=False, sent=lambda _: None)
    assert body(s3, candidate.key) == content
