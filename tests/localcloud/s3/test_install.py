"""Patched S3 operations keep the bucket's folder and the blobs consistent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.server import LocalCloud

PART = 5 * 1024 * 1024


@pytest.fixture(scope="module")
def s3(cloud: LocalCloud) -> Any:
    client = cloud.client("s3")
    client.create_bucket(Bucket="plain")
    return client


@pytest.fixture
def plain(cloud: LocalCloud, s3: Any) -> Path:
    return cloud.context.bucket_dir("plain")


def blobs(cloud: LocalCloud) -> int:
    return len(list((cloud.context.state_dir / "blobs").iterdir()))


def test_only_one_of_simultaneous_conditional_writers_succeeds(s3: Any) -> None:
    def put(number: int) -> bool:
        try:
            s3.put_object(Bucket="plain", Key="race", Body=str(number).encode(), IfNoneMatch="*")
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(put, range(16))) == 1


def test_only_one_of_simultaneous_replacements_of_a_version_succeeds(s3: Any) -> None:
    etag = s3.put_object(Bucket="plain", Key="swap", Body=b"first")["ETag"]

    def put(number: int) -> Any:
        try:
            s3.put_object(Bucket="plain", Key="swap", Body=str(number).encode(), IfMatch=etag)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "written"

    with ThreadPoolExecutor(8) as threads:
        answers = sorted(threads.map(put, range(16)))
    assert answers == ["PreconditionFailed"] * 15 + ["written"]


def test_replacement_of_a_missing_object_is_refused(s3: Any) -> None:
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket="plain", Key="missing", Body=b"x", IfMatch='"0"')
    assert raised.value.response["Error"]["Code"] == "NoSuchKey"
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_completed_multipart_upload_is_one_file(cloud: LocalCloud, s3: Any, plain: Path) -> None:
    before = blobs(cloud)
    upload = s3.create_multipart_upload(Bucket="plain", Key="big", Metadata={"k": "v"})["UploadId"]
    parts = []
    for number, content in enumerate((b"a" * PART, b"end"), start=1):
        part = s3.upload_part(Bucket="plain", Key="big", UploadId=upload, PartNumber=number, Body=content)
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    s3.complete_multipart_upload(Bucket="plain", Key="big", UploadId=upload, MultipartUpload={"Parts": parts})
    assert (plain / "big").stat().st_size == PART + 3
    head = s3.head_object(Bucket="plain", Key="big")
    assert head["ETag"].endswith('-2"')
    assert head["Metadata"] == {"k": "v"}
    assert blobs(cloud) == before


def test_deleted_bucket_leaves_no_folder(cloud: LocalCloud, s3: Any) -> None:
    s3.create_bucket(Bucket="short-lived")
    assert cloud.context.bucket_dir("short-lived").is_dir()

    s3.delete_bucket(Bucket="short-lived")

    assert not cloud.context.bucket_dir("short-lived").exists()
