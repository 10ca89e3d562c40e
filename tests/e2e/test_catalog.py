"""The catalog of the deployed meters is right after the next execution, whatever happened to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lake.files.layers import StoredTable, partitioned_tables, stored_table
from lake.naming import stream_job
from localcloud.execution import crawler
from tests.e2e.lakehouse import Lakehouse

READINGS = "".join(
    json.dumps(
        {"reading_id": f"r{month}", "read_at": f"2025-0{month}-01T12:00:00Z", "meter_id": "m1", "kwh": 5}
    )
    + "\n"
    for month in (6, 7)
)
COUNT = "SELECT count(*) FROM kwh_by_month"

Partitions = set[tuple[str, ...]]


class Catalog:
    """The partitions of the deployed meters."""

    def __init__(self, lakehouse: Lakehouse) -> None:
        self._lakehouse = lakehouse
        self.glue = lakehouse.cloud.client("glue")

    def place(self, table: StoredTable) -> dict[str, str]:
        domain = self._lakehouse.domain.name
        return {
            "DatabaseName": self._lakehouse.names.database(domain, table.layer),
            "TableName": table.name,
        }

    def tables(self) -> tuple[StoredTable, ...]:
        return partitioned_tables(self._lakehouse.domain)

    def table(self, layer: str, name: str) -> StoredTable:
        return stored_table(self._lakehouse.domain, layer, name)

    def of(self, layer: str, name: str) -> Partitions:
        return self._of(self.table(layer, name))

    def _of(self, table: StoredTable) -> Partitions:
        found = self.glue.get_partitions(**self.place(table))["Partitions"]
        return {tuple(partition["Values"]) for partition in found}

    def all(self) -> dict[StoredTable, Partitions]:
        return {table: self._of(table) for table in self.tables()}

    def drop(self, table: StoredTable, *partitions: tuple[str, ...]) -> None:
        values = [{"Values": list(partition)} for partition in partitions]
        self.glue.batch_delete_partition(**self.place(table), PartitionsToDelete=values)


@pytest.fixture(scope="module")
def published(meters: Lakehouse, tmp_path_factory: pytest.TempPathFactory) -> Lakehouse:
    """The meters after a scheduled run of the stream and of the pipeline."""
    meters.drop(tmp_path_factory.mktemp("readings"), {"readings/june.jsonl": READINGS})
    for subject in (stream_job("readings"), "pipeline"):
        meters.cloud.fire_schedule(meters.names.schedule("meters", subject))
        meters.cloud.wait_idle()
    assert meters.executions()[0] == "SUCCEEDED", meters.notifications()[-1]
    return meters


@pytest.fixture(scope="module")
def catalog(published: Lakehouse) -> Catalog:
    return Catalog(published)


def run(lakehouse: Lakehouse, **options: str) -> list[str]:
    """Run the pipeline, which must succeed; return the states that it entered."""
    lakehouse.start(**options)
    lakehouse.cloud.wait_idle()
    assert lakehouse.executions()[0] == "SUCCEEDED", lakehouse.notifications()[-1]
    return lakehouse.states()


def crawls(states: list[str]) -> list[str]:
    return [state for state in states if state.startswith("Crawl")]


def test_scheduled_executions_register_partitions_without_a_crawl(
    published: Lakehouse, catalog: Catalog
) -> None:
    [batch] = {partition[0] for partition in catalog.of("bronze", "readings")}
    assert catalog.of("bronze", "readings") == {(batch, "2025", "6"), (batch, "2025", "7")}
    assert catalog.of("silver", "readings") == {("2025", "6"), ("2025", "7")}
    assert catalog.of("gold", "kwh_by_month") == {("2025", "6"), ("2025", "7")}
    assert published.query(COUNT) == [("2",)]
    assert crawls(published.states()) == []


def test_execution_of_a_drop_crawls_and_validates(published: Lakehouse, tmp_path: Path) -> None:
    published.drop(tmp_path, {"meters.csv": "meter_id,site\nm1,roof\n"})
    states = published.states()
    assert published.executions()[0] == "SUCCEEDED", published.notifications()[-1]
    assert crawls(states) == ["CrawlProcessed"]
    assert states.index("ReconcileCatalog") < states.index("CrawlProcessed")
    assert "ValidateProcessedCrawl" in states


def drop_all(catalog: Catalog) -> None:
    for table, partitions in catalog.all().items():
        for partition in partitions:
            catalog.drop(table, partition)


def drop_one(catalog: Catalog) -> None:
    catalog.drop(catalog.table("gold", "kwh_by_month"), ("2025", "6"))


def add_strays(catalog: Catalog) -> None:
    for table in catalog.tables():
        values = ["1999"] * len(table.keys)
        described: Any = {"Values": values, "StorageDescriptor": {"Location": "s3://elsewhere/"}}
        catalog.glue.batch_create_partition(**catalog.place(table), PartitionInputList=[described])


@pytest.mark.parametrize("damage", [drop_all, drop_one, add_strays])
def test_execution_without_new_files_repairs_the_catalog(
    published: Lakehouse, catalog: Catalog, damage: Callable[[Catalog], None]
) -> None:
    before = catalog.all()
    damage(catalog)
    assert catalog.all() != before
    states = run(published)
    assert catalog.all() == before
    assert "ProcessedToCurated" not in states
    assert crawls(states) == []


def test_queries_see_registered_partitions_only(published: Lakehouse, catalog: Catalog) -> None:
    drop_all(catalog)
    assert published.query(COUNT) == [("0",)]
    run(published)
    assert published.query(COUNT) == [("2",)]


def test_full_refresh_registers_all_partitions(published: Lakehouse, catalog: Catalog) -> None:
    before = catalog.all()
    drop_all(catalog)
    states = run(published, full_refresh="true")
    assert catalog.all() == before
    assert crawls(states) == []


def test_stack_deployed_again_over_full_buckets(
    published: Lakehouse, catalog: Catalog, assembly: Path
) -> None:
    """The tables are new and have no partitions; the ledger says that all batches are curated."""
    before = catalog.all()
    published.cloud.client("cloudformation").delete_stack(StackName=published.names.stack("meters"))
    assert published.names.stack("meters") in published.cloud.deploy(assembly)
    assert not any(catalog.all().values())
    run(published)
    assert catalog.all() == before


def test_crawl_that_died_leaves_nothing_undone(
    published: Lakehouse, catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> tuple[int, int]:
        raise OSError("the crawler was lost")

    monkeypatch.setattr(crawler, "update_partitions", die)
    published.drop(tmp_path, {"meters_more.csv": "meter_id,site\nm2,cellar\n"})
    monkeypatch.undo()
    message = json.loads(published.notifications()[-1]["message"])
    assert (published.executions()[0], message["error"]) == ("FAILED", "CrawlUnsuccessful")
    assert "the crawler was lost" in message["cause"]

    run(published)
    batches = {partition[0] for partition in catalog.of("bronze", "meters")}
    assert {f"{batch}.json" for batch in batches} <= {key.rpartition("/")[2] for key in published.batches()}
    assert len(batches) == 2
    assert published.query("SELECT count(*) FROM meters", layer="silver") == [("2",)]


def test_crawl_that_damages_the_catalog_fails_with_the_difference(
    published: Lakehouse, catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The crawl reports success, but drops a partition and registers another one."""
    readings = stored_table(published.domain, "bronze", "readings")
    [batch] = {partition[0] for partition in catalog.of("bronze", "readings")}
    before = catalog.of("bronze", "readings")

    def damage(*_: object, **__: object) -> tuple[int, int]:
        catalog.drop(readings, (batch, "2025", "6"))
        described: Any = {"Values": ["b-stray", "2025", "1"]}
        catalog.glue.batch_create_partition(**catalog.place(readings), PartitionInputList=[described])
        return 0, 0

    monkeypatch.setattr(crawler, "update_partitions", damage)
    published.drop(tmp_path, {"meters_late.csv": "meter_id,site\nm3,hall\n"})
    monkeypatch.undo()
    message = json.loads(published.notifications()[-1]["message"])
    assert (message["step"], message["error"]) == ("ValidateProcessedCrawl", "CatalogDiffers")
    assert message["cause"].startswith(
        f"bronze.readings: batch={batch}/year=2025/month=6 is not in the catalog. "
        "bronze.readings: batch=b-stray/year=2025/month=1 is in the catalog but not published. To do: "
    )
    run(published)
    assert catalog.of("bronze", "readings") == before
