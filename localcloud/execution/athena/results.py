"""Results of statements in Athena's forms: rows of text for the API, and a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from localcloud.execution.athena.sql.types import Type

_NAMES = {"real": "float", "unknown": "varchar"}
"""Names that Athena gives to Trino's types."""

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
    def of_type(cls, name: str, kind: Type) -> ResultColumn:
        """Return the column of a Trino type."""
        if kind.name == "decimal":
            return cls(name, "decimal", *kind.args)
        known = _NAMES.get(kind.name, kind.name)
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
