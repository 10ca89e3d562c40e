"""Results of statements in Athena's forms: rows of text for the API, and a file."""

from __future__ import annotations

import datetime as dt
import decimal
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_NAMES = {
    "INTEGER": "integer", "BIGINT": "bigint", "HUGEINT": "bigint", "UBIGINT": "bigint",
    "SMALLINT": "smallint", "UINTEGER": "bigint", "TINYINT": "tinyint", "BOOLEAN": "boolean",
    "DATE": "date", "TIMESTAMP": "timestamp",
    "TIMESTAMP_NS": "timestamp", "TIMESTAMP_S": "timestamp", "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone", "DOUBLE": "double", "FLOAT": "float",
    "VARCHAR": "varchar", "BLOB": "varbinary", "TIME": "time", "UUID": "uuid", "JSON": "json",
}  # fmt: skip
_PRECISIONS = {"integer": 10, "bigint": 19, "smallint": 5, "tinyint": 3, "double": 17, "float": 7,
               "varchar": 2147483647, "timestamp": 3, "timestamp with time zone": 3}  # fmt: skip


@dataclass(frozen=True)
class ResultColumn:
    """A column of a result, with the name of its Athena type."""

    name: str
    type: str
    precision: int = 0
    scale: int = 0

    @classmethod
    def from_duckdb(cls, name: str, kind: str) -> ResultColumn:
        """Return the column for a DuckDB type, e.g. `DECIMAL(18,2)` or `INTEGER[]`."""
        if kind.endswith("]"):
            return cls(name, "array")
        if kind.startswith("DECIMAL("):
            precision, scale = (int(part) for part in kind[8:-1].split(","))
            return cls(name, "decimal", precision, scale)
        if kind.startswith(("MAP(", "STRUCT(")):
            return cls(name, "map" if kind.startswith("MAP(") else "row")
        known = _NAMES.get(kind, "varchar")
        return cls(name, known, _PRECISIONS.get(known, 0))

    def info(self) -> dict[str, Any]:
        """Return the ColumnInfo of the API."""
        return {
            "CatalogName": "hive",
            "SchemaName": "",
            "TableName": "",
            "Name": self.name,
            "Label": self.name,
            "Type": self.type,
            "Precision": self.precision,
            "Scale": self.scale,
            "Nullable": "UNKNOWN",
            "CaseSensitive": self.type == "varchar",
        }


@dataclass(frozen=True)
class Result:
    """The result of a statement.

    `has_header`: the API's rows begin with the column names (queries only). `manifest` is the location of the
    list of files that a CTAS wrote, `scanned` the number of bytes read.
    """

    columns: tuple[ResultColumn, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    has_header: bool = True
    manifest: str | None = None
    scanned: int = 0

    @classmethod
    def of_lines(cls, name: str, lines: Sequence[str]) -> Result:
        """Return the result of a SHOW or DESCRIBE: one column of text."""
        rows = tuple((line,) for line in lines)
        return cls(columns=(ResultColumn(name, "string"),), rows=rows, has_header=False)

    def all_rows(self) -> list[tuple[str | None, ...]]:
        """Return the rows that the API returns in pages, with the header if there is one."""
        header = [tuple(column.name for column in self.columns)] if self.has_header else []
        return [*header, *self.rows]

    def to_file(self) -> bytes:
        """Return the content of the object at the output location: CSV for queries, else plain text."""
        if self.has_header:
            lines = [",".join(_csv(value) for value in row) for row in self.all_rows()]
        else:
            lines = ["\t".join(value or "" for value in row) for row in self.rows]
        return "".join(f"{line}\n" for line in lines).encode()


def _csv(value: str | None) -> str:
    return "" if value is None else '"' + value.replace('"', '""') + '"'


def to_text(value: Any) -> str | None:
    """Return a value as Athena writes it, None for null."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _double_to_text(value)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime):
        zone = " UTC" if value.tzinfo else ""
        return f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03d}{zone}"
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex(" ")
    return _nested_to_text(value)


def _nested_to_text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_item(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_item(key)}={_item(item)}" for key, item in value.items()) + "}"
    return str(value)


def _item(value: Any) -> str:
    text = to_text(value)
    return "null" if text is None else text


def _double_to_text(value: float) -> str:
    """Return a double as Java prints it: scientific notation below 10⁻³ and from 10⁷ on."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return format(decimal.Decimal(repr(value)), "f") if "." in repr(value) else f"{value:.1f}"
    mantissa, _, exponent = f"{decimal.Decimal(repr(value)):E}".partition("E")
    digits = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{digits if '.' in digits else digits + '.0'}E{int(exponent)}"
