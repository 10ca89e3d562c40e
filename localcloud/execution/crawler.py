"""Crawlers over declared tables: they keep the partitions in the catalog up to date, nothing else."""

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
from localcloud.execution.assets import split_location
from localcloud.patching import replace

CREATE_LIMIT = 100
DELETE_LIMIT = 25
"""Partitions that one call of the Glue API creates and deletes."""

Partition = tuple[str, ...]
"""Values of a table's partition keys, in order, as the catalog spells them."""

INTEGERS = ("tinyint", "smallint", "int", "bigint")


class Crawl(models.FakeCrawl):
    """One crawl, with a state of its own: RUNNING, STOPPING, COMPLETED, STOPPED or FAILED."""

    def __init__(self, crawler_name: str) -> None:
        super().__init__(crawler_name)
        self.state = "RUNNING"
        self.error: str | None = None

    @property
    def status(self) -> str:
        return self.state

    @status.setter
    def status(self, value: str) -> None:
        self.state = value

    def advance(self) -> None:
        """Looking at a crawl does not change it."""

    def finish(self, error: str | None) -> None:
        """Enter the final state."""
        self.error = error
        self.end_time = datetime.now(UTC)
        if error:
            self.state = "FAILED"
        else:
            self.state = "STOPPED" if self.state == "STOPPING" else "COMPLETED"


class Crawler(models.FakeCrawler):
    """A crawler that works: with CatalogTargets it adds and drops partitions of the named tables."""

    context: Context
    _lock = threading.Lock()

    def start_crawler(self) -> None:
        with self._lock:
            if self.crawls and self.crawls[-1].status in ("RUNNING", "STOPPING"):
                raise CrawlerRunningException(f"Crawler with name {self.name} has already started")
            crawl = Crawl(self.name)
            self.crawls.append(crawl)
        threading.Thread(target=self._work, args=(crawl,), name=f"crawler-{self.name}", daemon=True).start()

    def stop_crawler(self) -> None:
        with self._lock:
            if not self.crawls or self.crawls[-1].status != "RUNNING":
                raise CrawlerNotRunningException(f"Crawler with name {self.name} isn't running")
            self.crawls[-1].status = "STOPPING"

    def as_dict(self) -> dict[str, Any]:
        described: dict[str, Any] = super().as_dict()
        described.pop("LastCrawl", None)
        ended = [crawl for crawl in self.crawls if crawl.end_time is not None]
        if ended:
            described["LastCrawl"] = _last_crawl(ended[-1])
        return described

    def _work(self, crawl: Crawl) -> None:
        with self.context.working():
            error = None
            try:
                for database, table in self._tables():
                    if crawl.status == "RUNNING":
                        update_partitions(self.context, self._role_arn(), database, table)
            except Exception as failure:  # it has no caller: who asks for the crawler reads it
                error = f"{type(failure).__name__}: {failure}"
            with self._lock:
                crawl.finish(error)

    def _tables(self) -> Iterator[tuple[str, str]]:
        others = [
            kind for kind, targets in (self.targets or {}).items() if targets and kind != "CatalogTargets"
        ]
        if others:
            raise UnsupportedError(
                f"targets of kind {', '.join(others)} are not crawled locally.",
                where=f"crawler {self.name}",
                hint="Declare the tables and use CatalogTargets.",
            )
        for target in (self.targets or {}).get("CatalogTargets", []):
            for table in target["Tables"]:
                yield target["DatabaseName"], table

    def _role_arn(self) -> str:
        role: str = self.role
        return role if role.startswith("arn:") else f"arn:aws:iam::{self.context.account}:role/{role}"


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


def update_partitions(context: Context, role_arn: str | None, database: str, name: str) -> tuple[int, int]:
    """Make the catalog's partitions of one table those that hold data; returns (added, dropped).

    Everything is done in the role (None: the administrator), so that a missing grant fails the crawl.
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
    new, gone = sorted(found.keys() - known), sorted(known - found.keys())
    for some in _chunks(new, CREATE_LIMIT):
        inputs = [_partition_input(table, values, f"{location}/{found[values]}/") for values in some]
        answer = glue.batch_create_partition(DatabaseName=database, TableName=name, PartitionInputList=inputs)
        _check(answer, f"table {database}.{name}")
    for some in _chunks(gone, DELETE_LIMIT):
        values_list = [{"Values": list(values)} for values in some]
        answer = glue.batch_delete_partition(
            DatabaseName=database, TableName=name, PartitionsToDelete=values_list
        )
        _check(answer, f"table {database}.{name}")
    return len(new), len(gone)


def _check(answer: dict[str, Any], where: str) -> None:
    if answer.get("Errors"):
        raise LocalCloudError(f"partitions were refused: {answer['Errors']}", where=where)


def _chunks(items: list[Partition], size: int) -> Iterator[list[Partition]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _partition_input(table: dict[str, Any], values: Partition, location: str) -> dict[str, Any]:
    return {
        "Values": list(values),
        "StorageDescriptor": {**table["StorageDescriptor"], "Location": location},
        "Parameters": dict(table.get("Parameters", {})),
    }


def _folder(context: Context, role_arn: str | None, location: str) -> Path:
    """The table's folder. The objects are plain files there, and looking is faster than a listing."""
    bucket, prefix = split_location(location)
    for action, resource in (("s3:ListBucket", bucket), ("s3:GetObject", f"{bucket}/{prefix}/")):
        arn = f"arn:aws:s3:::{resource}"
        if role_arn is not None and not context.authorise(role_arn, action, arn):
            raise LocalCloudError(f"AccessDenied: {role_arn} is not authorized to perform {action} on {arn}.")
    return context.bucket_dir(bucket) / prefix


def find_partitions(folder: Path, keys: list[tuple[str, str]]) -> Iterator[tuple[Partition, str]]:
    """Partitions below `folder` that hold at least one data file: their values and relative path.

    Folders that are not `<key>=<value>`, or whose value does not fit the key's type, are passed over,
    and so are names that begin with `_` or `.`: they are being written, or nobody's data.
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
    """The value as the catalog spells it, or None if it is not of the key's type."""
    if kind not in INTEGERS:
        return text
    return str(int(text)) if text.lstrip("-").isdigit() else None


def install(context: Context) -> None:
    """Make the crawlers of `context` work."""
    Crawler.context = context
    replace(models, "FakeCrawl", Crawl)
    replace(models, "FakeCrawler", Crawler)
