"""Crawlers keep the partitions of declared tables up to date."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.execution import crawler
from tests.localcloud.execution.conftest import DATABASE, LAKE, Cloud, poll

MONTHS = {"year": "int", "month": "int"}


def crawl(cloud: Cloud, *tables: str, name: str = "crawler", delete: str | None = "LOG") -> dict[str, Any]:
    """Crawl the tables and return LastCrawl. `delete` is the crawler's delete behaviour."""
    client = cloud.client("glue")
    if name not in client.list_crawlers()["CrawlerNames"]:
        targets = {"CatalogTargets": [{"DatabaseName": DATABASE, "Tables": list(tables)}]}
        policy = {"SchemaChangePolicy": {"DeleteBehavior": delete}} if delete else {}
        client.create_crawler(Name=name, Role=cloud.role, Targets=targets, **policy)
    client.start_crawler(Name=name)
    seen = poll(lambda: client.get_crawler(Name=name)["Crawler"], lambda found: found["State"] == "READY")
    last: dict[str, Any] = seen["LastCrawl"]
    return last


def partitions(cloud: Cloud, table: str) -> dict[tuple[str, ...], str]:
    found = cloud.client("glue").get_partitions(DatabaseName=DATABASE, TableName=table)["Partitions"]
    return {tuple(p["Values"]): p["StorageDescriptor"]["Location"] for p in found}


@pytest.mark.parametrize(("delete", "kept"), [("LOG", {("2025", "1")}), ("DELETE_FROM_DATABASE", set())])
def test_partitions_that_have_gone_are_kept_or_dropped_by_policy(
    cloud: Cloud, delete: str, kept: set[tuple[str, str]]
) -> None:
    table = f"visits_{delete.lower()}"
    cloud.put_table(table, {"page": "string"}, MONTHS)
    cloud.put_parquet(f"{table}/year=2025/month=1/part.parquet", page=["a"])
    crawl(cloud, table, name=table, delete=delete)
    cloud.client("s3").delete_object(Bucket=LAKE, Key=f"{table}/year=2025/month=1/part.parquet")
    cloud.put_parquet(f"{table}/year=2026/month=1/part.parquet", page=["c"])
    crawl(cloud, name=table)
    assert set(partitions(cloud, table)) == {("2026", "1"), *kept}


def test_policy_that_is_not_supported_fails_the_crawl(cloud: Cloud) -> None:
    cloud.put_table("deprecated", {"page": "string"}, MONTHS)
    last = crawl(cloud, "deprecated", name="deprecated", delete=None)
    assert last["Status"] == "FAILED"
    assert "DEPRECATE_IN_DATABASE is not supported locally" in last["ErrorMessage"]


def test_table_without_the_parameters_of_crawled_tables_is_passed_over(cloud: Cloud) -> None:
    cloud.put_table("bare", {"page": "string"}, MONTHS, parameters={"classification": "parquet"})
    cloud.put_parquet("bare/year=2025/month=1/part.parquet", page=["a"])
    assert crawl(cloud, "bare", name="bare")["Status"] == "SUCCEEDED"
    assert partitions(cloud, "bare") == {}


def test_partitions_are_added_with_the_location_of_their_files(cloud: Cloud) -> None:
    cloud.put_table("visits", {"page": "string"}, MONTHS)
    cloud.put_parquet("visits/year=2025/month=1/part.parquet", page=["a"])
    cloud.put_parquet("visits/year=2025/month=02/part.parquet", page=["b"])

    assert crawl(cloud, "visits", name="visits")["Status"] == "SUCCEEDED"
    assert partitions(cloud, "visits") == {
        ("2025", "1"): f"s3://{LAKE}/visits/year=2025/month=1/",
        ("2025", "2"): f"s3://{LAKE}/visits/year=2025/month=02/",
    }


