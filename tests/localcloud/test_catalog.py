"""A restart restores the partitions of tables that hold objects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from localcloud import catalog
from localcloud.catalog import restore_partitions
from localcloud.errors import LocalCloudError
from localcloud.server import LocalCloud
from tests.localcloud.assembly import ACCOUNT, resource
from tests.localcloud.conftest import Deploy


def partitioned_table() -> dict[str, Any]:
    """A bucket with a partitioned table."""
    columns = {"Columns": [{"Name": "n", "Type": "int"}], "Location": "s3://restarted/sales/"}
    table = {
        "Name": "sales",
        "Parameters": {"compressionType": "none", "typeOfData": "file"},
        "StorageDescriptor": columns,
        "PartitionKeys": [{"Name": "year", "Type": "int"}],
    }
    return {
        "Bucket": resource("AWS::S3::Bucket", BucketName="restarted"),
        "Database": resource("AWS::Glue::Database", CatalogId=ACCOUNT, DatabaseInput={"Name": "shop"}),
        "Table": resource(
            "AWS::Glue::Table", CatalogId=ACCOUNT, DatabaseName={"Ref": "Database"}, TableInput=table
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


def test_table_without_objects_has_no_partitions(cloud: LocalCloud) -> None:
    glue = cloud.client("glue")
    glue.batch_delete_partition(
        DatabaseName="shop", TableName="sales", PartitionsToDelete=[{"Values": ["2025"]}]
    )
    cloud.client("s3").delete_object(Bucket="restarted", Key="sales/year=2025/part.parquet")
    restore_partitions(cloud.context)
    assert partitions(cloud) == []


def test_table_that_cannot_be_restored_is_a_background_failure(
    cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.client("s3").put_object(Bucket="restarted", Key="sales/year=2026/part.parquet", Body=b"x")

    def fail(*_: object, **__: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr(catalog, "update_partitions", fail)
    restore_partitions(cloud.context)
    with pytest.raises(LocalCloudError, match=r"partitions of shop\.sales at start.*disk"):
        cloud.wait_idle(10)
