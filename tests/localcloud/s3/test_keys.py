"""Objects are plain files, and S3's rules hold for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.server import LocalCloud


@pytest.fixture(scope="module")
def s3(cloud: LocalCloud) -> Any:
    client = cloud.client("s3")
    client.create_bucket(Bucket="plain")
    client.create_bucket(Bucket="versioned")
    client.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    return client


@pytest.fixture
def plain(cloud: LocalCloud, s3: Any) -> Path:
    return cloud.context.bucket_dir("plain")


@pytest.fixture
def versioned(cloud: LocalCloud, s3: Any) -> Path:
    return cloud.context.bucket_dir("versioned")


def body(s3: Any, bucket: str, key: str, **options: str) -> bytes:
    content: bytes = s3.get_object(Bucket=bucket, Key=key, **options)["Body"].read()
    return content


def blobs(cloud: LocalCloud) -> int:
    return len(list((cloud.context.state_dir / "blobs").iterdir()))


def test_object_is_a_plain_file(s3: Any, plain: Path) -> None:
    s3.put_object(Bucket="plain", Key="a/b/c.csv", Body=b"1,2\n", Metadata={"sha256": "abc"})
    assert (plain / "a/b/c.csv").read_bytes() == b"1,2\n"
    head = s3.head_object(Bucket="plain", Key="a/b/c.csv")
    assert (head["ContentLength"], head["Metadata"]) == (4, {"sha256": "abc"})


def test_overwritten_object_leaves_no_blob(cloud: LocalCloud, s3: Any, plain: Path) -> None:
    before = blobs(cloud)
    for content in (b"old", b"new"):
        s3.put_object(Bucket="plain", Key="over", Body=content)
    assert (plain / "over").read_bytes() == b"new"
    assert blobs(cloud) == before


def test_if_none_match_refuses_a_second_object(s3: Any) -> None:
    s3.put_object(Bucket="plain", Key="once", Body=b"1", IfNoneMatch="*")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket="plain", Key="once", Body=b"2", IfNoneMatch="*")
    assert body(s3, "plain", "once") == b"1"


def test_copy_has_its_own_file_and_keeps_metadata(s3: Any, plain: Path) -> None:
    s3.put_object(Bucket="plain", Key="from", Body=b"x", Metadata={"rank": "7"})
    s3.copy_object(Bucket="plain", Key="to", CopySource={"Bucket": "plain", "Key": "from"})
    s3.delete_object(Bucket="plain", Key="from")
    assert (plain / "to").read_bytes() == b"x"
    assert s3.head_object(Bucket="plain", Key="to")["Metadata"] == {"rank": "7"}


def test_older_versions_are_kept_as_blobs(s3: Any, versioned: Path) -> None:
    first, second = (
        s3.put_object(Bucket="versioned", Key="v", Body=content)["VersionId"] for content in (b"one", b"two")
    )
    assert (versioned / "v").read_bytes() == b"two"
    assert body(s3, "versioned", "v", VersionId=first) == b"one"
    assert body(s3, "versioned", "v", VersionId=second) == b"two"


def test_delete_marker_hides_the_file_until_the_marker_is_deleted(s3: Any, versioned: Path) -> None:
    s3.put_object(Bucket="versioned", Key="hidden", Body=b"here")
    marker = s3.delete_object(Bucket="versioned", Key="hidden")["VersionId"]
    assert not (versioned / "hidden").exists()
    with pytest.raises(ClientError, match="NoSuchKey"):
        body(s3, "versioned", "hidden")
    s3.delete_object(Bucket="versioned", Key="hidden", VersionId=marker)
    assert (versioned / "hidden").read_bytes() == b"here"


def test_deleting_all_versions_deletes_the_bytes(cloud: LocalCloud, s3: Any) -> None:
    before = blobs(cloud)
    versions = [s3.put_object(Bucket="versioned", Key="gone", Body=b"x")["VersionId"] for _ in range(3)]
    for version in versions:
        s3.delete_object(Bucket="versioned", Key="gone", VersionId=version)
    assert blobs(cloud) == before
    assert not s3.list_object_versions(Bucket="versioned", Prefix="gone").get("Versions")


@pytest.mark.parametrize("key", ["folder/", "x//y", "../escape", "long/" + "n" * 300])
def test_key_that_is_no_valid_file_name_is_stored(s3: Any, key: str) -> None:
    s3.put_object(Bucket="plain", Key=key, Body=b"odd")
    assert body(s3, "plain", key) == b"odd"
    s3.delete_object(Bucket="plain", Key=key)
    assert s3.list_objects_v2(Bucket="plain", Prefix=key)["KeyCount"] == 0


def test_key_can_be_the_prefix_of_another(s3: Any) -> None:
    s3.put_object(Bucket="plain", Key="both", Body=b"file")
    s3.put_object(Bucket="plain", Key="both/inner", Body=b"inner")
    assert (body(s3, "plain", "both"), body(s3, "plain", "both/inner")) == (b"file", b"inner")


def test_empty_folders_are_removed(s3: Any, plain: Path) -> None:
    s3.put_object(Bucket="plain", Key="deep/er/est", Body=b"")
    s3.delete_objects(Bucket="plain", Delete={"Objects": [{"Key": "deep/er/est"}]})
    assert not (plain / "deep").exists()
    assert plain.exists()


def test_outdated_checksum_file_of_spark_is_removed(s3: Any, plain: Path) -> None:
    (plain / ".part.crc").write_bytes(b"checksum of something else")
    s3.put_object(Bucket="plain", Key="part", Body=b"new content")
    assert not (plain / ".part.crc").exists()


def test_objects_and_versions_survive_a_restart(cloud: LocalCloud, s3: Any) -> None:
    s3.put_object(Bucket="plain", Key="kept", Body=b"data", Metadata={"sha256": "abc"})
    old = s3.put_object(Bucket="versioned", Key="kept", Body=b"old")["VersionId"]
    s3.put_object(Bucket="versioned", Key="kept", Body=b"new")
    s3.put_object(Bucket="versioned", Key="deleted", Body=b"x")
    s3.delete_object(Bucket="versioned", Key="deleted")
    before = s3.head_object(Bucket="plain", Key="kept")
    unfinished = s3.create_multipart_upload(Bucket="plain", Key="unfinished")["UploadId"]
    s3.upload_part(Bucket="plain", Key="unfinished", UploadId=unfinished, PartNumber=1, Body=b"part")
    known = blobs(cloud)

    cloud.stop()
    cloud.start()
    assert blobs(cloud) == known - 1
    again = cloud.client("s3")
    for bucket in ("plain", "versioned"):
        again.create_bucket(Bucket=bucket)

    after = again.head_object(Bucket="plain", Key="kept")
    for field in ("ETag", "LastModified", "Metadata", "ContentLength"):
        assert after[field] == before[field]
    assert body(again, "versioned", "kept") == b"new"
    assert body(again, "versioned", "kept", VersionId=old) == b"old"
    with pytest.raises(ClientError, match="NoSuchKey"):
        body(again, "versioned", "deleted")
