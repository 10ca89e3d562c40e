"""Requeue records: send them to raw again, as one object per source file of the records.

An object of requeued records is a file of its own, with its own entry and row counts in the ledger. It
has the rank of the records' source file (metadata `requeued-from` and `uploaded-at`), and its first
column holds each record's row number there. So the versions of a key rank as if the record had been good
at first. Records of a stream rank by their content and need neither.

The key is derived from the content, so sending the same records again creates no second object.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from glue_jobs.ingest.landing import SOURCE_ROW
from glue_jobs.ingest.upload_metadata import encode_origin, origin_of
from glue_jobs.ledger.entries import ALONE, RANK_SEPARATOR
from glue_jobs.quality.checks import MALFORMED
from glue_jobs.runtime.store import Head, ObjectStore
from lake import naming
from lake.errors import CaudalError
from lake.files.csv_text import fields_of
from lake.files.metadata import REQUEUED_AT, REQUEUED_FROM, SHA256, UPLOADED_AT
from lake.files.names import GZIP_SUFFIX
from lake.files.recognition import HEAD_BYTES, recognise
from lake.model.spec import Domain, Table
from requeue.records import Quarantine, Record

Metadata = Mapping[str, str]
PutObject = Callable[[str, bytes, Metadata], bool]
"""Put an object (key, body, metadata) into raw; returns False if the key already exists."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """The raw file that records were first read from: its columns (none for a stream) and its rank."""

    headers: tuple[str, ...]
    origin: str
    uploaded_at: str
    is_alone: bool = False


@dataclass(frozen=True, kw_only=True)
class RawObject:
    """One raw object of requeued records; `corrected` if any of them was corrected."""

    table: str
    key: str
    body: bytes
    metadata: Mapping[str, str]
    records: tuple[str, ...]
    corrected: bool


class Sources:
    """The source files of quarantined records, each read once from raw."""

    def __init__(self, store: ObjectStore, raw_bucket: str, domain: Domain, quarantine: Quarantine) -> None:
        self._store = store
        self._bucket = raw_bucket
        self._domain = domain
        self._quarantine = quarantine
        self._known: dict[str, Source] = {}

    def of(self, record: Record) -> Source:
        """Return the record's source file. Raises CaudalError if raw no longer has the file."""
        key = record.source_file
        if key not in self._known:
            self._known[key] = self._read(record)
        return self._known[key]

    def content(self, record: Record) -> bytes:
        """Return the bytes of the record's source file."""
        return self._store.read(self._bucket, record.source_file)

    def _read(self, record: Record) -> Source:
        key = record.source_file
        try:
            head = self._store.head(self._bucket, key, HEAD_BYTES)
        except FileNotFoundError as error:
            raise CaudalError(
                "raw no longer has the record's source file.",
                where=f"s3://{self._bucket}/{key}",
                hint="Restore the file: bronze and quarantine refer to it.",
            ) from error
        path = key.removeprefix(naming.raw_prefix(self._domain.name))
        headers = recognise(self._domain, path, head.body).headers
        return Source(
            headers=headers[1:] if headers[:1] == (SOURCE_ROW,) else headers,
            origin=origin_of(head) or key,
            uploaded_at=self._uploaded_at(record, head),
            is_alone=self._is_alone(record),
        )

    def _is_alone(self, record: Record) -> bool:
        """Return whether the ledger ranked the file as a delivery by itself."""
        entry = self._quarantine.entry(record)
        return entry is not None and entry.is_alone

    def _uploaded_at(self, record: Record, head: Head) -> str:
        """Return the upload time that the ledger ranked the file by.

        The object's own time may differ: the object may have been rewritten since.
        """
        entry = self._quarantine.entry(record)
        ranked_at = entry.rank.partition(RANK_SEPARATOR)[0] if entry else ""
        try:
            return datetime.fromisoformat(ranked_at).isoformat(timespec="microseconds")
        except ValueError:
            # Files of a stream are not ranked, so the object's own time is good enough.
            return head.modified.isoformat(timespec="microseconds")


def require_sendable(records: Iterable[Record], *, corrected: bool) -> None:
    """Raise CaudalError for a record that cannot be sent, or that cannot be sent uncorrected."""
    for record in records:
        name = f"record {record.record_id[:12]} of {record.source_file}"
        if record.is_unreadable_file:
            continue
        if not record.is_correctable:
            raise CaudalError(
                "the whole file was rejected, and the record holds only its beginning.",
                where=name,
                hint="Correct the file and upload it again with `caudal upload`.",
            )
        if MALFORMED in record.failed_checks and not corrected:
            raise CaudalError(
                "the line is malformed and would be quarantined again.",
                where=name,
                hint="Correct it in a file that `caudal quarantine list --to FILE` writes, and send that "
                "file with --corrected.",
            )


