"""Recognition of a landing file's table from its path and its first bytes.

The uploader and the raw_to_processed job share this module, so that both treat a file alike:

- a CSV table by the longest table name that prefixes the file name (case-insensitive), confirmed
  by the header, which must hold the key columns;
- a stream table by one of its folders anywhere in the path.

A file with a `problem` is rejected whole under one of FILE_CHECKS.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import PurePosixPath

from lake.files.checks import FILE_CONTENT, FILE_HEADER, FILE_NAME
from lake.files.csv_text import HeaderError, Layout, read_header, visible
from lake.files.names import GZIP_SUFFIX, name_problem
from lake.model.spec import Domain, Table

HEAD_BYTES = 64 * 1024
"""Number of bytes at a file's beginning that `recognise` needs; the header must fit into them."""

_GZIP = b"\x1f\x8b"
_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_INFLATE_AS_GZIP = 16 + zlib.MAX_WBITS
_TEXT_CONTROLS = frozenset("\t\n\r\f")
_SIGNATURES = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF89a", b"%PDF-", b"PK\x03\x04", b"7z\xbc\xaf", b"BZh91AY&SY",
    b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"Rar!\x1a", b"SQLite format 3\0",
    b"\x7fELF", b"PAR1\x15", b"Obj\x01", b"\xd0\xcf\x11\xe0", b"\xff\x06\0\0sNaPpY",
)  # fmt: skip
"""First bytes of images, documents, archives and programs: their share of odd characters may be small."""
_BINARY_SHARE = 0.3
"""A file with a larger share of control and undecodable characters is binary; Latin-1 has a few percent."""


class Problem(Enum):
    """Reasons to reject a whole file."""

    EMPTY = "empty"
    BINARY = "binary"
    NO_HEADER = "no header"
    UNKNOWN_TABLE = "unknown table"
    MISSING_KEY = "missing key columns"
    DUPLICATE_COLUMN = "duplicate column"
    COMPRESSION = "name and compression differ"
    NAME = "name not accepted"

    @property
    def check(self) -> str:
        """The check that a file with this problem fails."""
        return _CHECKS.get(self, FILE_HEADER)


_CHECKS = {
    Problem.NAME: FILE_NAME,
    Problem.BINARY: FILE_CONTENT,
    Problem.COMPRESSION: FILE_CONTENT,
}


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """The result of recognising a file.

    - `table`: the declared table that the path names, or None. A rejected file keeps its table, so that
      the rejection is recorded for that table.
    - `headers`: the header's names, trimmed, in file order; empty for a stream.
    - `positions`: declared column name → index in the line. An exact match of names precedes a match
      that ignores case.
    - `extra`: undeclared column (its header made unique) → index in the line: drift.
    - `missing_key`, `missing`: declared headers that the file lacks, key columns and others.
    - `problem`, `reason`: the cause of a rejection as a code and as a sentence; None and empty otherwise.
    - `compressed`: the bytes are gzip. A file whose name contradicts its compression is rejected.
    - `bom`: the text begins with a UTF-8 byte order mark.
    - `layout`: where the records of a CSV file begin and how they end.
    """

    path: str
    table: Table | None
    headers: tuple[str, ...] = ()
    positions: Mapping[str, int] = field(default_factory=dict)
    extra: Mapping[str, int] = field(default_factory=dict)
    missing_key: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    problem: Problem | None = None
    reason: str = ""
    compressed: bool = False
    bom: bool = False
    layout: Layout = field(default_factory=Layout)

    @property
    def check(self) -> str:
        """The check of whole files that the file fails; empty if it has no problem."""
        return self.problem.check if self.problem else ""

    @property
    def is_stream(self) -> bool:
        """Whether the file belongs to a stream table."""
        return self.table is not None and self.table.stream is not None

    @property
    def drift(self) -> tuple[str, ...]:
        """A sentence for each tolerated difference from the declared columns."""
        return (
            *(f"column '{name}' is not declared" for name in self.extra),
            *(f"column '{name}' is missing" for name in self.missing),
        )


def table_of(domain: Domain, path: str) -> Table | None:
    """Return the table that `path` names, without reading the file; None if it names no table."""
    *folders, name = PurePosixPath(path.lower()).parts or ("",)
    for table in domain.stream_tables:
        if table.stream and {folder.lower() for folder in table.stream.folders} & set(folders):
            return table
    named = [table for table in domain.csv_tables if name.startswith(table.name)]
    return max(named, key=lambda table: len(table.name), default=None)


