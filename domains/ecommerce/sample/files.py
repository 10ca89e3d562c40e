"""Writes tables as CSV files in all the forms that they come in."""

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
"""Turns a line of the declared columns, header included, into the line that is written."""


def as_declared(line: str) -> str:
    return line


def reversed_columns(line: str) -> str:
    """Last column first; for tables without quoted texts."""
    return ",".join(reversed(line.split(",")))


def without_last_column(line: str) -> str:
    """For tables whose last column is never quoted."""
    return line.rpartition(",")[0]


def with_coupon(line: str) -> str:
    """One more column, which nobody declared."""
    return f"{line},{'coupon_code' if line.startswith('order_id') else 'SPRING'}"


@dataclass(frozen=True, kw_only=True)
class Form:
    """How a file is spelled."""

    spelling: Spelling = as_declared
    bom: bool = False
    line_end: str = "\n"
    compressed: bool = False


PLAIN = Form()


@dataclass(frozen=True)
class Landing:
    """A folder of drops; every file that is written here is counted in the manifest."""

    root: Path
    manifest: Manifest

    @contextmanager
    def open(self, path: str, table: str, form: Form = PLAIN) -> Iterator[TableFile]:
        """A file of `table` to write lines to, which begins with its header."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as raw:
            # Name and time of a gzip file are left out, so that the same rows give the same bytes.
            stream = gzip.GzipFile("", "wb", 6, raw, 0) if form.compressed else raw
            with stream:
                file = TableFile(stream, form)
                file.begin(HEADERS[table])
                yield file
                file.flush()
        self.manifest.files[path] = file.rows
        self.manifest.rows[table] += file.rows

    def write(self, path: str, table: str, lines: Iterable[str], form: Form = PLAIN) -> None:
        """A whole file at once."""
        with self.open(path, table, form) as file:
            file.lines.extend(lines)

    def write_bytes(self, path: str, content: bytes, rows: int = 0) -> None:
        """A file that is no table, or a copy; its rows do not count as read."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        self.manifest.files[path] = rows


class TableFile:
    """An open file: append to `lines`, then `flush`."""

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
        """Write the lines and forget them."""
        self.rows += len(self.lines)
        self._put(self.lines)
        self.lines.clear()

    def _put(self, lines: Sequence[str]) -> None:
        if not lines:
            return
        spelled = lines if self._form.spelling is as_declared else [self._form.spelling(one) for one in lines]
        text = self._form.line_end.join(spelled) + self._form.line_end
        # Escaped surrogates carry the bytes of lines that are deliberately not UTF-8.
        self._stream.write(text.encode("utf-8", errors="surrogateescape"))
