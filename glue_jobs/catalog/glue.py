"""The catalog of AWS Glue: partitions are changed in batches of the API's limits and retried."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from glue_jobs.catalog.partitions import Partition, path_of
from lake.errors import CaudalError
from lake.files.layers import StoredTable
from lake.naming import Names

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_glue.type_defs import StorageDescriptorOutputTypeDef

CREATE_LIMIT = 100
UPDATE_LIMIT = 100
DELETE_LIMIT = 25
"""Most partitions that one call of the API creates, updates or deletes."""

ATTEMPTS = 6
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 30.0

TRANSIENT = frozenset(
    {
        "ConcurrentModificationException",
        "InternalFailure",
        "InternalServiceException",
        "OperationTimeoutException",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""Errors of a call, or of a partition in a call, that another attempt may not meet."""

EXISTS = "AlreadyExistsException"
NOT_FOUND = "EntityNotFoundException"

_Failures = list[tuple[Partition, str, str]]
"""Partition, error code and message of what a call did not change."""


class CatalogError(CaudalError):
    """The catalog refused a call, or still fails after several attempts."""


class GlueCatalog:
    """The Catalog of one domain in AWS Glue. Descriptors of tables are read once per instance."""

    def __init__(
        self, client: GlueClient, *, env: str, domain: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._glue = client
        self._domain = domain
        self._names = Names(env=env, account="", region="")
        self._sleep = sleep
        self._descriptor = cache(self._read_descriptor)

    def registered(self, table: StoredTable) -> dict[Partition, bool]:
        declared = self._descriptor(table)
        pages = self._glue.get_paginator("get_partitions").paginate(**self._table(table))
        found = {}
        for page in pages:
            for item in page["Partitions"]:
                values = tuple(item["Values"])
                fits = len(values) == len(table.keys)
                wanted = _partition_descriptor(declared, path_of(table, values)) if fits else None
                found[values] = wanted is not None and _essence(
                    item.get("StorageDescriptor", {})
                ) == _essence(wanted)
        return found

    def register(self, table: StoredTable, partitions: Iterable[Partition]) -> None:
        def create(chunk: Sequence[Partition]) -> _Failures:
            inputs = [self._input(table, partition) for partition in chunk]
            answer = self._glue.batch_create_partition(**self._table(table), PartitionInputList=inputs)
            return _failures(answer.get("Errors", []), "PartitionValues")

        self._change(table, partitions, CREATE_LIMIT, create, fine=EXISTS)

    def update(self, table: StoredTable, partitions: Iterable[Partition]) -> None:
        def change(chunk: Sequence[Partition]) -> _Failures:
            entries: Any = [
                {"PartitionValueList": list(partition), "PartitionInput": self._input(table, partition)}
                for partition in chunk
            ]
            answer = self._glue.batch_update_partition(**self._table(table), Entries=entries)
            return _failures(answer.get("Errors", []), "PartitionValueList")

        # A partition that was dropped meanwhile needs no update.
        self._change(table, partitions, UPDATE_LIMIT, change, fine=NOT_FOUND)

    def drop(self, table: StoredTable, partitions: Iterable[Partition]) -> None:
        def delete(chunk: Sequence[Partition]) -> _Failures:
            values: Any = [{"Values": list(partition)} for partition in chunk]
            answer = self._glue.batch_delete_partition(**self._table(table), PartitionsToDelete=values)
            return _failures(answer.get("Errors", []), "PartitionValues")

        self._change(table, partitions, DELETE_LIMIT, delete, fine=NOT_FOUND)

    # --- tables

    def _table(self, table: StoredTable) -> Any:
        return {"DatabaseName": self._names.database(self._domain, table.layer), "TableName": table.name}

    def _read_descriptor(self, table: StoredTable) -> StorageDescriptorOutputTypeDef:
        place = self._table(table)
        try:
            answer = self._glue.get_table(DatabaseName=place["DatabaseName"], Name=table.name)
        except ClientError as error:
            raise self._refused(table, error) from error
        return answer["Table"]["StorageDescriptor"]

    def _input(self, table: StoredTable, partition: Partition) -> Any:
        descriptor = _partition_descriptor(self._descriptor(table), path_of(table, partition))
        return {"Values": list(partition), "StorageDescriptor": descriptor}

    # --- calls

    def _change(
        self,
        table: StoredTable,
        partitions: Iterable[Partition],
        limit: int,
        call: Callable[[Sequence[Partition]], _Failures],
        *,
        fine: str,
    ) -> None:
        """Call for all partitions in chunks of `limit`; `fine` is the error that means "done already"."""
        wanted = sorted(set(partitions)) if table.keys else []
        for start in range(0, len(wanted), limit):
            self._retried(table, wanted[start : start + limit], call, fine)

    def _retried(
        self,
        table: StoredTable,
        pending: Sequence[Partition],
        call: Callable[[Sequence[Partition]], _Failures],
        fine: str,
    ) -> None:
        failures: _Failures = []
        for attempt in range(ATTEMPTS):
            if attempt:
                longest = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (attempt - 1))
                self._sleep(random.uniform(longest / 2, longest))
            failures = self._attempt(table, pending, call)
            failures = [failure for failure in failures if failure[1] != fine]
            lasting = [failure for failure in failures if failure[1] not in TRANSIENT]
            if lasting:
                raise self._not_changed(table, lasting, "Correct the cause")
            if not failures:
                return
            pending = [partition for partition, _, _ in failures]
        raise self._not_changed(table, failures, f"All {ATTEMPTS} attempts failed")

    def _attempt(
        self,
        table: StoredTable,
        pending: Sequence[Partition],
        call: Callable[[Sequence[Partition]], _Failures],
    ) -> _Failures:
        """Return what the call did not change: everything, if the call itself met a transient error."""
        try:
            return call(pending)
        except ClientError as error:
            details = error.response["Error"]
            code = details.get("Code", "")
            if code not in TRANSIENT:
                raise self._refused(table, error) from error
            return [(partition, code, details.get("Message", "")) for partition in pending]

    def _refused(self, table: StoredTable, error: ClientError) -> CatalogError:
        missing = error.response["Error"].get("Code") == NOT_FOUND
        return CatalogError(
            f"the catalog refuses a call: {error}.",
            where=self._where(table),
            hint="Deploy the stack of the domain: it declares this table."
            if missing
            else "Correct the cause, for example a missing permission, and start the pipeline again.",
        )

    def _not_changed(self, table: StoredTable, failures: _Failures, what: str) -> CatalogError:
        partition, code, message = failures[0]
        others = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
        return CatalogError(
            f"the catalog did not change the partition {path_of(table, partition)}{others}: {code} {message}",
            where=self._where(table),
            hint=f"{what}; the next execution of the pipeline repeats the change.",
        )

    def _where(self, table: StoredTable) -> str:
        return f"{self._names.database(self._domain, table.layer)}.{table.name}"


def _partition_descriptor(table: StorageDescriptorOutputTypeDef, path: str) -> dict[str, Any]:
    """Return the table's descriptor with the location of one of its partitions."""
    return {**table, "Location": f"{table['Location'].rstrip('/')}/{path}/"}


def _essence(descriptor: Any) -> tuple[Any, ...]:
    """Return what decides how a partition is read; a crawler adds parameters of its own, which do not."""
    return (
        [(column["Name"], column.get("Type")) for column in descriptor.get("Columns", [])],
        descriptor.get("Location", "").rstrip("/"),
        descriptor.get("InputFormat"),
        descriptor.get("OutputFormat"),
        descriptor.get("SerdeInfo", {}).get("SerializationLibrary"),
    )


def _failures(errors: Iterable[Any], key: str) -> _Failures:
    """Return the failures in an answer; `key` is the member that holds a partition's values."""
    return [
        (
            tuple(error.get(key, ())),
            error.get("ErrorDetail", {}).get("ErrorCode", ""),
            error.get("ErrorDetail", {}).get("ErrorMessage", ""),
        )
        for error in errors
    ]