def recognise(domain: Domain, path: str, head: bytes) -> Recognised:
    """Return a file's table and columns, or the reason to reject the file.

    `path` is relative and has slashes; `head` are the first HEAD_BYTES bytes of the file.
    """
    table = table_of(domain, path)
    plain, compressed = _inflated(head)
    bom = plain.startswith(_UTF8_BOM)
    text = plain
    while text.startswith(_UTF8_BOM):
        text = text.removeprefix(_UTF8_BOM)

    def rejected(problem: Problem, reason: str, **details: object) -> Recognised:
        return Recognised(
            path=path, table=table, problem=problem, reason=reason, compressed=compressed, bom=bom, **details  # type: ignore[arg-type]
        )  # fmt: skip

    if unaccepted := name_problem(path):
        return rejected(Problem.NAME, unaccepted)
    if table is None:
        known = ", ".join(sorted(item.name for item in domain.tables))
        return rejected(
            Problem.UNKNOWN_TABLE, f"the file name begins with no table's name; the tables are {known}"
        )
    if not text.strip():
        return rejected(Problem.EMPTY, "the file is empty")
    if problem := _not_text(text, has_header=not table.stream):
        return rejected(Problem.BINARY, problem)
    if compressed != path.endswith(GZIP_SUFFIX):
        named, found = ("plain", "gzip") if compressed else ("gzip", "plain text")
        return rejected(
            Problem.COMPRESSION, f"by its name the file is {named}, but its content is {found}; rename it"
        )
    if table.stream:
        return Recognised(path=path, table=table, compressed=compressed, bom=bom)
    try:
        is_whole = len(plain) < HEAD_BYTES and len(head) < HEAD_BYTES
        headers, layout = read_header(text.decode("utf-8", errors="replace"), is_whole=is_whole)
    except HeaderError as error:
        return rejected(Problem.NO_HEADER, f"the first line is no CSV header: {error}")
    matched = _match(table, headers)
    if matched.duplicates:
        listed = ", ".join(matched.duplicates)
        return rejected(
            Problem.DUPLICATE_COLUMN, f"the header names {listed} more than once", headers=headers
        )
    if matched.missing_key:
        reason = _without_key(table, headers, matched.missing_key)
        return rejected(
            Problem.MISSING_KEY, reason, headers=headers, missing_key=matched.missing_key,
            missing=matched.missing, extra=matched.extra, positions=matched.positions,
        )  # fmt: skip
    return Recognised(
        path=path, table=table, headers=headers, positions=matched.positions, extra=matched.extra,
        missing=matched.missing, compressed=compressed, bom=bom, layout=layout,
    )  # fmt: skip


def _inflated(head: bytes) -> tuple[bytes, bool]:
    """Return (plain bytes, whether `head` is gzip); damaged gzip is returned unchanged.

    The members of a gzip file are one stream.
    """
    if not head.startswith(_GZIP):
        return head, False
    plain, rest = b"", head
    while rest.startswith(_GZIP) and len(plain) < HEAD_BYTES:
        member = zlib.decompressobj(_INFLATE_AS_GZIP)
        try:
            plain += member.decompress(rest, HEAD_BYTES - len(plain))
        except zlib.error:
            return plain or head, True
        rest = member.unused_data
    return plain, True


def _not_text(text: bytes, *, has_header: bool) -> str | None:
    """Return the reason why the bytes are not UTF-8 or Latin-1 text; None if they may be.

    A header may not have a NUL. Any other line with one is malformed by itself.
    """
    if text.startswith(_UTF16_BOMS):
        return "the text is UTF-16; save it as UTF-8"
    if text.startswith(_GZIP):
        return "the gzip data is damaged"
    if text.startswith(_SIGNATURES) or text[257:262] == b"ustar":
        return "the file is binary, not text"
    if has_header and b"\0" in text.splitlines()[0]:
        return "the file is binary, not text"
    characters = text.decode("utf-8", errors="replace")
    odd = sum(1 for each in characters if each == "\ufffd" or (each < " " and each not in _TEXT_CONTROLS))
    return "the file is binary, not text" if odd > _BINARY_SHARE * len(characters) else None


@dataclass(frozen=True, kw_only=True)
class _Match:
    positions: dict[str, int]
    extra: dict[str, int]
    duplicates: tuple[str, ...]
    missing_key: tuple[str, ...]
    missing: tuple[str, ...]


def _match(table: Table, headers: tuple[str, ...]) -> _Match:
    exact = {column.header: column.name for column in table.columns}
    folded = {header.lower(): name for header, name in exact.items()}
    positions: dict[str, int] = {}
    duplicates: list[str] = []
    undeclared: list[tuple[str, int]] = []
    # Exact names come first: a header that differs from them only in case is then an undeclared column.
    in_order = sorted(range(len(headers)), key=lambda index: headers[index] not in exact)
    for index in in_order:
        header = headers[index]
        name = exact.get(header) or folded.get(header.lower())
        if name is None or (name in positions and header not in exact):
            undeclared.append((header, index))
        elif name in positions:
            duplicates.append(header)
        else:
            positions[name] = index
    absent = [column.header for column in table.columns if column.name not in positions]
    return _Match(
        positions=positions,
        extra=_unique(undeclared),
        duplicates=tuple(dict.fromkeys(duplicates)),
        missing_key=tuple(header for header in absent if header in table.key_headers),
        missing=tuple(header for header in absent if header not in table.key_headers),
    )


def _unique(undeclared: list[tuple[str, int]]) -> dict[str, int]:
    """Return undeclared headers with unique names; empty and repeated ones get their column number."""
    extra: dict[str, int] = {}
    for header, index in sorted(undeclared, key=lambda pair: pair[1]):
        name = header or f"column_{index + 1}"
        extra[name if name not in extra else f"{name}_{index + 1}"] = index
    return extra


def _without_key(table: Table, headers: tuple[str, ...], missing: tuple[str, ...]) -> str:
    first = visible(", ".join(headers))[:200]
    reason = f"{table.name} needs the column {', '.join(missing)}; the first line is {first}"
    for separator in (";", "\t", "|"):
        if len(headers) == 1 and separator in headers[0]:
            reason += f" (separated by {separator!r}: columns are separated by commas)"
    return reason
