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


class DeniedError(LocalCloudError):
    """The caller of a query lacks a permission. `str()` is its StateChangeReason."""

    @classmethod
    def of_catalog(cls, message: str) -> DeniedError:
        """Return the error for a denied call to the catalog; `message` names principal, action, resource."""
        return cls(f"Insufficient permissions to execute the query. {message}")

    @classmethod
    def of_data(cls, location: str) -> DeniedError:
        """Return the error for data that may not be listed or read."""
        return cls(f"Permission denied on S3 path: {location}")

    @classmethod
    def of_output(cls, location: str) -> DeniedError:
        """Return the error for an output that may not be written."""
        return cls(
            f"Access denied when writing output to url: {location} . Please ensure you are allowed to access "
            "the S3 bucket. If you are encrypting query results with KMS key, please ensure you are allowed "
            "to access your KMS key"
        )


class ScanLimitError(LocalCloudError):
    """A query would scan more bytes than its workgroup allows. Athena cancels such a query."""

    def __init__(self, scanned: int, limit: int) -> None:
        super().__init__(
            f"Query cancelled! : Bytes scanned limit was exceeded ({scanned} bytes would be scanned, "
            f"the workgroup allows {limit})"
        )


_CODES = {  # DuckDB's exception → Athena's error code
    "ConversionException": "INVALID_CAST_ARGUMENT",
    "OutOfRangeException": "NUMERIC_VALUE_OUT_OF_RANGE",
}
_RAISED = re.compile(r"!([A-Z_]+): (.*?)(?:' to INT32|$)", re.MULTILINE)


def from_duckdb(error: Exception) -> QueryError:
    """Return Athena's error for DuckDB's; those that the compiled query raises name their own code."""
    message = str(error)
    raised = _RAISED.search(message)
    if raised:
        return QueryError(raised[1], raised[2])
    if "Division by zero" in message:
        return QueryError("DIVISION_BY_ZERO", "Division by zero")
    if "More than one row returned by a subquery" in message:
        return QueryError("SUBQUERY_MULTIPLE_ROWS", "Scalar sub-query has returned multiple rows")
    if "must appear in the GROUP BY clause" in message:
        return QueryError("EXPRESSION_NOT_AGGREGATE", message.splitlines()[0])
    kind = type(error).__name__
    first = re.sub(r"^\w+(?: \w+)* Error: ", "", message.splitlines()[0]) if message else kind
    return QueryError(_CODES.get(kind, "GENERIC_INTERNAL_ERROR"), first)


def unsupported(what: str) -> QueryError:
    """Return the refusal of something that Athena knows and the local engine does not."""
    return QueryError("NOT_SUPPORTED", f"{what} is not supported locally")
