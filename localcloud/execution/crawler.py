"""Crawlers with CatalogTargets: they add partitions of declared tables, and may drop others.

A crawler passes over a table without the parameters of NEEDED_PARAMETERS: on AWS such crawls have succeeded
without registering anything.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from moto.glue import models
from moto.glue.exceptions import CrawlerNotRunningException, CrawlerRunningException

from localcloud.context import Context
from localcloud.errors import LocalCloudError, UnsupportedError
from localcloud.execution import partition_limits
from localcloud.execution.assets import split_location
from localcloud.execution.partition_limits import CREATE_LIMIT, DELETE_LIMIT
from localcloud.patching import replace

NEEDED_PARAMETERS = ("compressionType", "typeOfData")

LOG = "LOG"
DELETE = "DELETE_FROM_DATABASE"
"""What a crawler does with partitions that have gone: nothing, or drop them."""

Partition = tuple[str, ...]
"""Values of a table's partition keys, in the order of the keys, as the catalog spells them."""

INTEGERS = ("tinyint", "smallint", "int", "bigint")


class Crawl(models.FakeCrawl):
    """One crawl. Its state is RUNNING, STOPPING, COMPLETED, STOPPED or FAILED.

    `updated` counts the tables whose partitions it changed.
    """

    def __init__(self, crawler_name: str) -> None:
        super().__init__(crawler_name)
        self.state = "RUNNING"
        # moto's own time has no zone.
        self.start_time = datetime.now(UTC)
        self.error: str | None = None
        self.updated = 0

    def seconds(self, now: datetime) -> float:
        """Return how long the crawl has taken, until `now` if it still runs."""
        return float(((self.end_time or now) - self.start_time).total_seconds())

    @property
    def status(self) -> str:
        """The state, under moto's name."""
        return self.state

    @status.setter
    def status(self, value: str) -> None:
        self.state = value

    def advance(self) -> None:
        """Do nothing: moto calls this when a crawl is read, and reading must not change its state."""

    def finish(self, error: str | None) -> None:
        """Enter the final state: FAILED with an error, else STOPPED or COMPLETED."""
        self.error = error
        if error:
            self.state = "FAILED"
        else:
            self.state = "STOPPED" if self.state == "STOPPING" else "COMPLETED"
        # Last: who sees it may read the state.
        self.end_time = datetime.now(UTC)


class Crawler(models.FakeCrawler):
    """A crawler that adds the partitions of the tables in its CatalogTargets, and drops them with DELETE."""

    context: Context
    _lock = threading.Lock()

    def start_crawler(self) -> None:
        """Start a crawl in the background. Raises CrawlerRunningException while another one runs."""
        with self._lock:
            if self.crawls and self.crawls[-1].status in ("RUNNING", "STOPPING"):
                raise CrawlerRunningException(f"Crawler with name {self.name} has already started")
            crawl = Crawl(self.name)
            self.crawls.append(crawl)
        threading.Thread(target=self._crawl, args=(crawl,), name=f"crawler-{self.name}", daemon=True).start()

    def stop_crawler(self) -> None:
        """Stop the crawl after its current table. Raises CrawlerNotRunningException if none runs."""
        with self._lock:
            if not self.crawls or self.crawls[-1].status != "RUNNING":
                raise CrawlerNotRunningException(f"Crawler with name {self.name} isn't running")
            self.crawls[-1].status = "STOPPING"

    def as_dict(self) -> dict[str, Any]:
        """Return the Crawler of the API; its LastCrawl is the last crawl that ended."""
        described: dict[str, Any] = super().as_dict()
        described.pop("LastCrawl", None)
        ended = [crawl for crawl in self.crawls if crawl.end_time is not None]
        if ended:
            described["LastCrawl"] = _last_crawl(ended[-1])
        return described

    def _crawl(self, crawl: Crawl) -> None:
        with self.context.working(str(self.name)):
            error = None
            try:
                for database, table in self._tables():
                    if crawl.status == "RUNNING":
                        crawl.updated += self._crawl_table(database, table)
            except Exception as failure:  # The thread has no caller: GetCrawler returns the error.
                error = f"{type(failure).__name__}: {failure}"
            with self._lock:
                crawl.finish(error)

    def _crawl_table(self, database: str, name: str) -> bool:
        """Update the partitions of a table, and return whether any changed."""
        role = self._role_arn()
        table = self.context.client("glue", role).get_table(DatabaseName=database, Name=name)["Table"]
        if not all(each in table.get("Parameters", {}) for each in NEEDED_PARAMETERS):
            return False
        return any(update_partitions(self.context, role, database, name, drops=self._drops()))

    def _tables(self) -> Iterator[tuple[str, str]]:
        others = [
            kind for kind, targets in (self.targets or {}).items() if targets and kind != "CatalogTargets"
        ]
        if others:
            raise UnsupportedError(
                f"targets of kind {', '.join(others)} are not crawled locally.",
                where=f"crawler {self.name}",
                hint="Declare the tables in the catalog and use CatalogTargets.",
            )
        for target in (self.targets or {}).get("CatalogTargets", []):
            for table in target["Tables"]:
                yield target["DatabaseName"], table

    def _drops(self) -> bool:
        """Return whether partitions that have gone are dropped."""
        policy = (self.schema_change_policy or {}).get("DeleteBehavior", "DEPRECATE_IN_DATABASE")
        if policy not in (LOG, DELETE):
            raise UnsupportedError(
                f"the delete behaviour {policy} is not supported locally.",
                where=f"crawler {self.name}",
                hint=f"Use {LOG} or {DELETE}.",
            )
        return bool(policy == DELETE)

    def _role_arn(self) -> str:
        role: str = self.role
        return role if role.startswith("arn:") else f"arn:aws:iam::{self.context.account}:role/{role}"


