"""Databases and tables of the catalog, and crawlers that only add partitions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.analytics.catalog_columns import catalog_tables
from infra.foundation.config import config_for
from lake.model.discovery import load_domain
from lake.naming import Names
from tests.infra.assembly import Stack, actions, as_list
from tests.infra.conftest import DOMAIN, synthesised


def test_catalog_has_every_table_with_the_declared_types(shop: Stack) -> None:
    found = {
        properties["TableInput"]["StorageDescriptor"]["Location"].split("/", 3)[3]: properties["TableInput"]
        for properties in shop.of_type("AWS::Glue::Table")
    }
    declared = {table.prefix: table for table in catalog_tables(load_domain(DOMAIN))}
    assert found.keys() == declared.keys()
    for prefix, table in declared.items():
        storage = found[prefix]["StorageDescriptor"]
        assert [(c["Name"], c["Type"]) for c in storage["Columns"]] == [
            (c.name, c.type) for c in table.columns
        ]
        assert [(c["Name"], c["Type"]) for c in found[prefix].get("PartitionKeys", [])] == [
            (c.name, c.type) for c in table.partition_keys
        ]
        assert storage["SerdeInfo"]["SerializationLibrary"].endswith("ParquetHiveSerDe")
        parameters = found[prefix]["Parameters"]
        assert "has_encrypted_data" not in parameters
        assert (parameters["compressionType"], parameters["typeOfData"]) == ("none", "file")


def test_there_is_a_database_per_layer(shop: Stack, names: Names) -> None:
    databases = {d["DatabaseInput"]["Name"] for d in shop.of_type("AWS::Glue::Database")}
    assert databases == {
        names.database(DOMAIN, layer) for layer in ("bronze", "quarantine", "silver", "gold")
    }


@pytest.mark.parametrize("zone", ["processed", "curated"])
def test_crawlers_add_partitions_and_change_nothing_else(shop: Stack, names: Names, zone: str) -> None:
    crawler = shop.named("AWS::Glue::Crawler", names.crawler(DOMAIN, zone))
    assert crawler["SchemaChangePolicy"] == {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
    configuration = json.loads(crawler["Configuration"])
    assert configuration["CrawlerOutput"] == {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}}
    assert configuration["Grouping"] == {"TableGroupingPolicy": "CombineCompatibleSchemas"}
    assert crawler["Targets"].keys() == {"CatalogTargets"}
    assert "Schedule" not in crawler


def test_tables_without_partitions_are_not_crawled(shop: Stack, names: Names) -> None:
    crawler = shop.named("AWS::Glue::Crawler", names.crawler(DOMAIN, "curated"))
    targets = {t["DatabaseName"]: t["Tables"] for t in crawler["Targets"]["CatalogTargets"]}
    assert "orders" in targets[names.database(DOMAIN, "silver")]
    assert "customers" not in targets[names.database(DOMAIN, "silver")]


@pytest.mark.parametrize("zone", ["processed", "curated"])
def test_crawlers_cannot_create_tables_or_write_data(shop: Stack, names: Names, zone: str) -> None:
    statements = shop.role(names.role(DOMAIN, f"{zone}-crawler"))
    allowed = {action for s in statements for action in as_list(s["Action"])}
    assert not {"glue:CreateTable", "glue:DeleteTable", "s3:PutObject", "s3:DeleteObject"} & allowed
    assert not {action for action in allowed if "DeletePartition" in action}
    assert actions(statements, names.raw_bucket) == set()


@pytest.mark.parametrize("zone", ["processed", "curated"])
def test_crawlers_may_read_the_place_and_the_owner_of_their_buckets(
    shop: Stack, names: Names, zone: str
) -> None:
    statements = shop.role(names.role(DOMAIN, f"{zone}-crawler"))
    bucket = next(s for s in statements if "s3:GetBucketLocation" in as_list(s["Action"]))
    assert set(bucket["Action"]) == {"s3:GetBucketLocation", "s3:GetBucketAcl"}
    assert all("*" not in str(resource) for resource in as_list(bucket["Resource"]))


def test_without_crawls_there_are_no_crawlers(tmp_path: Path, names: Names) -> None:
    config = config_for("dev", crawl="never")
    assembly = synthesised(tmp_path, config=config, domains=(load_domain(DOMAIN),))
    stack = assembly.stack(names.stack(DOMAIN))
    assert stack.of_type("AWS::Glue::Crawler") == []
    assert not [name for name in stack.state_machine["States"] if "Crawl" in name]
    roles = [role["RoleName"] for role in stack.of_type("AWS::IAM::Role")]
    assert not [role for role in roles if role.endswith("-crawler")]
