"""The life of a local cloud: one at a time, idle when all is done, and its catalog back after a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from localcloud.errors import LocalCloudError
from localcloud.server import LocalCloud
from tests.localcloud.assembly import ACCOUNT, REGION, ROLE_ARN, allow, resource, role, write_assembly

GLUE = f"arn:aws:glue:{REGION}:{ACCOUNT}"


def catalogued() -> dict[str, Any]:
    """A bucket with a partitioned table, and a crawler that keeps its partitions."""
    columns = {"Columns": [{"Name": "n", "Type": "int"}], "Location": "s3://restarted/sales/"}
    table = {
        "Name": "sales",
        "StorageDescriptor": columns,
        "PartitionKeys": [{"Name": "year", "Type": "int"}],
    }
    crawls = ["glue:GetTable", "glue:GetPartitions", "glue:BatchCreatePartition", "glue:BatchDeletePartition"]
    catalog = [f"{GLUE}:catalog", f"{GLUE}:database/shop", f"{GLUE}:table/shop/*"]
    objects = ["arn:aws:s3:::restarted", "arn:aws:s3:::restarted/*"]
    return {
        "Bucket": resource("AWS::S3::Bucket", BucketName="restarted"),
        "Database": resource("AWS::Glue::Database", CatalogId=ACCOUNT, DatabaseInput={"Name": "shop"}),
        "Table": resource(
            "AWS::Glue::Table", CatalogId=ACCOUNT, DatabaseName={"Ref": "Database"}, TableInput=table
        ),
        "Role": role(
            "crawler",
            "glue.amazonaws.com",
            allow(crawls, catalog),
            allow(["s3:ListBucket", "s3:GetObject"], objects),
        ),
        "Crawler": resource(
            "AWS::Glue::Crawler",
            Name="crawler",
            Role=f"{ROLE_ARN}/crawler",
            Targets={"CatalogTargets": [{"DatabaseName": {"Ref": "Database"}, "Tables": ["sales"]}]},
            SchemaChangePolicy={"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"},
        ),
    }


def partitions(cloud: LocalCloud) -> list[list[str]]:
    found = cloud.client("glue").get_partitions(DatabaseName="shop", TableName="sales")["Partitions"]
    return [partition["Values"] for partition in found]


def test_the_catalog_is_back_after_a_restart(cloud: LocalCloud, tmp_path: Path) -> None:
    assembly = write_assembly(tmp_path, {"restarted": catalogued()})
    cloud.deploy(assembly)
    cloud.client("s3").put_object(Bucket="restarted", Key="sales/year=2025/part.parquet", Body=b"x")
    assert partitions(cloud) == []
    cloud.stop()
    cloud.start()
    cloud.deploy(assembly)
    cloud.wait_idle(10)
    assert partitions(cloud) == [["2025"]]


def test_a_second_one_in_this_process_is_refused(cloud: LocalCloud, tmp_path: Path) -> None:
    with pytest.raises(LocalCloudError, match="a local cloud already runs in this process"):
        LocalCloud(tmp_path).start()


def test_waiting_gives_up_and_says_what_for(cloud: LocalCloud) -> None:
    with cloud.context.working(), pytest.raises(LocalCloudError, match="background work"):
        cloud.wait_idle(0.3)


def test_a_background_failure_is_raised_once(cloud: LocalCloud) -> None:
    cloud.context.report("somewhere", "it broke")
    with pytest.raises(LocalCloudError, match="somewhere: it broke"):
        cloud.wait_idle(10)
    cloud.wait_idle(10)


def test_a_session_finds_the_endpoint_by_itself(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "to be replaced")
    client = cloud.session().client("sts")
    assert client.get_caller_identity()["Account"] == ACCOUNT
    assert client.meta.endpoint_url == cloud.endpoint
