"""S3A's requests carry the credentials of the job's role: parts, renames and deletions are authorised."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from conformance.maven import S3A, fetch
from conformance.s3a.calls import recorded
from tests.localcloud.execution.conftest import ASSETS, LAKE, ROLE, TRUST, Cloud

pytestmark = pytest.mark.conformance

SCRIPT = """
from pyspark.sql import SparkSession
session = SparkSession.builder.getOrCreate()
conf = session._jsc.hadoopConfiguration()
conf.set("fs.s3a.multipart.size", "5M")
Path = session._jvm.org.apache.hadoop.fs.Path
files = Path("s3://lake/").getFileSystem(conf)
def write(place):
    out = files.create(Path(place))
    for _ in range(12):
        out.write(bytes(1 << 20))
    out.close()
"""
BIG = (
    SCRIPT
    + """
write("s3://lake/open/kept")
write("s3://lake/open/first/moved")
assert files.rename(Path("s3://lake/open/first"), Path("s3://lake/open/second"))
write("s3://lake/open/third/deleted")
assert files.delete(Path("s3://lake/open/third"), True)
"""
)
CLOSED = SCRIPT + 'write("s3://lake/closed/object")\n'


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A local cloud whose Spark is on S3A, with a role that may write below `open/` only."""
    with Cloud(tmp_path_factory.mktemp("home"), s3a_jars=fetch(S3A)) as running:
        for bucket in (LAKE, ASSETS):
            running.client("s3").create_bucket(Bucket=bucket)
        iam = running.client("iam")
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))
        statements = [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{ASSETS}/*"},
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{LAKE}"},
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{LAKE}/*"},
            {
                "Effect": "Allow",
                "Action": ["s3:PutObject", "s3:DeleteObject"],
                "Resource": f"arn:aws:s3:::{LAKE}/open/*",
            },
        ]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=ROLE, PolicyName="open", PolicyDocument=policy)
        yield running


def calls(cloud: Cloud, allowed: bool) -> set[tuple[str, str]]:
    """The calls of the jobs' role on the lake's objects: action and key."""
    lake = f"arn:aws:s3:::{LAKE}/"
    entries: list[dict[str, Any]] = recorded(cloud.context.state_dir / "iam-calls.jsonl")
    return {
        (entry["action"].removeprefix("s3:"), entry["resource"].removeprefix(lake))
        for entry in entries
        if entry["role"] == cloud.role and entry["resource"].startswith(lake) and entry["allowed"] is allowed
    }


def test_parts_renames_and_deletions_are_authorised_and_recorded(cloud: Cloud) -> None:
    cloud.put_job("big", BIG)
    run = cloud.run("big")
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")

    s3 = cloud.client("s3")
    kept, moved = (s3.head_object(Bucket=LAKE, Key=f"open/{key}") for key in ("kept", "second/moved"))
    assert (kept["ContentLength"], moved["ContentLength"]) == (12 << 20, 12 << 20)
    assert kept["ETag"].endswith('-3"')
    keys = {item["Key"] for item in s3.list_objects_v2(Bucket=LAKE)["Contents"]}
    assert not {key for key in keys if key.startswith(("open/first/", "open/third/"))}
    assert {
        ("PutObject", "open/kept"),
        ("GetObject", "open/first/moved"),
        ("PutObject", "open/second/moved"),
        ("DeleteObject", "open/first/moved"),
        ("DeleteObject", "open/third/deleted"),
    } <= calls(cloud, allowed=True)


def test_write_outside_of_the_grant_fails_the_run(cloud: Cloud) -> None:
    cloud.put_job("closed", CLOSED)
    run = cloud.run("closed")

    assert run["JobRunState"] == "FAILED"
    assert "AccessDenied" in run["ErrorMessage"]
    assert ("PutObject", "closed/object") in calls(cloud, allowed=False)
    assert cloud.client("s3").list_objects_v2(Bucket=LAKE, Prefix="closed/")["KeyCount"] == 0