def test_metrics_are_those_of_the_crawls(cloud: Cloud) -> None:
    cloud.put_table("measured", {"page": "string"}, MONTHS)
    cloud.put_parquet("measured/year=2025/month=1/part.parquet", page=["a"])

    def metrics() -> dict[str, Any]:
        (found,) = cloud.client("glue").get_crawler_metrics(CrawlerNameList=["measured"])[
            "CrawlerMetricsList"
        ]
        return dict(found)

    crawl(cloud, "measured", name="measured")
    first = metrics()
    assert (first["TablesUpdated"], first["TablesCreated"], first["StillEstimating"]) == (1, 0, False)
    assert first["LastRuntimeSeconds"] == first["MedianRuntimeSeconds"] > 0
    crawl(cloud, name="measured")
    assert metrics()["TablesUpdated"] == 0


def test_partition_inherits_the_storage_of_its_table(cloud: Cloud) -> None:
    cloud.put_table("inherits", {"page": "string"}, {"batch": "string"})
    cloud.put_parquet("inherits/batch=b1/part.parquet", page=["a"])
    crawl(cloud, "inherits", name="inherits")

    found = cloud.client("glue").get_partitions(DatabaseName=DATABASE, TableName="inherits")["Partitions"][0]
    assert found["StorageDescriptor"]["Columns"] == [{"Name": "page", "Type": "string"}]
    assert "ParquetHiveSerDe" in found["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"]


@pytest.mark.parametrize(
    "key",
    [
        "odd/_staging/run/year=2025/month=1/part.parquet",
        "odd/year=2025/month=1/_part.parquet",
        "odd/year=2025/month=soon/part.parquet",
        "odd/year=2025/part.parquet",
        "odd/day=1/month=1/part.parquet",
    ],
)
def test_folder_without_partition_data_is_skipped(cloud: Cloud, key: str) -> None:
    cloud.put_table("odd", {"page": "string"}, MONTHS)
    cloud.put_parquet(key, page=["a"])

    assert crawl(cloud, "odd", name="odd")["Status"] == "SUCCEEDED"
    assert partitions(cloud, "odd") == {}


def test_crawler_creates_and_changes_no_table(cloud: Cloud) -> None:
    cloud.put_table("flat", {"page": "string"})
    cloud.put_parquet("flat/part.parquet", page=["a"], colour=["red"])
    cloud.put_parquet("flat_too/part.parquet", page=["a"])
    before = cloud.client("glue").get_tables(DatabaseName=DATABASE)["TableList"]

    crawl(cloud, "flat", name="flat")

    assert cloud.client("glue").get_tables(DatabaseName=DATABASE)["TableList"] == before


def test_missing_table_fails_the_crawl(cloud: Cloud) -> None:
    last = crawl(cloud, "nowhere", name="nowhere")

    assert last["Status"] == "FAILED"
    assert "nowhere" in last["ErrorMessage"]


def test_other_kinds_of_targets_fail_the_crawl(cloud: Cloud) -> None:
    cloud.client("glue").create_crawler(
        Name="paths", Role=cloud.role, Targets={"S3Targets": [{"Path": f"s3://{LAKE}/"}]}
    )

    assert "S3Targets" in crawl(cloud, name="paths")["ErrorMessage"]


def test_running_crawler_cannot_be_started(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    client = cloud.client("glue")
    targets = {"CatalogTargets": [{"DatabaseName": DATABASE, "Tables": ["any"]}]}
    client.create_crawler(Name="busy", Role=cloud.role, Targets=targets)
    monkeypatch.setattr(crawler.Crawler, "_crawl", lambda self, crawl: None)
    client.start_crawler(Name="busy")

    with pytest.raises(ClientError, match="CrawlerRunningException"):
        client.start_crawler(Name="busy")

    assert client.get_crawler(Name="busy")["Crawler"]["State"] == "RUNNING"
    client.stop_crawler(Name="busy")
    assert client.get_crawler(Name="busy")["Crawler"]["State"] == "STOPPING"
