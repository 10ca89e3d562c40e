"""The datasets of a domain: each is queried once, and again when its files in gold change."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from dashboard.data.athena import Answer
from dashboard.data.frames import Frame
from dashboard.errors import DashboardError
from lake.model.dashboard_rules.columns import column_names
from lake.model.dashboard_rules.queries import query_sql
from lake.model.dashboards.fields import Dataset
from lake.model.spec import Domain
from lake.naming import Names, layer_root

LOOK_SECONDS = 5.0
"""Shortest time between two looks at the files of gold while pages are asked for."""

AT_A_TIME = 4
"""Queries that run at the same time."""


class Holds(Protocol):
    """Holds the rows of a dashboard's datasets."""

    def get(self, dataset: Dataset) -> Loaded:
        """Return a dataset's rows, or why there are none."""


class Asks(Protocol):
    """Answers SQL."""

    def ask(self, sql: str, database: str) -> Answer:
        """Return the rows of a query in a database."""


@dataclass(frozen=True)
class Loaded:
    """A dataset's rows, the error that the last look at them met, or both.

    `version` is that of the files of the rows. Of rows with an error `looked` says when they were last known
    to be gold's, in UTC; the error says why nothing newer is known.
    """

    version: str
    frame: Frame | None = None
    error: DashboardError | None = None
    looked: dt.datetime | None = None


def utc_now() -> dt.datetime:
    """Return the time in UTC."""
    return dt.datetime.now(dt.UTC)


def columns_of(domain: Domain) -> dict[Dataset, tuple[str, ...]]:
    """Return for each dataset of a domain the columns that any visual or filter reads, in order of names."""
    needed: dict[Dataset, set[str]] = defaultdict(set)
    for dashboard in domain.shown_dashboards:
        for visual in dashboard.visuals:
            needed[visual.dataset].update(visual.columns())
            known = column_names(domain, visual.dataset)
            needed[visual.dataset].update(each.column for each in dashboard.filters if each.column in known)
    return {dataset: tuple(sorted(columns)) for dataset, columns in needed.items()}


def sql_of(domain: Domain, dataset: Dataset, columns: Sequence[str]) -> str:
    """Return the SQL of a dataset: its columns, from the table or around the named query."""
    listed = ", ".join(f'"{name}"' for name in columns)
    if dataset.table:
        return f'SELECT {listed} FROM "{dataset.table}"'
    inner = query_sql(domain.name, dataset.query) or ""
    return f"SELECT {listed} FROM (\n{inner.rstrip().rstrip(';')}\n)"


@dataclass
class Datasets:
    """The datasets of one domain, loaded by `load` and kept until gold changes."""

    domain: Domain
    names: Names
    source: Asks
    s3: Any
    now: Callable[[], dt.datetime] = utc_now
    _loaded: dict[Dataset, Loaded] = field(default_factory=dict)
    _looked: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, dataset: Dataset) -> Loaded:
        """Return a dataset, which `load` has loaded."""
        return self._loaded[dataset]

    def frames(self) -> list[Frame]:
        """Return the rows of all datasets that could be loaded."""
        return [each.frame for each in self._loaded.values() if each.frame is not None]

    def values(self, column: str) -> list[str]:
        """Return the texts of a column in all datasets, sorted."""
        return sorted({value for frame in self.frames() for value in frame.values(column)})

    def refresh(self) -> None:
        """Load in the background what has changed, unless the files were looked at a moment ago.

        The page that asks shows the rows at hand; the next one has the new rows.
        """
        if time.monotonic() - self._looked > LOOK_SECONDS and not self._lock.locked():
            self._looked = time.monotonic()
            threading.Thread(target=self.load, name=f"datasets of {self.domain.name}", daemon=True).start()

    def load(self) -> None:
        """Query the datasets whose files have changed since the last call, several at a time.

        Rows at hand stay where nothing newer can be had: `error` and `looked` of the dataset say so.
        """
        with self._lock:
            self._looked, now = time.monotonic(), self.now()
            wanted = columns_of(self.domain)
            try:
                versions = self._versions()
            except (ClientError, BotoCoreError) as error:
                problem = DashboardError(
                    f"the tables cannot be listed: {error}.",
                    where=self.names.curated_bucket,
                    hint="See that the lake is deployed and runs: `caudal status`.",
                )
                self._loaded = {each: self._with_error(each, problem) for each in wanted}
                return
            same = {
                each: replace(held, error=None, looked=now)
                for each, held in self._loaded.items()
                if held.frame is not None and held.version == _version(each, versions)
            }
            stale = [each for each in wanted if each not in same]
            with ThreadPoolExecutor(AT_A_TIME) as pool:
                found = pool.map(
                    lambda each: self._query(each, wanted[each], _version(each, versions), now), stale
                )
                self._loaded = {**same, **dict(zip(stale, found, strict=True))}

    def _with_error(self, dataset: Dataset, error: DashboardError) -> Loaded:
        """Return the rows at hand, if there are any, with the error that the look at them met."""
        return replace(self._loaded.get(dataset, Loaded("")), error=error)

    def _query(self, dataset: Dataset, columns: Sequence[str], version: str, now: dt.datetime) -> Loaded:
        database = self.names.database(self.domain.name, "gold")
        try:
            answer = self.source.ask(sql_of(self.domain, dataset, columns), database)
            frame = Frame.of_text(answer.names, answer.kinds, answer.rows, dataset.date)
        except DashboardError as error:
            return self._with_error(dataset, error)
        except (ValueError, ArithmeticError, LookupError) as error:
            problem = DashboardError(
                f"the result of the query on {dataset.name} cannot be read: {error!r}.",
                where=database,
                hint="See that the table in the catalog has the declared types: `caudal status`.",
            )
            return self._with_error(dataset, problem)
        return Loaded(version, frame, looked=now)

    def _versions(self) -> dict[str, str]:
        """Return for each gold table the hash of its files' keys and tags; for "" that of all tables."""
        root = layer_root("gold", self.domain.name)
        tables: dict[str, Any] = defaultdict(hashlib.sha256)
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.names.curated_bucket, Prefix=root
        )
        for page in pages:
            for each in page.get("Contents", ()):
                table = each["Key"].removeprefix(root).split("/")[0]
                for digest in (tables[table], tables[""]):
                    digest.update(f"{each['Key']}\n{each['ETag']}\n".encode())
        return {table: digest.hexdigest() for table, digest in tables.items()}


def _version(dataset: Dataset, versions: Mapping[str, str]) -> str:
    return versions.get(dataset.table, "")
