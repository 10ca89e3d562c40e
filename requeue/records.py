"""Find quarantined records by table, check, batch and file."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import pyarrow.parquet as pq

from glue_jobs.ledger.damage import parsing, texts
from glue_jobs.ledger.ledger import FileEntry, Ledger, LedgerView
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.errors import CaudalError
from lake.files.checks import FILE_CHECKS, FILE_UNREADABLE
from lake.model.spec import Domain

SHORTEST_ID = 8
"""Minimum number of characters of an abbreviated record id."""

_BATCH = re.compile(r"batch=(?P<batch>[^/]+)/[^/]+\.parquet")


@dataclass(frozen=True, kw_only=True)
class Record:
    """One quarantined record; `requeued` if it was sent to raw again."""

    record_id: str
    table: str
    source_file: str
    source_row: int
    raw_record: str
    failed_checks: tuple[str, ...]
    batch_id: str
    ingest_ts: datetime
    requeued: bool

    @property
    def is_correctable(self) -> bool:
        """Whether the record can be corrected: a file that was rejected whole has only its beginning here."""
        return FILE_CHECKS.keys().isdisjoint(self.failed_checks)

    @property
    def is_unreadable_file(self) -> bool:
        """Whether the record is a whole file on which the reader failed: its bytes may be sent again."""
        return FILE_UNREADABLE in self.failed_checks


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A selection of records; an empty field selects all. Ids may be abbreviated, see SHORTEST_ID."""

    table: str = ""
    check: str = ""
    batch: str = ""
    source_file: str = ""
    records: tuple[str, ...] = ()

    def __contains__(self, record: Record) -> bool:
        return (
            (not self.check or self.check in record.failed_checks)
            and self.source_file in record.source_file
            and (not self.records or any(record.record_id.startswith(name) for name in self.records))
        )

    @property
    def is_selective(self) -> bool:
        """Whether the filter selects less than a whole table."""
        return bool(self.check or self.batch or self.source_file or self.records)


class Quarantine:
    """The quarantined records of a domain's committed batches."""

    def __init__(self, store: ObjectStore, bucket: str, ledger_bucket: str, domain: Domain) -> None:
        """`bucket` is the processed bucket, with the records."""
        self._store = store
        self._bucket = bucket
        self._ledger_bucket = ledger_bucket
        self._domain = domain

    @cached_property
    def view(self) -> LedgerView:
        """The domain's ledger, read once."""
        return Ledger(self._store, self._ledger_bucket, self._domain.name).view()

    def find(self, wanted: Filter) -> list[Record]:
        """Return the matching records, each once, ordered by table, file and row.

        Raises CaudalError for a table or a record that does not exist, and for an ambiguous id.
        """
        tables = [*(table.name for table in self._domain.tables), naming.UNRECOGNISED]
        if wanted.table:
            tables = [wanted.table if wanted.table in tables else self._domain.table(wanted.table).name]
        found = {
            record.record_id: record
            for table in tables
            for record in self._of(table, wanted.batch)
            if record in wanted
        }
        for name in wanted.records:
            _require_one(name, list(found))
        return sorted(
            found.values(), key=lambda record: (record.table, record.source_file, record.source_row)
        )

    def entry(self, record: Record) -> FileEntry | None:
        """Return the ledger's entry of the record's source file, or None if there is none."""
        for batch in self.view.batches:
            if batch.batch_id == record.batch_id:
                return next((file for file in batch.files if file.key == record.source_file), None)
        return None

    def _of(self, table: str, only_batch: str) -> Iterator[Record]:
        prefix = naming.layer_prefix("quarantine", self._domain.name, table)
        # The files of a replaced batch were read again.
        batches = {batch.batch_id for batch in self.view.batches} - self.view.replaced
        requeued = self._requeued(table)
        for item in self._store.list(self._bucket, prefix):
            match = _BATCH.fullmatch(item.key.removeprefix(prefix))
            # Files that a killed run left belong to no committed batch.
            if match is None or match["batch"] not in batches or only_batch not in ("", match["batch"]):
                continue
            rows = pq.ParquetFile(io.BytesIO(self._store.read(self._bucket, item.key))).read().to_pylist()
            for row in rows:
                yield Record(
                    record_id=row["record_id"],
                    table=table,
                    source_file=row["source_file"],
                    source_row=row["source_row"],
                    raw_record=row["raw_record"] or "",
                    failed_checks=tuple(row["failed_checks"]),
                    batch_id=row["batch_id"],
                    ingest_ts=row["ingest_ts"],
                    requeued=row["record_id"] in requeued,
                )

    def _requeued(self, table: str) -> frozenset[str]:
        """Return the ids of the table's records that the ledger has as requeued."""
        bucket, found = self._ledger_bucket, set[str]()
        for entry in self._store.list(bucket, naming.requeued_prefix(self._domain.name, table)):
            with parsing("a requeue", bucket, entry.key):
                found.update(texts(json.loads(self._store.read(bucket, entry.key))["records"]))
        return frozenset(found)


def _require_one(name: str, ids: Sequence[str]) -> None:
    matching = [record_id for record_id in ids if record_id.startswith(name)]
    if len(matching) == 1 and len(name) >= SHORTEST_ID:
        return
    if len(name) < SHORTEST_ID:
        what, hint = "is too short", f"Give at least {SHORTEST_ID} characters of its id."
    elif matching:
        what, hint = "means several records", f"Give more characters: {', '.join(matching[:5])}."
    else:
        what = "is not among the quarantined records that the other options select"
        hint = "Find its id with `caudal quarantine list`."
    raise CaudalError(f"record '{name}' {what}.", hint=hint)
