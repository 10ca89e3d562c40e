"""The transfer of one file: parts, keys that exist already, and files that change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from lake.model.spec import Domain
from tests.uploader.conftest import HEADERS, NAMES
from uploader import Status, UploadError, UploadReport
from uploader.files import Candidate, examine, find
from uploader.transfer import AlreadyExistsError, existing_key, put_once
from uploader.transfer import send as send_file

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Landing = Callable[..., Path]
Send = Callable[..., UploadReport]

ORDERS = HEADERS["orders"]
AT = "2026-01-02T00:00:00+00:00"


def candidate_of(shop: Domain, folder: Path) -> Candidate:
    (found,) = find([folder])
    return examine(shop, found)


def test_no_key_is_written_twice(landing: Landing, s3: S3Client, shop: Domain) -> None:
    candidate = candidate_of(shop, landing({"orders.csv": ORDERS}))
    sizes: list[int] = []
    bucket = NAMES.raw_bucket
    send_file(s3, bucket, candidate, uploaded_at=AT, again=False, sent=sizes.append)
    with pytest.raises(AlreadyExistsError, match="another upload was faster"):
        send_file(s3, bucket, candidate, uploaded_at=AT, again=False, sent=sizes.append)
    newer = candidate.sent_again(shop.name, datetime.fromisoformat(AT))
    send_file(s3, bucket, newer, uploaded_at=AT, again=True, sent=sizes.append)
    with pytest.raises(AlreadyExistsError, match="another upload was faster"):
        send_file(s3, bucket, newer, uploaded_at=AT, again=True, sent=sizes.append)
    assert sizes == [len(ORDERS)] * 2


def test_existing_key_is_that_of_the_same_bytes(landing: Landing, s3: S3Client, shop: Domain) -> None:
    first = candidate_of(shop, landing({"orders.csv": ORDERS}))
    copy = candidate_of(shop, landing({"orders_copy.csv": ORDERS}, "copies"))
    assert existing_key(s3, NAMES.raw_bucket, shop.name, first) is None
    send_file(s3, NAMES.raw_bucket, first, uploaded_at=AT, again=False, sent=lambda _: None)
    for candidate in (first, copy):
        assert existing_key(s3, NAMES.raw_bucket, shop.name, candidate) == first.key


def test_file_that_changes_while_it_is_sent_raises(landing: Landing, s3: S3Client, shop: Domain) -> None:
    folder = landing({"orders.csv": ORDERS})

    def change(_: int) -> None:
        (folder / "orders.csv").write_text(ORDERS + "1\n")

    with pytest.raises(UploadError, match="changed while it was uploaded"):
        send_file(s3, NAMES.raw_bucket, candidate_of(shop, folder), uploaded_at=AT, again=False, sent=change)


def test_failed_parts_are_removed(
    landing: Landing, s3: S3Client, shop: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uploader.transfer.PART_BYTES", 10)
    candidate = candidate_of(shop, landing({"orders.csv": ORDERS}))

    def fail(_: int) -> None:
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        send_file(s3, NAMES.raw_bucket, candidate, uploaded_at=AT, again=False, sent=fail)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=NAMES.raw_bucket)


def test_small_object_is_put_once(s3: S3Client) -> None:
    assert put_once(s3, NAMES.raw_bucket, "a", b"1", {"sha256": "x"})
    assert not put_once(s3, NAMES.raw_bucket, "a", b"2", {})
    assert s3.get_object(Bucket=NAMES.raw_bucket, Key="a")["Body"].read() == b"1"
    with pytest.raises(ClientError, match="NoSuchBucket"):
        put_once(s3, "absent", "a", b"1", {})


def test_large_file_is_sent_in_parts(
    landing: Landing, send: Send, s3: S3Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uploader.transfer.PART_BYTES", 5 * 1024 * 1024)
    content = (ORDERS + "1,2\n" * 1_500_000).encode()
    folder = landing({"orders.csv": content})
    report = send(folder)
    stored = s3.get_object(Bucket=NAMES.raw_bucket, Key=report.outcomes[0].key)
    assert stored["Body"].read() == content
    assert stored["ETag"].endswith('-2"')
    assert stored["Metadata"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert send(folder).outcomes[0].status is Status.SKIPPED
