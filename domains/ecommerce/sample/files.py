"""CSV files of the landing folder, in all formats that occur in the real feed."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from domains.ecommerce.sample.manifest import Manifest
from domains.ecommerce.sample.model import HEADERS

Spelling = Callable[[str], str]
"""Turns a line with the declared columns, or the header, into the line that is written."""


def as_declared(line: str) -> str:
    """Return the line unchanged."""
    return line


def reversed_columns(line: str) -> str:
    """Return the line with its columns in reverse order; for tables without quoted texts."""
    return ",".join(reversed(line.split(",")))


def without_last_column(line: str) -> str:
    """Return the line without its last column; for tables whose last column is never quoted."""
    return line.rpartition(",")[0]


def with_coupon(line: str) -> str:
    """Return the line with one more, undeclared column."""
    return f"{line},{'coupon_code' if line.startswith('order_id') else 'SPRING'}"


@dataclass(frozen=True, kw_only=True)
class Form:
    """The format of a file."""

    spelling: Spelling = as_declared
    bom: bool = False
    line_end: str = "\n"
    compressed: bool = False


PLAIN = Form()


@dataclass(frozen=True)
class Landing:
    """A folder of drops; every written file is counted in the manifest."""

    root: Path
    manifest: Manifest

    @contextmanager
    def open(self, path: str, table: str, form: Form = PLAIN) -> Iterator[TableFile]:
        """Open a file of `table` for its lines; the header is already written."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as raw:
            # Without a name and time in the gzip header the same rows give the same bytes.
            stream = gzip.GzipFile("", "wb", 6, raw, 0) if form.compressed else raw
            with stream:
                file = TableFile(stream, form)
                file.begin(HEADERS[table])
                yield file
                file.flush()
        self.manifest.files[path] = file.rows
        self.manifest.rows[table] += file.rows

    def write(self, path: str, table: str, lines: Iterable[str], form: Form = PLAIN) -> None:
        """Write a whole file of `table`."""
        with self.open(path, table, form) as file:
            file.lines.extend(lines)

    def write_bytes(self, path: str, content: bytes, rows: int = 0) -> None:
        """Write a copy or a file that is no table; its rows do not count as read."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        self.manifest.files[path] = rows


class TableFile:
    """An open file. Callers append to `lines`, then call `flush`."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile, form: Form) -> None:
        self._stream = stream
        self._form = form
        self.lines: list[str] = []
        self.rows = 0

    def begin(self, header: str) -> None:
        """Write the header."""
        if self._form.bom:
            self._stream.write(b"\xef\xbb\xbf")
        self._put([header])

    def flush(self) -> None:
        """Write the lines and clear them."""
        self.rows += len(self.lines)
        self._put(self.lines)
        self.lines.clear()

    def _put(self, lines: Sequence[str]) -> None:
        if not lines:
            return
        spelled = lines if self._form.spelling is as_declared else [self._form.spelling(one) for one in lines]
        text = self._form.line_end.join(spelled) + self._form.line_end
        # Lines that are deliberately not UTF-8 hold their bytes as escaped surrogates.
        self._stream.write(text.encode("utf-8", errors="surrogateescape"))
