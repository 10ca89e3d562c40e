"""Records on their way back to raw: one object per file that they came in.

An object of requeued records is a file of its own: it has its own entry in the ledger and its own
account of rows. Its rank is that of the file that the records came in (metadata `requeued-from` and
`uploaded-at`), and the first column tells the row that each record was, so that a record takes the
place that it would have had. A record of a stream ranks by its content and needs neither.

The key follows from the content: what is sent twice is there already.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from glue_jobs.ingest.landing import RANK_SEPARATOR, SOURCE_ROW, encode_origin, origin_of
from glue_jobs.quality.checks import MALFORMED
from glue_jobs.runtime.store import Head, ObjectStore
from lake import naming
from lake.errors import CaudalError
from lake.files.recognition import GZIP_SUFFIX, HEAD_BYTES, recognise
from lake.model.spec import Domain, Table
from requeue.records import Quarantine, Record

Metadata = Mapping[str, str]
Door = Callable[[str, bytes, Metadata], bool]
"""Puts an object (key, body, metadata) into raw if its key is free; False if it is taken."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """The raw file that records came in: its columns (none for a stream), and where it ranks."""

    headers: tuple[str, ...]
    origin: str
    uploaded_at: str


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One raw object of requeued records, ready to be sent."""

    table: str
    key: str
    body: bytes
    metadata: Mapping[str, str]
    records: tuple[str, ...]
    corrected: bool


class Sources:
    """Looks up the raw files that quarantined records came in."""

    def __init__(self, store: ObjectStore, raw_bucket: str, domain: Domain, quarantine: Quarantine) -> None:
        self._store = store
        self._bucket = raw_bucket
        self._domain = domain
        self._quarantine = quarantine
        self._known: dict[str, Source] = {}

    def of(self, record: Record) -> Source:
        """Raises CaudalError if raw no longer has the file."""
        key = record.source_file
        if key not in self._known:
            self._known[key] = self._look(record)
        return self._known[key]

    def _look(self, record: Record) -> Source:
        key = record.source_file
        try:
            head = self._store.head(self._bucket, key, HEAD_BYTES)
        except FileNotFoundError as error:
            raise CaudalError(
                "raw no longer has the file that the record came in.",
                where=f"s3://{self._bucket}/{key}",
                hint="Restore it: bronze and quarantine refer to it.",
            ) from error
        path = key.removeprefix(naming.raw_prefix(self._domain.name))
        headers = recognise(self._domain, path, head.body).headers
        return Source(
            headers=headers[1:] if headers[:1] == (SOURCE_ROW,) else headers,
            origin=origin_of(head) or key,
            uploaded_at=self._moment(record, head),
        )

    def _moment(self, record: Record, head: Head) -> str:
        """When the file was uploaded as the ledger ranked it; the object may have been written again."""
        entry = self._quarantine.entry(record)
        moment = entry.rank.partition(RANK_SEPARATOR)[0] if entry else ""
        try:
            return datetime.fromisoformat(moment).isoformat(timespec="microseconds")
        except ValueError:
            # Files of a stream need no rank: there the object's own time will do.
            return head.modified.isoformat(timespec="microseconds")


def refuse_unfit(records: Iterable[Record], *, corrected: bool) -> None:
    """Raise CaudalError for records that cannot come back, or not as they are."""
    for record in records:
        name = f"record {record.record_id[:12]} of {record.source_file}"
        if not record.is_mendable:
            raise CaudalError(
                "the whole file was rejected, and the record holds its beginning only.",
                where=name,
                hint="Mend the file and upload it again with upload_files.py.",
            )
        if MALFORMED in record.failed_checks and not corrected:
            raise CaudalError(
                "the line is malformed, and would be again.",
                where=name,
                hint="Send it with --corrected; `list --to FILE` writes a file to start from.",
            )


def pack(
    domain: Domain, table: Table, records: Iterable[Record], sources: Sources, corrections: Mapping[str, str]
) -> list[Parcel]:
    """Parcels of a table's records; `corrections` maps ids to the record's new text."""
    by_file: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_file[record.source_file].append(record)
    return [
        _parcel(domain, table, sorted(group, key=lambda record: record.source_row), sources, corrections)
        for _, group in sorted(by_file.items())
    ]


def _parcel(
    domain: Domain, table: Table, records: list[Record], sources: Sources, corrections: Mapping[str, str]
) -> Parcel:
    source = sources.of(records[0])
    texts = [(record, corrections.get(record.record_id, record.raw_record)) for record in records]
    if table.stream:
        lines = [text for _, text in texts]
    else:
        numbered = (f"{record.source_row},{text}" for record, text in texts)
        lines = [csv_line((SOURCE_ROW, *source.headers)), *numbered]
    body = "".join(f"{line}\n" for line in lines).encode()
    sha256 = hashlib.sha256(body).hexdigest()
    return Parcel(
        table=table.name,
        key=naming.raw_key(domain.name, table.name, sha256, _path(table, source.origin)),
        body=body,
        metadata={
            "sha256": sha256,
            "uploaded-at": source.uploaded_at,
            "requeued-from": encode_origin(source.origin),
        },
        records=tuple(record.record_id for record in records),
        corrected=any(record.record_id in corrections for record in records),
    )


def _path(table: Table, origin: str) -> str:
    """Is recognised as the table, and differs for files that held the same records."""
    folder = f"{table.stream.folders[0]}/" if table.stream else ""
    name = origin.rsplit("/", 1)[-1].removesuffix(GZIP_SUFFIX)
    return f"{folder}requeued/{hashlib.sha256(origin.encode()).hexdigest()[:12]}/{name}"


def csv_line(fields: Iterable[str]) -> str:
    """One CSV record, without its end."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(list(fields))
    return text.getvalue()


def send(
    parcels: Iterable[Parcel], door: Door, notes: ObjectStore, bucket: str, domain: str
) -> Iterator[tuple[Parcel, bool]]:
    """Send each parcel, then note in the ledger which records it held; yields whether it was new to raw.

    A parcel that is there already was sent by a run that may have died before its note.
    """
    for parcel in parcels:
        is_new = door(parcel.key, parcel.body, parcel.metadata)
        note = {"key": parcel.key, "records": parcel.records, "corrected": parcel.corrected}
        name = hashlib.sha256(parcel.key.encode()).hexdigest()[:24]
        key = naming.requeued_key(domain, parcel.table, name)
        notes.create(bucket, key, json.dumps(note, indent=1).encode())
        yield parcel, is_new
