"""Stand-ins for the AWS clients that the demo uses."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

Rows = Sequence[Sequence[str | None]]
Result = tuple[Mapping[str, str], Rows]
"""Column → type, and the rows as text."""


class FakeAthena:
    """Athena client that answers a query with the first result whose key is part of the SQL."""

    def __init__(self, results: Mapping[str, Result], queries: Mapping[tuple[str, str], str] = {}) -> None:
        self._results = results
        self._queries = [
            {"Database": database, "Name": name, "QueryString": sql}
            for (database, name), sql in queries.items()
        ]

    def start_query_execution(self, QueryString: str, **_: Any) -> dict[str, Any]:
        return {"QueryExecutionId": next(key for key in self._results if key in QueryString)}

    def get_query_execution(self, **_: Any) -> dict[str, Any]:
        return {"QueryExecution": {"Status": {"State": "SUCCEEDED"}}}

    def get_named_query(self, NamedQueryId: int) -> dict[str, Any]:
        return {"NamedQuery": self._queries[NamedQueryId]}

    def get_paginator(self, operation: str) -> Any:
        pages: dict[str, Callable[..., Iterable[Any]]] = {
            "get_query_results": self._result_pages,
            "list_named_queries": lambda **_: [{"NamedQueryIds": range(len(self._queries))}],
        }
        return SimpleNamespace(paginate=pages[operation])

    def _result_pages(self, QueryExecutionId: str) -> Iterator[dict[str, Any]]:
        columns, rows = self._results[QueryExecutionId]
        info = [{"Name": name, "Type": kind} for name, kind in columns.items()]
        data = [
            {"Data": [{} if value is None else {"VarCharValue": value} for value in row]}
            for row in [list(columns), *rows]
        ]
        yield {"ResultSet": {"ResultSetMetadata": {"ColumnInfo": info}, "Rows": data}}


class FakeS3:
    """S3 client for one bucket of JSON objects."""

    exceptions = SimpleNamespace(NoSuchKey=KeyError)

    def __init__(self, objects: Mapping[str, Any]) -> None:
        self._objects = objects

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        return {"Body": io.BytesIO(json.dumps(self._objects[Key]).encode())}

    def get_paginator(self, _operation: str) -> Any:
        return SimpleNamespace(
            paginate=lambda Bucket, Prefix: [
                {"Contents": [{"Key": key} for key in self._objects if key.startswith(Prefix)]}
            ]
        )
