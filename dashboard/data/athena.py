"""Queries on Athena, whose result is read as one file: pages of the API would take seconds for many rows."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from dashboard.errors import DashboardError

FIRST_WAIT, LONGEST_WAIT = 0.05, 1.0
"""Seconds between two looks at a running query: the wait doubles."""

LONGEST_QUERY = 120.0
"""Seconds after which a query is cancelled: one that waits in Athena's queue would hold all others back."""

LONGEST_FIELD = 32_000_000
"""Characters of a field, as many as Athena's longest row has bytes; csv takes 131,072 by itself."""
csv.field_size_limit(LONGEST_FIELD)


@dataclass(frozen=True)
class Answer:
    """Names and types of a result's columns, and its rows as text; null is an empty text."""

    names: Sequence[str]
    kinds: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Athena:
    """One workgroup, with the permissions of its clients."""

    athena: Any
    s3: Any
    workgroup: str
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def ask(self, sql: str, database: str) -> Answer:
        """Run a query and return its result.

        Raises DashboardError with Athena's reason, or for a query that is not over after LONGEST_QUERY.
        """
        try:
            query = self.athena.start_query_execution(
                QueryString=sql, QueryExecutionContext={"Database": database}, WorkGroup=self.workgroup
            )["QueryExecutionId"]
            location = self._location(query)
            first = self.athena.get_query_results(QueryExecutionId=query, MaxResults=1)
            body = self.s3.get_object(**_address(location))["Body"].read()
        except (ClientError, BotoCoreError) as error:
            raise DashboardError(
                f"Athena refused the query: {error}.",
                where=database,
                hint="See that the lake is deployed and runs, and that you may use its workgroup.",
            ) from error
        columns = first["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        return Answer([each["Name"] for each in columns], [each["Type"] for each in columns], _rows(body))

    def _location(self, query: str) -> str:
        wait, until = FIRST_WAIT, self.clock() + LONGEST_QUERY
        while True:
            execution = self.athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
            status = execution["Status"]
            if status["State"] == "SUCCEEDED":
                return str(execution["ResultConfiguration"]["OutputLocation"])
            if status["State"] in ("FAILED", "CANCELLED"):
                reason = status.get("StateChangeReason", "no reason given")
                raise DashboardError(
                    f"the query failed: {reason}", where=f"Athena query {query}", hint=_hint(reason)
                )
            if self.clock() >= until:
                self.athena.stop_query_execution(QueryExecutionId=query)
                raise DashboardError(
                    f"the query did not end within {LONGEST_QUERY:.0f} seconds, and was cancelled: it was "
                    f"{status['State']}.",
                    where=f"Athena query {query}",
                    hint=f"See in Athena what holds query {query} back: other queries of the workgroup "
                    f"'{self.workgroup}' and the account's quota. The next look at the tables asks again.",
                )
            self.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)


def _rows(body: bytes) -> list[list[str]]:
    """Return the rows of a result's file without its header. Raises DashboardError for one that is broken."""
    try:
        lines = csv.reader(io.StringIO(body.decode("utf-8"), newline=""))
        next(lines, None)
        return list(lines)
    except (csv.Error, UnicodeDecodeError) as error:
        raise DashboardError(
            f"the result of the query cannot be read: {error}.",
            where="Athena",
            hint="Load the page again; a result that stays so has a text that is no UTF-8.",
        ) from error


def _hint(reason: str) -> str:
    """Return what to do about a failed query, by Athena's reason."""
    text = reason.lower()
    if any(word in text for word in ("not_found", "not found", "does not exist")):
        return (
            "The table is not published yet, or has no such column: upload files with `caudal upload`, wait "
            "for the run (`caudal status`), and deploy the newest declaration."
        )
    if any(word in text for word in ("access denied", "accessdenied", "not authorized", "permission")):
        return (
            "The role may not read this: take the analysts' role of the domain (docs/deploy.md), and deploy "
            "it with the newest tables."
        )
    return "Run the named query in Athena to see more, and load the page again."


def _address(location: str) -> dict[str, str]:
    bucket, _, key = location.removeprefix("s3://").partition("/")
    return {"Bucket": bucket, "Key": key}