def running() -> list[Crawl]:
    """Return the crawls that have not ended."""
    backend: Any = models.glue_backends[Crawler.context.account][Crawler.context.region]
    crawlers = list(backend.crawlers.values())
    return [crawl for crawler in crawlers for crawl in list(crawler.crawls) if crawl.end_time is None]


def _last_crawl(crawl: Any) -> dict[str, Any]:
    status = {"COMPLETED": "SUCCEEDED", "STOPPED": "CANCELLED", "FAILED": "FAILED"}[crawl.state]
    described = {
        "LogGroup": crawl.log_group,
        "LogStream": crawl.log_stream,
        "MessagePrefix": crawl.message_prefix,
        "StartTime": crawl.start_time,
        "Status": status,
    }
    return {**described, "ErrorMessage": crawl.error} if crawl.error else described


def update_partitions(
    context: Context, role_arn: str | None, database: str, name: str, *, drops: bool
) -> tuple[int, int]:
    """Add the partitions of a table that hold data to the catalog; with `drops`, drop the others.

    Returns how many were added and dropped. All calls are made in the role (None: the administrator), so
    that a missing grant fails the crawl.
    """
    glue = context.client("glue", role_arn)
    table = glue.get_table(DatabaseName=database, Name=name)["Table"]
    keys = [(key["Name"], key["Type"]) for key in table.get("PartitionKeys", [])]
    if not keys:
        return 0, 0
    location = table["StorageDescriptor"]["Location"].rstrip("/")
    found = dict(find_partitions(_folder(context, role_arn, location), keys))
    pages = glue.get_paginator("get_partitions").paginate(DatabaseName=database, TableName=name)
    known = {tuple(partition["Values"]) for page in pages for partition in page["Partitions"]}
    added, dropped = sorted(found.keys() - known), sorted(known - found.keys()) if drops else []
    for chunk in _chunks(added, CREATE_LIMIT):
        inputs = [_partition_input(table, values, f"{location}/{found[values]}/") for values in chunk]
        answer = glue.batch_create_partition(DatabaseName=database, TableName=name, PartitionInputList=inputs)
        _check(answer, f"table {database}.{name}")
    for chunk in _chunks(dropped, DELETE_LIMIT):
        values_list = [{"Values": list(values)} for values in chunk]
        answer = glue.batch_delete_partition(
            DatabaseName=database, TableName=name, PartitionsToDelete=values_list
        )
        _check(answer, f"table {database}.{name}")
    return len(added), len(dropped)


def _check(answer: dict[str, Any], where: str) -> None:
    if answer.get("Errors"):
        raise LocalCloudError(
            f"the catalog refused partitions: {answer['Errors']}",
            where=where,
            hint="Compare the partition folders with the table's keys.",
        )


def _chunks(items: list[Partition], size: int) -> Iterator[list[Partition]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _partition_input(table: dict[str, Any], values: Partition, location: str) -> dict[str, Any]:
    return {
        "Values": list(values),
        "StorageDescriptor": {**table["StorageDescriptor"], "Location": location},
        "Parameters": dict(table.get("Parameters", {})),
    }


def _folder(context: Context, role_arn: str | None, location: str) -> Path:
    """Return the table's folder of plain files, if the role may list and read it.

    Scanning the folder is faster than listing the objects through the API.
    """
    bucket, prefix = split_location(location)
    listing: dict[str, str] = {"s3:prefix": f"{prefix}/"}
    for action, resource, keys in (
        ("s3:ListBucket", bucket, listing),
        ("s3:GetObject", f"{bucket}/{prefix}/", {}),
    ):
        arn = f"arn:aws:s3:::{resource}"
        if role_arn is not None and not context.authorise(role_arn, action, arn, keys):
            raise LocalCloudError(
                f"AccessDenied: not authorized to perform {action} on {arn}.",
                where=f"role {role_arn}",
                hint="Grant it in the template.",
            )
    return context.bucket_dir(bucket) / prefix


def find_partitions(folder: Path, keys: list[tuple[str, str]]) -> Iterator[tuple[Partition, str]]:
    """Yield the values and the relative path of each partition below `folder` with at least one data file.

    `keys` are names and types of the partition keys. Skipped are folders that are not named `<key>=<value>`,
    values that do not fit the key's type, and names that begin with `_` or `.`: staging and metadata.
    """
    if not keys:
        if any(_is_data(entry) for entry in _entries(folder)):
            yield (), ""
        return
    (name, kind), *rest = keys
    for entry in _entries(folder):
        key, separator, text = entry.name.partition("=")
        value = _typed(unquote(text), kind)
        if key != name or not separator or value is None or not entry.is_dir():
            continue
        for values, path in find_partitions(Path(entry.path), rest):
            yield (value, *values), f"{entry.name}/{path}".rstrip("/")


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    return list(os.scandir(folder)) if folder.is_dir() else []


def _is_data(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(("_", ".")) and entry.is_file() and entry.stat().st_size > 0


def _typed(text: str, kind: str) -> str | None:
    """Return the value as the catalog spells it, or None if it does not fit the key's type."""
    if kind not in INTEGERS:
        return text
    return str(int(text)) if text.lstrip("-").isdigit() else None


def install(context: Context) -> None:
    """Replace moto's crawlers, which do nothing, by crawlers that update the catalog of `context`."""
    partition_limits.install()
    Crawler.context = context
    replace(models, "FakeCrawl", Crawl)
    replace(models, "FakeCrawler", Crawler)
