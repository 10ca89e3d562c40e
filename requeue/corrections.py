"""Files of records to correct by hand, for `caudal quarantine list --to` and `send --corrected`.

For a CSV table, a CSV file with the record's id and the columns of the source file. For a stream, JSON
lines `{"record_id": …, "record": …}` with the record as text or as an object.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from lake.errors import CaudalError
from lake.files.csv_text import fields_of
from lake.model.spec import Table
from requeue.records import Record
from requeue.sending import Sources, csv_line

RECORD_ID = "caudal:record_id"
FAILED = "caudal:failed_checks"
RAW_RECORD = "caudal:raw_record"
ADDED = (RECORD_ID, FAILED, RAW_RECORD)
"""Columns besides those of the source file: the record's id, its failed checks and its raw text."""


def write_template(path: Path, table: Table, records: Iterable[Record], sources: Sources) -> None:
    """Write the records unchanged to `path`, to be corrected there."""
    listed = list(records)
    if table.stream:
        lines = (
            {"record_id": each.record_id, "failed_checks": each.failed_checks, "record": each.raw_record}
            for each in listed
        )
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
        return
    headers = list(dict.fromkeys(name for record in listed for name in sources.of(record).headers))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*ADDED, *headers], restval="")
        writer.writeheader()
        for record in listed:
            fields = _fields(record.raw_record)
            # Surplus fields of a malformed line have no column; RAW_RECORD has the complete line.
            known = dict(zip(sources.of(record).headers, fields, strict=False))
            added = (record.record_id, " ".join(record.failed_checks), record.raw_record)
            writer.writerow({**known, **dict(zip(ADDED, added, strict=True))})


def _fields(text: str) -> list[str]:
    """Return the fields of a record; those of a malformed one as far as they can be told apart."""
    try:
        return fields_of(text)
    except ValueError:
        return next(csv.reader(io.StringIO(text, newline="")), [])


def read_ids(path: Path, table: Table) -> tuple[str, ...]:
    """Return the ids, possibly abbreviated, of the records that the file corrects.

    Raises CaudalError if the file cannot be read or is malformed.
    """
    return tuple(name for _, name, _ in _rows(path, table))


def read(path: Path, table: Table, records: Iterable[Record], sources: Sources) -> dict[str, str]:
    """Return record id → corrected text of `records`, which are those that `read_ids` names.

    Raises CaudalError if the file is malformed, corrects a record twice, or has other columns than the
    record's source file.
    """
    listed = list(records)
    corrections: dict[str, str] = {}
    for line, name, content in _rows(path, table):
        [record] = [each for each in listed if each.record_id.startswith(name)]
        where = f"{path}, line {line}"
        if record.record_id in corrections:
            raise CaudalError(
                f"record {name} is corrected twice.", where=where, hint="Keep one of the two corrections."
            )
        if isinstance(content, str):
            corrections[record.record_id] = content
            continue
        headers = sources.of(record).headers
        absent = [header for header in headers if header not in content]
        unknown = [header for header in content if header not in headers and content[header]]
        if absent or unknown:
            raise CaudalError(
                f"columns are missing ({', '.join(absent) or 'none'}) or unknown "
                f"({', '.join(unknown) or 'none'}).",
                where=where,
                hint=f"The record's file has the columns {', '.join(headers)}.",
            )
        corrections[record.record_id] = csv_line(content[header] for header in headers)
    return corrections


def _rows(path: Path, table: Table) -> Iterator[tuple[int, str, str | Mapping[str, str]]]:
    """Yield (line number, record id, new content): text for a stream, fields by header for CSV."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CaudalError(f"the file of corrections cannot be read: {error}.", where=str(path)) from error
    rows = _json_rows(path, text) if table.stream else _csv_rows(path, text)
    yield from rows


def _csv_rows(path: Path, text: str) -> Iterator[tuple[int, str, Mapping[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        headers = next(reader, [])
        if RECORD_ID not in headers:
            raise CaudalError(
                f"there is no column {RECORD_ID}.",
                where=str(path),
                hint="Start from a file that `caudal quarantine list --to FILE` has written.",
            )
        for fields in reader:
            if len(fields) != len(headers):
                raise CaudalError(
                    f"the line has {len(fields)} fields, the header has {len(headers)}.",
                    where=f"{path}, line {reader.line_num}",
                )
            row = dict(zip(headers, fields, strict=True))
            content = {name: value for name, value in row.items() if name not in ADDED}
            yield reader.line_num, row[RECORD_ID].strip(), content
    except csv.Error as error:
        raise CaudalError(
            f"the line is not valid CSV: {error}.", where=f"{path}, line {reader.line_num}"
        ) from error


def _json_rows(path: Path, text: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            record = row["record"]
            content = record if isinstance(record, str) else json.dumps(record, ensure_ascii=False)
            name = str(row["record_id"]).strip()
        except (ValueError, KeyError, TypeError) as error:
            raise CaudalError(
                f"the line is not a JSON object with record_id and record ({error!r}).",
                where=f"{path}, line {number}",
                hint="Start from a file that `caudal quarantine list --to FILE` has written.",
            ) from error
        yield number, name, content.replace("\r", " ").replace("\n", " ")
