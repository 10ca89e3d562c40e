"""What killed runs leave behind is removed by the next run, in the roles of the deployment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from glue_jobs.catalog.glue import GlueCatalog
from glue_jobs.catalog.published import partitions_of
from lake import naming
from lake.files.layers import StoredTable, partitioned_tables, stored_table
from tests.e2e.lakehouse import Lakehouse
from tests.toy.drops import HEAD

MONTH = "year=2011/month=1"


class Leftovers:
    """Objects and partitions that nobody committed, put there as a killed run would have left them."""

    def __init__(self, lakehouse: Lakehouse) -> None:
        self._lakehouse = lakehouse
        self._s3 = lakehouse.cloud.client("s3")
        self._catalog = GlueCatalog(lakehouse.cloud.client("glue"), env="dev", domain=lakehouse.domain.name)
        self._bucket = lakehouse.names.processed_bucket
        self._keys: list[str] = []
        self._partitions: list[tuple[StoredTable, tuple[str, ...]]] = []

    def put_batch(self, layer: str, table: str, batch: str) -> None:
        """Leave one file of a batch, and its partition."""
        domain = self._lakehouse.domain
        stored = stored_table(domain, layer, table)
        month = f"{MONTH}/" if "month" in stored.keys else ""
        key = f"{naming.batch_prefix(layer, domain.name, table, batch)}{month}part-00000.parquet"
        self.put(key, b"x")
        [partition] = partitions_of([key], stored, domain)
        self._catalog.register(stored, [partition])
        self._partitions.append((stored, partition))

    def put(self, key: str, body: bytes) -> None:
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body)
        self._keys.append(key)

    def remaining(self) -> Iterator[str]:
        """Yield what is still there."""
        for key in self._keys:
            if self._s3.list_objects_v2(Bucket=self._bucket, Prefix=key).get("Contents"):
                yield key
        for table, partition in self._partitions:
            if partition in self._catalog.registered(table):
                yield f"{table.layer}.{table.name} {partition}"


def test_files_and_entries_of_a_killed_batch_are_removed(toy: Lakehouse, tmp_path: Path) -> None:
    makers, parts = HEAD["makers"] + "9,Zoe,PT\n", HEAD["parts"] + "90,leg,4\n"
    sales = HEAD["sales"] + "90,9,2011-01-05,9.50,shop\n"
    toy.drop(tmp_path / "first", {"makers.csv": makers, "parts.csv": parts, "sales.csv": sales})
    left = Leftovers(toy)
    for layer in naming.ARRIVAL_LAYERS:
        left.put_batch(layer, "sales", "b-killed")
    mart = toy.domain.serving[0].mart
    entry = json.dumps({"mart": mart, "partitions": ["year=2011"]}).encode()
    left.put(naming.unpublished_key("toy", mart, "killed"), entry)

    toy.drop(tmp_path / "second", {"sales.csv": HEAD["sales"] + "91,9,2011-02-05,1.00,shop\n"})

    assert toy.executions()[0] == "SUCCEEDED", toy.notifications()[-1]
    assert list(left.remaining()) == []
    assert toy.query("SELECT sale_id FROM sales_enriched WHERE year = 2011 ORDER BY 1") == [("90",), ("91",)]


def test_files_of_a_killed_stream_and_compaction_are_removed(meters: Lakehouse, tmp_path: Path) -> None:
    table, job = "readings", meters.names.job("meters", naming.stream_job("readings"))
    left = Leftovers(meters)
    for layer in naming.ARRIVAL_LAYERS:
        left.put_batch(layer, table, naming.stream_batch_id(9, 1))
    left.put(f"{naming.speed_prefix('meters', table)}day=2011-01-01/totals.parquet", b"x")

    meters.cloud.client("glue").start_job_run(JobName=job, Arguments={"--new_generation": "true"})
    meters.cloud.wait_idle()
    assert list(left.remaining()) == []

    left.put_batch("bronze", table, f"{naming.COMPACTIONS}killed")
    meters.drop(tmp_path, {"meters_late.csv": "meter_id,site\nm31,tower\n"})
    assert meters.executions()[0] == "SUCCEEDED", meters.notifications()[-1]
    assert list(left.remaining()) == []


def test_partitions_that_differ_from_their_table_are_corrected(shop: Lakehouse) -> None:
    """In each layer one partition has another column, and one of quarantine is missing."""
    glue = shop.cloud.client("glue")

    def described(table: StoredTable) -> list[Any]:
        place = {"DatabaseName": shop.names.database(shop.domain.name, table.layer), "TableName": table.name}
        return [place, *glue.get_partitions(**place)["Partitions"]]

    changed: dict[str, StoredTable] = {}
    missing: list[StoredTable] = []
    before: dict[StoredTable, list[Any]] = {}
    for table in partitioned_tables(shop.domain):
        place, *partitions = before[table] = described(table)
        if partitions and table.layer not in changed:
            changed[table.layer], first = table, partitions[0]
            storage = {**first["StorageDescriptor"], "Columns": [{"Name": "other", "Type": "int"}]}
            glue.update_partition(
                **place,
                PartitionValueList=first["Values"],
                PartitionInput={"Values": first["Values"], "StorageDescriptor": storage},
            )
        elif partitions and table.layer == "quarantine" and not missing:
            missing.append(table)
            glue.delete_partition(**place, PartitionValues=partitions[-1]["Values"])
    assert set(changed) == {"bronze", "quarantine", "silver", "gold"}
    assert missing

    shop.start()
    shop.cloud.wait_idle()

    assert shop.executions()[0] == "SUCCEEDED", shop.notifications()[-1]
    for table, (_, *partitions) in before.items():
        assert columns(described(table)[1:]) == columns(partitions)


def columns(partitions: list[Any]) -> dict[tuple[str, ...], list[str]]:
    """The names of each partition's columns."""
    return {
        tuple(each["Values"]): [column["Name"] for column in each["StorageDescriptor"]["Columns"]]
        for each in partitions
    }
