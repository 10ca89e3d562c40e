"""Runs the batch jobs of a domain on folders: upload files, run, read silver and gold."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from pyspark.sql import SparkSession

from glue_jobs import processed_to_curated, raw_to_processed
from glue_jobs.catalog.published import Buckets
from glue_jobs.catalog.reconciliation import Difference, reconcile
from glue_jobs.ledger.ledger import Ledger, LedgerView
from glue_jobs.runtime.args import Bookmark, JobArguments
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.files.recognition import table_of
from lake.model.discovery import load_domain
from tests.fakes import FolderStore, MemoryCatalog

START = datetime(2026, 1, 1, tzinfo=UTC)

BUCKETS = Buckets(processed="processed", curated="curated", ledger="ledger")

Rows = list[tuple[Any, ...]]


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """Return the one database that reads results: to start it takes longer than to read a small table."""
    database = duckdb.connect()
    database.execute("SET GLOBAL TimeZone = 'UTC'")
    # Later runs write other content under the same names.
    database.execute("SET GLOBAL enable_external_file_cache = false")
    return database


@dataclass(frozen=True)
class Upload:
    """One upload call: files by relative path, all with the same upload time."""

    at: datetime
    files: Mapping[str, str | bytes]


class Pipeline:
    """The two batch jobs of a domain on a FolderStore. Every call of `drop` is one upload call."""

    def __init__(self, spark: SparkSession, root: Path, domain: str) -> None:
        self.spark = spark
        self.root = root
        self.domain = load_domain(domain)
        self.store = FolderStore(root)
        self.catalog = MemoryCatalog()
        self.uploads: list[Upload] = []
        self._runs = 0

    def copy(self, root: Path) -> Pipeline:
        """Return a pipeline with the same history in another folder."""
        shutil.copytree(self.root, root)
        other = Pipeline(self.spark, root, self.domain.name)
        other.uploads = list(self.uploads)
        other._runs = self._runs
        other.catalog.tables = {name: set(paths) for name, paths in self.catalog.tables.items()}
        return other

    def drop(
        self, files: Mapping[str, str | bytes], *, at: datetime | None = None, again: bool = False
    ) -> None:
        """Upload files (relative path → content), all with the same upload time; `again` as new versions."""
        moment = at or START + timedelta(hours=len(self.uploads) + 1)
        self.uploads.append(Upload(moment, files))
        for path, content in files.items():
            body = content.encode() if isinstance(content, str) else content
            sha256 = hashlib.sha256(body).hexdigest()
            table = table_of(self.domain, path)
            name = table.name if table else naming.UNRECOGNISED
            key = naming.raw_key(self.domain.name, name, sha256, path, again_at=moment if again else None)
            mark = {"again": "true"} if again else {}
            self.store.upload("raw", key, body, uploaded_at=moment.isoformat(), sha256=sha256, **mark)

    def args(self, **options: Any) -> JobArguments:
        """Return the arguments of the current execution, which each run of a job numbers anew."""
        return JobArguments(
            job_name="test",
            domain=self.domain.name,
            env="dev",
            execution=f"x{self._runs:04d}",
            raw_bucket="raw",
            processed_bucket="processed",
            curated_bucket="curated",
            ledger_bucket="ledger",
            **options,
        )

    def ingest(
        self, *, store: ObjectStore | None = None, bookmark: Bookmark = Bookmark.ENABLE
    ) -> dict[str, Any]:
        """Run the first job; return its summary."""
        self._runs += 1
        now = START + timedelta(days=1, minutes=self._runs)
        return raw_to_processed.run(
            self.spark, store or self.store, self.catalog, self.args(bookmark=bookmark), now
        )

    def curate(
        self, *, store: ObjectStore | None = None, full_refresh: bool = False, serving: bool = False
    ) -> dict[str, Any]:
        """Run the second job; return its summary."""
        self._runs += 1
        now = START + timedelta(days=1, minutes=self._runs)
        args = self.args(full_refresh=full_refresh, serving=serving)
        return processed_to_curated.run(self.spark, store or self.store, self.catalog, args, now)

    def run(self, *, store: ObjectStore | None = None) -> None:
        """Run both jobs."""
        self.ingest(store=store)
        self.curate(store=store)

    @property
    def ledger(self) -> Ledger:
        """The ledger."""
        return Ledger(self.store, "ledger", self.domain.name)

    def view(self) -> LedgerView:
        """Read the ledger."""
        return self.ledger.view()

    def reconcile(self) -> list[Difference]:
        """Make the catalog equal to what is published; return what was different."""
        return reconcile(self.catalog, self.store, BUCKETS, self.domain)

    # --- results

    def rows(self, layer: str, table: str, *columns: str) -> Rows:
        """Return a table's rows as sorted tuples of text, with partition columns; empty if it has no file."""
        bucket = "curated" if layer == "gold" else "processed"
        folder = self.root / bucket / naming.layer_prefix(layer, self.domain.name, table)
        if not list(folder.rglob("*.parquet")):
            return []
        source = f"read_parquet('{folder}/**/*.parquet', hive_partitioning = true, union_by_name = true)"
        query = f"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (SELECT {', '.join(columns) or '*'} FROM {source})"
        with _database().cursor() as cursor:
            return sorted(cursor.execute(query).fetchall(), key=repr)

    def published(self) -> dict[str, Rows]:
        """Return the rows of every silver and gold table by `<layer>.<table>`."""
        silver = {f"silver.{table.name}": self.rows("silver", table.name) for table in self.domain.tables}
        gold = {f"gold.{mart.name}": self.rows("gold", mart.name) for mart in self.domain.marts}
        return silver | gold

    def refreshed(self) -> dict[str, Rows]:
        """Return what a full refresh over the same bronze publishes; it runs on a copy."""
        root = self.root.with_name(f"{self.root.name}-refreshed")
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(self.root / "processed" / "bronze", root / "processed" / "bronze")
        shutil.copytree(self.root / "ledger", root / "ledger")
        other = Pipeline(self.spark, root, self.domain.name)
        other._runs = self._runs
        other.curate(full_refresh=True)
        result = other.published()
        shutil.rmtree(root)
        return result
