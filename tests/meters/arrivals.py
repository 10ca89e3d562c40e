"""Writes micro-batches of the meters' streams as the streaming job does: files, then the ledger entry."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

from glue_jobs.ledger.ledger import Batch, FileEntry, Ledger
from lake import naming
from lake.files.rules import READING_RULES
from lake.naming import BatchStatus, FileStatus
from tests.pipeline import START, Pipeline

Reading = tuple[str, str, str, int]
"""reading_id, day, meter_id, kwh."""

_LINEAGE = [
    ("extra", pa.map_(pa.string(), pa.string())), ("quality_flags", pa.list_(pa.string())),
    ("source_file", pa.string()), ("source_row", pa.int64()), ("source_rank", pa.string()),
    ("ingest_ts", pa.timestamp("us", tz="UTC")), ("batch_id", pa.string()),
]  # fmt: skip
_SCHEMAS = {
    "readings": pa.schema(
        [
            ("reading_id", pa.string()),
            ("read_at", pa.timestamp("us", tz="UTC")),
            ("meter_id", pa.string()),
            ("kwh", pa.int64()),
            *_LINEAGE,
        ]
    ),
    "alerts": pa.schema([("alert_id", pa.string()), ("raised_at", pa.timestamp("us", tz="UTC")), *_LINEAGE]),
}


class Meters(Pipeline):
    """The meters' pipeline. Without CSV files `ingest` needs no Spark."""

    def __init__(self, spark: SparkSession | None, root: Path) -> None:
        super().__init__(spark, root, "meters")  # type: ignore[arg-type]
        self._arrived = 0

    def twin(self, root: Path) -> Meters:
        """Return a pipeline with the same history in another folder."""
        copied = super().copy(root)
        other = Meters(self.spark, root)
        other.uploads, other._runs, other._arrived = copied.uploads, copied._runs, self._arrived
        other.catalog = copied.catalog
        return other

    def read(self, *rows: Reading, bad: int = 0) -> str:
        """Commit a micro-batch of readings and of `bad` quarantined rows; return its batch id."""
        values = [
            {"reading_id": name, "read_at": _moment(day), "meter_id": meter, "kwh": kwh}
            for name, day, meter, kwh in rows
        ]
        return self._arrive("readings", values, bad, generation=1)

    def alert(self, *rows: tuple[str, str]) -> str:
        """Commit a micro-batch of alerts (alert_id, day); return its batch id."""
        values = [{"alert_id": name, "raised_at": _moment(day)} for name, day in rows]
        return self._arrive("alerts", values, 0, generation=2)

    def _arrive(self, table: str, rows: Sequence[dict[str, object]], bad: int, *, generation: int) -> str:
        self._arrived += 1
        batch_id = naming.stream_batch_id(generation, self._arrived)
        key = f"{naming.raw_prefix('meters', table)}{table}/{self._arrived}.jsonl"
        by_month: dict[str, list[dict[str, object]]] = defaultdict(list)
        for number, row in enumerate(rows, start=1):
            moment = row["read_at" if table == "readings" else "raised_at"]
            assert isinstance(moment, datetime)
            by_month[naming.month_partition(moment.year, moment.month)].append(
                {
                    **row, "extra": None, "quality_flags": [], "source_file": key, "source_row": number,
                    "source_rank": f"{batch_id}-{number}", "ingest_ts": START, "batch_id": batch_id,
                }
            )  # fmt: skip
        prefix = naming.batch_prefix("bronze", "meters", table, batch_id)
        for month, its in by_month.items():
            body = io.BytesIO()
            pq.write_table(pa.Table.from_pylist(its, _SCHEMAS[table]), body)
            self.store.write("processed", f"{prefix}{month}part-0.parquet", body.getvalue())
        read = len(rows) + bad
        counts = {"rows_checked": read, "rows_flagged": 0, "rows_quarantined": bad}
        entry = FileEntry(
            key=key, version="1", table=table, size=1, sha256=key, rank=key, status=FileStatus.INGESTED,
            rows_read=read, rows_bronze=len(rows), rows_quarantined=bad,
        )  # fmt: skip
        batch = Batch(
            batch_id=batch_id, domain="meters", execution="r", status=BatchStatus.COMMITTED,
            committed_at=START.isoformat(), files=(entry,), tables=(table,) if rows else (),
            checks={table: {"kwh.range": counts}}, rules=READING_RULES,
        )  # fmt: skip
        Ledger(self.store, "ledger", "meters").commit(batch)
        return batch_id


def _moment(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)


def readings(count: int, day: str = "2025-06-01", start: int = 1) -> list[Reading]:
    """Return `count` good readings of one day."""
    return [(f"r{start + place}", day, "m1", 5) for place in range(count)]
