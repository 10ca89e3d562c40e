"""A stream over folders: drop files, run the streaming job, read bronze, quarantine and ledger."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from glue_jobs import stream_to_bronze
from glue_jobs.ingest.reading import as_uri
from glue_jobs.ledger.ledger import FileEntry
from glue_jobs.runtime.store import ObjectStore
from glue_jobs.streaming.args import StreamArguments
from glue_jobs.streaming.bronze import BronzeWriter
from glue_jobs.streaming.files import RawFiles
from glue_jobs.streaming.generation import Generation
from lake import naming
from lake.model.spec import Table
from tests.pipeline import START, Pipeline, Rows

FOLDER = "usage_events"


class StreamPipeline(Pipeline):
    """The streaming job of the cloud provider's events, and the two jobs of its batch flow."""

    def __init__(self, spark: SparkSession, root: Path) -> None:
        super().__init__(spark, root, "cloud_provider")

    @property
    def table(self) -> Table:
        return self.domain.table(FOLDER)

    def copy_to(self, root: Path) -> None:
        """Copy the buckets to another folder."""
        shutil.copytree(self.root, root)

    def drop_events(self, files: Mapping[str, str | bytes]) -> None:
        """Upload files of the stream."""
        self.drop({f"{FOLDER}/{name}": content for name, content in files.items()})

    def stream_args(self, **options: Any) -> StreamArguments:
        return StreamArguments(job=self.args(), table=self.table.name, **options)

    def stream(self, *, store: ObjectStore | None = None, **options: Any) -> dict[str, Any]:
        """Run the streaming job once (available-now) and return its summary."""
        self._runs += 1
        now = START + timedelta(days=1, minutes=self._runs)
        args = self.stream_args(**options)
        return stream_to_bronze.run(self.spark, store or self.store, self.catalog, args, lambda: now)

    def writer(self, *, store: ObjectStore | None = None, generation: int = 1) -> BronzeWriter:
        """Return a bronze writer as at the start of a run."""
        store = store or self.store
        return BronzeWriter(
            spark=self.spark, store=store, catalog=self.catalog,
            raw=RawFiles(store, "raw", self.domain, self.table),
            args=self.stream_args(), domain=self.domain, table=self.table,
            generation=Generation(generation), view=self.view(), now=lambda: START + timedelta(days=1),
        )  # fmt: skip

    def paths(self, *names: str) -> Sequence[str]:
        """Return the paths of raw files as Spark reports them, selected by the end of their names."""
        prefix = naming.raw_prefix(self.domain.name, self.table.name)
        keys = [item.key for item in self.store.list("raw", prefix)]
        return [as_uri(self.store.url("raw", key)) for key in keys if key.endswith(names or "")]

    def bronze(self, *columns: str) -> Rows:
        return self.rows("bronze", self.table.name, *columns)

    def quarantine(self, *columns: str) -> Rows:
        return self.rows("quarantine", self.table.name, *columns)

    def entries(self) -> dict[str, FileEntry]:
        """Return file name → its only entry in the ledger."""
        entries = [file for batch in self.view().batches for file in batch.files]
        found = {Path(entry.key).name: entry for entry in entries}
        assert len(found) == len(entries)
        return found


@pytest.fixture
def events(spark: SparkSession, tmp_path: Path) -> StreamPipeline:
    """An empty pipeline with a stream."""
    return StreamPipeline(spark, tmp_path / "buckets")


class _EndedQuery:
    """A query that has ended."""

    def awaitTermination(self) -> None:
        return


@contextmanager
def speed_view_off() -> Iterator[None]:
    """Leave the speed view out of runs: its state costs seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream_to_bronze, "start_speed", lambda *_, **__: _EndedQuery())
        yield


@pytest.fixture(scope="package", autouse=True)
def bronze_only() -> Iterator[None]:
    """Leave the speed view out of runs, except in tests that switch it on."""
    with speed_view_off():
        yield
