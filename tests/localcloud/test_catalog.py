"""A restart restores the partitions of tables that hold objects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from localcloud.catalog import restore_partitions
from localcloud.errors import LocalCloudError
from localcloud.server import LocalCloud
from tests.localcloud.assembly import ACCOUNT, REGION, ROLE_ARN, allow, resource, role
from tests.localcloud.conftest import Deploy

GLUE = f"arn:aws:glue:{REGION}:{ACCOUNT}"


def partitioned_table() -> dict[str, Any]:
    """A bucket with a partitioned table, and a crawler that adds its partitions."""
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


@pytest.fixture(scope="module", autouse=True)
def assembly(deploy: Deploy) -> Path:
    return deploy({"restarted": partitioned_table()})


def test_partitions_are_restored_after_a_restart(cloud: LocalCloud, assembly: Path) -> None:
    cloud.client("s3").put_object(Bucket="restarted", Key="sales/year=2025/part.parquet", Body=b"x")
    assert partitions(cloud) == []
    cloud.stop()
    cloud.start()
    cloud.deploy(assembly)
    cloud.wait_idle(10)
    assert partitions(cloud) == [["2025"]]


def test_crawler_of_an_empty_table_is_not_run(cloud: LocalCloud) -> None:
    cloud.client("s3").delete_object(Bucket="restarted", Key="sales/year=2025/part.parquet")
    before = cloud.client("glue").get_crawler(Name="crawler")["Crawler"].get("LastCrawl")
    restore_partitions(cloud.context)
    assert cloud.client("glue").get_crawler(Name="crawler")["Crawler"].get("LastCrawl") == before


def test_failed_crawler_is_a_background_failure(cloud: LocalCloud) -> None:
    cloud.client("s3").put_object(Bucket="restarted", Key="sales/year=2026/part.parquet", Body=b"x")
    cloud.client("iam").delete_role_policy(RoleName="crawler", PolicyName="main")
    restore_partitions(cloud.context)
    with pytest.raises(LocalCloudError, match="crawler crawler at start"):
        cloud.wait_idle(10)