def to_raw_objects(
    domain: Domain,
    table: Table,
    records: Iterable[Record],
    sources: Sources,
    corrections: Mapping[str, str],
    *,
    now: datetime,
) -> list[RawObject]:
    """Return the raw objects of the records of a table; `corrections` maps record ids to corrected texts.

    `now` is their `requeued-at`: a record whose date was in the future is checked by this time.
    """
    by_file: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_file[record.source_file].append(record)
    return [
        _raw_object(
            domain, table, sorted(group, key=lambda record: record.source_row), sources, corrections, now
        )
        for _, group in sorted(by_file.items())
    ]


def _raw_object(
    domain: Domain,
    table: Table,
    records: list[Record],
    sources: Sources,
    corrections: Mapping[str, str],
    now: datetime,
) -> RawObject:
    source = sources.of(records[0])
    if records[0].is_unreadable_file:
        return _whole_file(domain, table, records[0], source, sources.content(records[0]), now)
    texts = [(record, corrections.get(record.record_id, record.raw_record)) for record in records]
    if table.stream:
        lines = [text for _, text in texts]
    else:
        numbered = (f"{record.source_row},{_in_one_line(text)}" for record, text in texts)
        lines = [csv_line((SOURCE_ROW, *source.headers)), *numbered]
    body = "".join(f"{line}\n" for line in lines).encode()
    sha256 = hashlib.sha256(body).hexdigest()
    return RawObject(
        table=table.name,
        key=naming.raw_key(
            domain.name, table.name, sha256, _path(table, records[0].source_file, source.origin)
        ),
        body=body,
        metadata=_metadata(source, sha256, now),
        records=tuple(record.record_id for record in records),
        corrected=any(record.record_id in corrections for record in records),
    )


def _in_one_line(text: str) -> str:
    """Quote the line ends of a record whose own file has line ends of another kind."""
    return csv_line(fields_of(text)) if "\n" in text or "\r" in text else text


def _metadata(source: Source, sha256: str, now: datetime) -> dict[str, str]:
    """Return the metadata of requeued records: their rank is that of their source file."""
    return {
        SHA256: sha256,
        UPLOADED_AT: source.uploaded_at,
        REQUEUED_AT: now.astimezone(UTC).isoformat(timespec="microseconds"),
        REQUEUED_FROM: encode_origin(source.origin),
        **({ALONE: "true"} if source.is_alone else {}),
    }


def _whole_file(
    domain: Domain, table: Table, record: Record, source: Source, body: bytes, now: datetime
) -> RawObject:
    """Return a file's own bytes as a raw object. Each rejection gives it another key."""
    sha256 = hashlib.sha256(body).hexdigest()
    folder = f"{table.stream.folders[0]}/" if table.stream else ""
    place = hashlib.sha256(f"{source.origin}|{record.batch_id}".encode()).hexdigest()[:12]
    path = f"{folder}requeued/{place}/{source.origin.rsplit('/', 1)[-1]}"
    return RawObject(
        table=table.name,
        key=naming.raw_key(domain.name, table.name, sha256, path),
        body=body,
        metadata=_metadata(source, sha256, now),
        records=(record.record_id,),
        corrected=False,
    )


def _path(table: Table, file: str, origin: str) -> str:
    """Return a path that is recognised as the table's and is unique for the records' file.

    `file` is the file that was quarantined, `origin` the one that the records were first read from. So a
    requeued record that was quarantined again gets another path, although its text is the same.
    """
    folder = f"{table.stream.folders[0]}/" if table.stream else ""
    name = origin.rsplit("/", 1)[-1].removesuffix(GZIP_SUFFIX)
    return f"{folder}requeued/{hashlib.sha256(file.encode()).hexdigest()[:12]}/{name}"


def csv_line(fields: Iterable[str]) -> str:
    """Return one CSV record without its line end."""
    text = io.StringIO()
    # Only the characters of the line end are quoted in every version of Python.
    csv.writer(text, lineterminator="\r\n").writerow(list(fields))
    return text.getvalue().removesuffix("\r\n")


def send(
    objects: Iterable[RawObject], put: PutObject, store: ObjectStore, ledger_bucket: str, domain: str
) -> Iterator[tuple[RawObject, bool]]:
    """Put each object into raw, then record the requeue in the ledger; yield (object, whether it was new).

    The ledger entry is written even if the object already exists: the run that put it there may have died
    before it wrote the entry.
    """
    for raw_object in objects:
        is_new = put(raw_object.key, raw_object.body, raw_object.metadata)
        entry = {"key": raw_object.key, "records": raw_object.records, "corrected": raw_object.corrected}
        name = hashlib.sha256(raw_object.key.encode()).hexdigest()[:24]
        key = naming.requeued_key(domain, raw_object.table, name)
        store.create(ledger_bucket, key, json.dumps(entry, indent=1).encode())
        yield raw_object, is_new
