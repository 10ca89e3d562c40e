"""Files that Spark wrote into a bucket's folder become objects, if the role may write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.s3.adoption import WriteDeniedError
from localcloud.server import LocalCloud
from tests.localcloud.assembly import ROLE_ARN, allow, resource, role

WRITER = f"{ROLE_ARN}/writer"


@pytest.fixture(scope="module")
def s3(cloud: LocalCloud, deploy: Any) -> Any:
    objects = ["arn:aws:s3:::lake/allowed/*"]
    grants = allow(["s3:PutObject", "s3:DeleteObject"], objects)
    deploy(
        {
            "lake": {
                "Lake": resource("AWS::S3::Bucket", BucketName="lake"),
                "W": role("writer", "glue.amazonaws.com", grants),
            }
        }
    )
    return cloud.client("s3")


@pytest.fixture
def lake(cloud: LocalCloud, s3: Any) -> Path:
    return cloud.context.bucket_dir("lake")


def write(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


def keys(s3: Any, prefix: str) -> list[str]:
    return [item["Key"] for item in s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])]


def test_new_changed_and_removed_files_are_adopted(cloud: LocalCloud, s3: Any, lake: Path) -> None:
    write(lake / "t/one.parquet", "1")
    write(lake / "t/two.parquet", "2")
    assert cloud.context.adopt(["lake"]) == 2
    etag = s3.head_object(Bucket="lake", Key="t/one.parquet")["ETag"]

    write(lake / "t/one.parquet", "one")
    (lake / "t/two.parquet").unlink()
    assert cloud.context.adopt(["lake"]) == 2
    assert keys(s3, "t/") == ["t/one.parquet"]
    head = s3.head_object(Bucket="lake", Key="t/one.parquet")
    assert (head["ContentLength"], head["ETag"] == etag) == (3, False)


def test_unchanged_files_are_not_adopted_again(cloud: LocalCloud, s3: Any) -> None:
    s3.put_object(Bucket="lake", Key="known", Body=b"through the API")
    cloud.context.adopt()
    assert cloud.context.adopt() == 0


def test_uncommitted_files_of_spark_are_not_adopted(cloud: LocalCloud, s3: Any, lake: Path) -> None:
    write(lake / "job/_temporary/0/part-0.parquet", "unfinished")
    write(lake / "job/.part-1.parquet.crc", "checksum")
    write(lake / "job/_SUCCESS", "")
    cloud.context.adopt(["lake"])
    assert keys(s3, "job/") == ["job/_SUCCESS"]


def test_write_that_the_policy_allows_is_adopted(cloud: LocalCloud, s3: Any, lake: Path) -> None:
    write(lake / "allowed/part.parquet", "x")
    assert cloud.context.adopt(["lake"], WRITER) == 1
    assert keys(s3, "allowed/") == ["allowed/part.parquet"]


def test_denied_write_adopts_nothing_and_deletes_new_files(cloud: LocalCloud, s3: Any, lake: Path) -> None:
    write(lake / "allowed/second.parquet", "x")
    write(lake / "elsewhere/part.parquet", "x")
    with pytest.raises(WriteDeniedError, match=r"s3:PutObject on arn:aws:s3:::lake/elsewhere/part\.parquet"):
        cloud.context.adopt(["lake"], WRITER)
    assert keys(s3, "elsewhere/") == []
    assert not (lake / "elsewhere").exists()
    with pytest.raises(ClientError, match="404"):
        s3.head_object(Bucket="lake", Key="allowed/second.parquet")


def test_files_of_another_running_job_are_accepted(cloud: LocalCloud, lake: Path) -> None:
    write(lake / "allowed/third.parquet", "x")
    with cloud.context.writing(WRITER):
        assert cloud.context.adopt(["lake"], f"{ROLE_ARN}/other") == 1


def test_file_is_accepted_if_one_of_the_writing_roles_may_write_it(
    cloud: LocalCloud, s3: Any, lake: Path
) -> None:
    write(lake / "allowed/fifth.parquet", "x")
    with cloud.context.writing(WRITER):
        cloud.context.adopt(["lake"], f"{ROLE_ARN}/other")
    assert "allowed/fifth.parquet" in keys(s3, "allowed/")


def test_adopted_file_of_a_single_role_is_recorded(cloud: LocalCloud, lake: Path) -> None:
    write(lake / "allowed/fourth.parquet", "x")
    cloud.context.adopt(["lake"], WRITER)
    lines = (cloud.context.state_dir / "iam-calls.jsonl").read_text().splitlines()
    calls = [json.loads(line) for line in lines if "fourth.parquet" in line]
    assert [(call["role"], call["allowed"]) for call in calls] == [(WRITER, True)]
