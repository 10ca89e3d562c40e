"""Refreshes of SPICE: the dataset's SQL runs on Athena, in the role of its data source."""

from __future__ import annotations

import csv
import datetime as dt
import io
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from localcloud.quicksight.store import Ingestion, Kind, Resource, ServiceError, Store, invalid

SERVICE = "quicksight.amazonaws.com"
REFRESHES_A_DAY = 32
"""Full refreshes of one dataset in 24 hours, beyond which the service refuses further ones."""

WORKERS = 2
WAIT_SECONDS = 0.05

TYPES: Mapping[str, tuple[str, ...]] = {
    "STRING": ("varchar", "char", "string"),
    "INTEGER": ("tinyint", "smallint", "integer", "bigint"),
    "DECIMAL": ("decimal", "double", "float", "real"),
    "DATETIME": ("date", "timestamp", "timestamp with time zone"),
}
"""Declared type of a column → Athena's types that it may have."""

FIXED_DIGITS, FIXED_PLACES = 18, 4
"""Digits of SPICE's fixed decimals, in all and after the point."""

_DENIALS = ("Insufficient permissions", "Permission denied", "Access denied", "is not authorized")


class Refreshes:
    """Runs the refreshes of one local cloud in the background."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="quicksight")

    def start(self, dataset: str, *, id: str = "", request_type: str, source: str = "MANUAL") -> Ingestion:
        """Start a refresh and return it. Raises the service's error for a dataset that has none in SPICE."""
        found = self._store.get(Kind.DATASET, dataset)
        if found.properties["ImportMode"] != "SPICE":
            raise invalid(f"The dataset {dataset} asks its source directly: there is nothing to refresh.")
        now = dt.datetime.now(dt.UTC)
        today = [
            each
            for each in self._store.ingestions(dataset)
            if each.request_type == "FULL_REFRESH" and now - each.created < dt.timedelta(days=1)
        ]
        if request_type == "FULL_REFRESH" and len(today) >= REFRESHES_A_DAY:
            raise ServiceError(
                "LimitExceededException", f"{REFRESHES_A_DAY} refreshes of {dataset} in 24 hours."
            )
        id = id or str(uuid.uuid4())
        made = Ingestion(id, f"{found.arn}/ingestion/{id}", dataset, request_type, source, now)
        self._store.add_ingestion(made)
        self._pool.submit(self._run, made, found)
        return made

    def stop(self) -> None:
        """Wait for running refreshes and start no more."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, ingestion: Ingestion, dataset: Resource) -> None:
        with self._store.context.working(ingestion.dataset):
            ingestion.status, start = "RUNNING", time.monotonic()
            try:
                tables = dataset.properties["PhysicalTableMap"].values()
                found = [self._query(table["CustomSql"]) for table in tables]
            except RefreshError as error:
                ingestion.error = {"Type": error.kind, "Message": str(error)}
                ingestion.status = "FAILED"
            except Exception as error:  # The caller reads any failure with DescribeIngestion.
                message = f"{type(error).__name__}: {error}"
                ingestion.error = {"Type": "INTERNAL_SERVICE_ERROR", "Message": message}
                ingestion.status = "FAILED"
            else:
                ingestion.rows, ingestion.bytes = (sum(each) for each in zip(*found, strict=True))
                ingestion.status = "COMPLETED"
            ingestion.seconds = round(time.monotonic() - start)

    def _query(self, table: Mapping[str, Any]) -> tuple[int, int]:
        """Run the SQL of a table in the source's role and return rows and bytes of its result."""
        context = self._store.context
        source = self._store.by_arn(Kind.SOURCE, table["DataSourceArn"])
        parameters = source.properties["DataSourceParameters"]["AthenaParameters"]
        role = parameters["RoleArn"]
        if not context.trusts(role, SERVICE, source.arn):
            raise RefreshError("FAILURE_TO_ASSUME_ROLE", f"{role} does not trust {SERVICE}.")
        athena, s3 = context.client("athena", role), context.client("s3", role)
        try:
            id = athena.start_query_execution(
                QueryString=table["SqlQuery"], WorkGroup=parameters["WorkGroup"]
            )["QueryExecutionId"]
            location = _finished(athena, id)
            first = athena.get_query_results(QueryExecutionId=id, MaxResults=1)
            bucket, _, key = location.removeprefix("s3://").partition("/")
            body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            kind = "PERMISSION_DENIED" if "Denied" in error.response["Error"]["Code"] else "SQL_EXCEPTION"
            raise RefreshError(kind, str(error)) from error
        _check_columns(table["Columns"], first["ResultSet"]["ResultSetMetadata"]["ColumnInfo"])
        rows = sum(1 for _ in csv.reader(io.StringIO(body.decode("utf-8"), newline=""))) - 1
        return rows, len(body)


class RefreshError(Exception):
    """A refresh failed; `kind` is the service's type of the error."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def _finished(athena: Any, id: str) -> str:
    """Wait for a query and return the location of its result."""
    while True:
        execution = athena.get_query_execution(QueryExecutionId=id)["QueryExecution"]
        state = execution["Status"]["State"]
        if state == "SUCCEEDED":
            return str(execution["ResultConfiguration"]["OutputLocation"])
        if state in ("FAILED", "CANCELLED"):
            reason = execution["Status"].get("StateChangeReason", "no reason given")
            is_denied = any(each in reason for each in _DENIALS)
            raise RefreshError("PERMISSION_DENIED" if is_denied else "SQL_EXCEPTION", reason)
        time.sleep(WAIT_SECONDS)


def _check_columns(declared: list[dict[str, Any]], found: list[dict[str, Any]]) -> None:
    """Raise RefreshError unless a result has the declared columns, in their order and with their types."""
    names, wanted = [each["Name"] for each in found], [each["Name"] for each in declared]
    if names != wanted:
        raise RefreshError("SQL_SCHEMA_MISMATCH_ERROR", f"The query returns {names}, declared are {wanted}.")
    for column, result in zip(declared, found, strict=True):
        kind = result["Type"]
        if kind not in TYPES[column["Type"]]:
            raise RefreshError(
                "SQL_SCHEMA_MISMATCH_ERROR", f"{column['Name']} is {kind}, declared is {column['Type']}."
            )
        is_fixed = column.get("SubType") == "FIXED"
        precision, scale = result.get("Precision", 0), result.get("Scale", 0)
        if is_fixed and (kind != "decimal" or precision > FIXED_DIGITS or scale > FIXED_PLACES):
            raise RefreshError(
                "SQL_SCHEMA_MISMATCH_ERROR",
                f"{column['Name']} is {kind}({precision},{scale}), which a fixed decimal of {FIXED_DIGITS} "
                f"digits and {FIXED_PLACES} places does not hold.",
            )
