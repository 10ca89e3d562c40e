"""Trino's HTTP protocol: one statement in, its columns and rows out."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """The answer to a statement: (name, type) of each column, and rows as the protocol's JSON has them.

    `error` is the error's name, e.g. `DIVISION_BY_ZERO`, empty after success; `message` its text.
    """

    columns: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    error: str = ""
    message: str = ""


class Trino:
    """A client of the server at a port. Sessions are in UTC and see timestamps in their full precision."""

    def __init__(self, port: int) -> None:
        self._port = port

    def run(self, sql: str, catalog: str = "", schema: str = "", session: Sequence[str] = ()) -> Answer:
        """Run one statement. A statement that fails answers with its error."""
        headers = {
            "X-Trino-User": "conformance",
            "X-Trino-Time-Zone": "UTC",
            "X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME",
        }
        if catalog:
            headers |= {"X-Trino-Catalog": catalog, "X-Trino-Schema": schema}
        if session:
            headers["X-Trino-Session"] = ",".join(session)
        part = _call(f"http://127.0.0.1:{self._port}/v1/statement", headers, sql.encode())
        columns: list[dict[str, Any]] = []
        rows: list[tuple[Any, ...]] = []
        while True:
            if "error" in part:
                return Answer(error=part["error"]["errorName"], message=part["error"]["message"])
            columns = part.get("columns", columns)
            rows += map(tuple, part.get("data", []))
            if "nextUri" not in part:
                return Answer(tuple((c["name"], c["type"].lower()) for c in columns), tuple(rows))
            part = _call(part["nextUri"], headers)


def is_ready(port: int) -> bool:
    """Return whether a server at `port` accepts statements."""
    try:
        return not _call(f"http://127.0.0.1:{port}/v1/info", {})["starting"]
    except (urllib.error.URLError, ConnectionError):
        return False


def _call(url: str, headers: Mapping[str, str], body: bytes | None = None) -> dict[str, Any]:
    request = urllib.request.Request(url, data=body, headers=dict(headers))
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
        answer: dict[str, Any] = json.load(response)
        return answer
