"""Writes a few rows as a Parquet file, with the standard library alone.

Functions on Lambda have no pyarrow: its managed layer is known in few regions only. A file has one row group
and one plainly encoded page per column, whose bytes are in the form of Snappy but not shorter. Every column
may be null. The format is specified on https://parquet.apache.org/docs/file-format; its metadata are
structures of Thrift's compact protocol.
"""

from __future__ import annotations

import datetime as dt
import re
import struct
from collections.abc import Mapping, Sequence
from decimal import Decimal

from lake.model.columns import Column

MAGIC = b"PAR1"
_I32, _I64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12
_INT64, _BYTE_ARRAY = 2, 6
"""Physical types. Decimals of up to 18 digits, bigints and timestamps are 64 bits wide."""
_UTF8, _DECIMAL, _TIMESTAMP_MICROS = 0, 5, 10
"""Converted types."""
_OPTIONAL, _PLAIN, _RLE, _SNAPPY, _DATA_PAGE = 1, 0, 3, 1, 0
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_DECIMAL_TYPE = re.compile(r"decimal\((\d+),(\d+)\)")
_LONGEST_DECIMAL = 18

Row = Mapping[str, object]


def parquet_file(columns: Sequence[Column], rows: Sequence[Row]) -> bytes:
    """Return a Parquet file of rows: column → str, int, Decimal, aware datetime or None.

    Raises ValueError for a column of another type than string, bigint, timestamp and decimal of at most 18
    digits, and for a value with more decimal places than its column.
    """
    body = bytearray(MAGIC)
    chunks, sizes = [], []
    for column in columns:
        page = _page(column, [row[column.name] for row in rows])
        chunks.append(_chunk(column, len(rows), len(body), len(page)))
        sizes.append(len(page))
        body += page
    group = _struct(
        (1, _LIST, _list(_STRUCT, chunks)), (2, _I64, _zigzag(sum(sizes))), (3, _I64, _zigzag(len(rows)))
    )
    schema = [
        _struct((4, _BINARY, _bytes(b"schema")), (5, _I32, _zigzag(len(columns)))),
        *map(_element, columns),
    ]
    footer = _struct(
        (1, _I32, _zigzag(1)),
        (2, _LIST, _list(_STRUCT, schema)),
        (3, _I64, _zigzag(len(rows))),
        (4, _LIST, _list(_STRUCT, [group])),
        (6, _BINARY, _bytes(b"caudal")),
    )
    return bytes(body) + footer + struct.pack("<I", len(footer)) + MAGIC


def _page(column: Column, values: Sequence[object]) -> bytes:
    """Return the page of a column: its header, which values are present, and these values."""
    # Per row one run of length one, whose level is 1 for a value and 0 for null.
    levels = b"".join(bytes((2, value is not None)) for value in values)
    present = b"".join(_plain(column, value) for value in values if value is not None)
    data = struct.pack("<I", len(levels)) + levels + present
    kind = _struct(
        (1, _I32, _zigzag(len(values))),
        (2, _I32, _zigzag(_PLAIN)),
        (3, _I32, _zigzag(_RLE)),
        (4, _I32, _zigzag(_RLE)),
    )
    packed = _snappy(data)
    header = _struct(
        (1, _I32, _zigzag(_DATA_PAGE)),
        (2, _I32, _zigzag(len(data))),
        (3, _I32, _zigzag(len(packed))),
        (5, _STRUCT, kind),
    )
    return header + packed


def _snappy(data: bytes) -> bytes:
    """Return data as Snappy's format has it, as one literal: the tables declare this compression."""
    length_in_four_bytes = 0xFC
    literal = bytes((length_in_four_bytes,)) + struct.pack("<I", len(data) - 1) + data
    return _varint(len(data)) + literal


def _chunk(column: Column, rows: int, offset: int, size: int) -> bytes:
    encodings = [_zigzag(_PLAIN), _zigzag(_RLE)]
    metadata = _struct(
        (1, _I32, _zigzag(_physical(column))),
        (2, _LIST, _list(_I32, encodings)),
        (3, _LIST, _list(_BINARY, [_bytes(column.name.encode())])),
        (4, _I32, _zigzag(_SNAPPY)),
        (5, _I64, _zigzag(rows)),
        (6, _I64, _zigzag(size)),
        (7, _I64, _zigzag(size)),
        (9, _I64, _zigzag(offset)),
    )
    return _struct((2, _I64, _zigzag(offset)), (3, _STRUCT, metadata))


def _element(column: Column) -> bytes:
    """Return the schema's element of a column."""
    fields = [
        (1, _I32, _zigzag(_physical(column))),
        (3, _I32, _zigzag(_OPTIONAL)),
        (4, _BINARY, _bytes(column.name.encode())),
    ]
    if column.type == "string":
        fields.append((6, _I32, _zigzag(_UTF8)))
    elif column.type == "timestamp":
        fields.append((6, _I32, _zigzag(_TIMESTAMP_MICROS)))
    elif column.type != "bigint":
        precision, scale = _digits(column)
        fields += [(6, _I32, _zigzag(_DECIMAL)), (7, _I32, _zigzag(scale)), (8, _I32, _zigzag(precision))]
    return _struct(*fields)


def _physical(column: Column) -> int:
    return _BYTE_ARRAY if column.type == "string" else _INT64


def _digits(column: Column) -> tuple[int, int]:
    """Return precision and scale of a decimal column."""
    match = _DECIMAL_TYPE.fullmatch(column.type)
    if match is None or int(match[1]) > _LONGEST_DECIMAL:
        raise ValueError(f"column '{column.name}': no values of the type {column.type} can be written")
    return int(match[1]), int(match[2])


def _plain(column: Column, value: object) -> bytes:
    """Return the plain encoding of a value."""
    if isinstance(value, str):
        encoded = value.encode()
        return struct.pack("<I", len(encoded)) + encoded
    if isinstance(value, dt.datetime):
        return struct.pack("<q", (value - _EPOCH) // dt.timedelta(microseconds=1))
    if isinstance(value, Decimal):
        scaled = value.scaleb(_digits(column)[1])
        if scaled != int(scaled):
            raise ValueError(f"column '{column.name}': {value} has too many decimal places")
        return struct.pack("<q", int(scaled))
    if isinstance(value, int):
        return struct.pack("<q", value)
    raise ValueError(f"column '{column.name}': {value!r} cannot be written")


def _struct(*fields: tuple[int, int, bytes]) -> bytes:
    """Return a structure of (number, type, encoded value), by ascending numbers."""
    out, last = bytearray(), 0
    for number, kind, value in fields:
        out.append((number - last) << 4 | kind)
        out += value
        last = number
    return bytes(out) + b"\0"


def _list(kind: int, items: Sequence[bytes]) -> bytes:
    short = 15
    head = (
        bytes((len(items) << 4 | kind,))
        if len(items) < short
        else bytes((0xF0 | kind,)) + _varint(len(items))
    )
    return head + b"".join(items)


def _bytes(value: bytes) -> bytes:
    return _varint(len(value)) + value


def _zigzag(value: int) -> bytes:
    """Return an integer that is not negative."""
    return _varint(2 * value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
