"""Errors of queries, with Athena's codes and messages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from localcloud.errors import LocalCloudError


class QueryError(LocalCloudError):
    """A query failed. `str()` is its StateChangeReason, `code` is Athena's error code."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(f"{code}: {message}")


class TableNotFoundError(QueryError):
    """The catalog lacks a table. The message lists the tables of the database."""

    def __init__(self, database: str, table: str, known: Sequence[str]) -> None:
        listed = ", ".join(sorted(known)) or "none"
        super().__init__(
            "TABLE_NOT_FOUND",
            f"Table 'awsdatacatalog.{database}.{table}' does not exist. Tables of {database}: {listed}",
        )


class ScanLimitError(LocalCloudError):
    """A query would scan more bytes than its workgroup allows. Athena cancels such a query."""

    def __init__(self, scanned: int, limit: int) -> None:
        super().__init__(
            f"Query cancelled! : Bytes scanned limit was exceeded ({scanned} bytes would be scanned, "
            f"the workgroup allows {limit})"
        )


_CODES = {  # DuckDB's exception → Athena's error code
    "BinderException": "COLUMN_NOT_FOUND",
    "CatalogException": "FUNCTION_NOT_FOUND",
    "ConversionException": "INVALID_CAST_ARGUMENT",
    "OutOfRangeException": "NUMERIC_VALUE_OUT_OF_RANGE",
    "ParserException": "SYNTAX_ERROR",
}


def from_duckdb(error: Exception, columns: Sequence[str]) -> QueryError:
    """Return Athena's error for DuckDB's. `columns` are the names of all columns of the query's tables."""
    kind = type(error).__name__
    lines = str(error).splitlines()
    message = re.sub(r"^\w+(?: \w+)* Error: ", "", lines[0]) if lines else kind
    missing = re.search(
        r'(?:Referenced column|column named|does not have a column named) "?([\w ]+)"?', str(error)
    )
    if kind == "BinderException" and missing:
        known = ", ".join(sorted(set(columns))) or "none"
        return QueryError(
            "COLUMN_NOT_FOUND", f"Column '{missing[1]}' cannot be resolved. Known columns: {known}"
        )
    if "Division by zero" in str(error):
        return QueryError("DIVISION_BY_ZERO", "Division by zero")
    code = _CODES.get(kind, "GENERIC_INTERNAL_ERROR")
    return QueryError("SYNTAX_ERROR" if code == "COLUMN_NOT_FOUND" else code, message)
