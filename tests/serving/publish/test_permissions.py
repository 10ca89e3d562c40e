"""Reading gold with the publisher's permissions: its role may list the prefix of its domain only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.server import LocalCloud
from serving.publish.errors import ChangedError
from serving.publish.objects import StoredFile
from tests.localcloud.assembly import ROLE_ARN, allow, resource, role, write_assembly

BUCKET, PREFIX, KEY = "curated", "shop/", "shop/part.parquet"
ARN = f"arn:aws:s3:::{BUCKET}"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    folder: Path = tmp_path_factory.mktemp("cloud")
    listing = allow(["s3:ListBucket"], [ARN], Condition={"StringLike": {"s3:prefix": [f"{PREFIX}*"]}})
    stacks = {
        "lake": {
            "Bucket": resource("AWS::S3::Bucket", BucketName=BUCKET),
            "Publisher": role(
                "publisher", "lambda.amazonaws.com", listing, allow(["s3:GetObject"], [f"{ARN}/{PREFIX}*"])
            ),
            "Lister": role("lister", "lambda.amazonaws.com", listing),
        }
    }
    with LocalCloud(folder / "home", short_runs=True) as running:
        running.deploy(write_assembly(folder / "cdk.out", stacks))
        yield running


def stored(cloud: LocalCloud) -> StoredFile:
    etag = cloud.client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=b"x")["ETag"]
    return StoredFile(bucket=BUCKET, key=KEY, etag=etag, size=1)


def test_deleted_file_has_changed(cloud: LocalCloud) -> None:
    s3: Any = cloud.client("s3", f"{ROLE_ARN}/publisher")
    file = stored(cloud)
    assert file.read(s3) == b"x"
    cloud.client("s3").delete_object(Bucket=BUCKET, Key=KEY)
    # A longer key is another object.
    cloud.client("s3").put_object(Bucket=BUCKET, Key=f"{KEY}.old", Body=b"x")
    with pytest.raises(ChangedError, match="Publish the partition again"):
        file.read(s3)


def test_existing_file_without_permission_is_denied(cloud: LocalCloud) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        stored(cloud).read(cloud.client("s3", f"{ROLE_ARN}/lister"))
