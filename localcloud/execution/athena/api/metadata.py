"""The catalog through the Athena API: databases and tables of the Glue catalog."""

from __future__ import annotations

import json
import re
from typing import Any

from botocore.exceptions import ClientError
from moto.athena.responses import AthenaResponse
from moto.core.exceptions import JsonRESTError

from localcloud.context import Context
from localcloud.iam.authentication import role_of
from localcloud.patching import add, replace

CATALOG = "AwsDataCatalog"


class Metadata:
    """Answers the API's calls about the catalog of one local cloud."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def _glue(self, response: AthenaResponse) -> Any:
        """Return a Glue client with the permissions of the caller."""
        return self._context.client("glue", role_of(response, self._context))

    def databases(self, response: AthenaResponse) -> str:
        """ListDatabases."""
        _check_catalog(response)
        pages = self._glue(response).get_paginator("get_databases").paginate()
        try:
            found = [_database(database) for page in pages for database in page["DatabaseList"]]
        except ClientError as error:
            raise JsonRESTError("MetadataException", str(error)) from error
        return _page(response, "DatabaseList", sorted(found, key=lambda database: str(database["Name"])))

    def database(self, response: AthenaResponse) -> str:
        """GetDatabase."""
        _check_catalog(response)
        try:
            found = self._glue(response).get_database(Name=response._get_param("DatabaseName"))["Database"]
        except ClientError as error:
            raise JsonRESTError("MetadataException", str(error)) from error
        return json.dumps({"Database": _database(found)})

    def tables(self, response: AthenaResponse) -> str:
        """ListTableMetadata, with the expression as a regular expression of names."""
        _check_catalog(response)
        wanted = re.compile(response._get_param("Expression") or ".*", re.IGNORECASE)
        try:
            pages = list(
                self._glue(response)
                .get_paginator("get_tables")
                .paginate(DatabaseName=response._get_param("DatabaseName"))
            )
        except ClientError as error:
            raise JsonRESTError("MetadataException", str(error)) from error
        found = [
            _table(table) for page in pages for table in page["TableList"] if wanted.fullmatch(table["Name"])
        ]
        return _page(response, "TableMetadataList", found)

    def table(self, response: AthenaResponse) -> str:
        """GetTableMetadata."""
        _check_catalog(response)
        try:
            found = self._glue(response).get_table(
                DatabaseName=response._get_param("DatabaseName"), Name=response._get_param("TableName")
            )["Table"]
        except ClientError as error:
            raise JsonRESTError("MetadataException", str(error)) from error
        return json.dumps({"TableMetadata": _table(found)})


def _check_catalog(response: AthenaResponse) -> None:
    name = response._get_param("CatalogName")
    if str(name).lower() != CATALOG.lower():
        raise JsonRESTError("InvalidRequestException", f"Catalog {name} was not found")


def _database(database: dict[str, Any]) -> dict[str, Any]:
    return {
        "Name": database["Name"],
        **{key: database[key] for key in ("Description", "Parameters") if database.get(key)},
    }


def _table(table: dict[str, Any]) -> dict[str, Any]:
    storage = table.get("StorageDescriptor", {})
    parameters = {**table.get("Parameters", {}), "location": storage.get("Location", "")}
    serde = storage.get("SerdeInfo", {}).get("SerializationLibrary")
    found = {
        "Name": table["Name"],
        "TableType": table.get("TableType", ""),
        "Columns": [_column(column) for column in storage.get("Columns", [])],
        "PartitionKeys": [_column(column) for column in table.get("PartitionKeys", [])],
        "Parameters": parameters | ({"serde.serialization.lib": serde} if serde else {}),
    }
    created = table.get("CreateTime")
    return found | ({"CreateTime": created.timestamp()} if created else {})


def _column(column: dict[str, Any]) -> dict[str, Any]:
    return {key: column[key] for key in ("Name", "Type", "Comment") if column.get(key)}


def _page(response: AthenaResponse, name: str, found: list[dict[str, Any]]) -> str:
    start, size = int(response._get_param("NextToken") or 0), int(response._get_param("MaxResults") or 50)
    answer: dict[str, Any] = {name: found[start : start + size]}
    if start + size < len(found):
        answer["NextToken"] = str(start + size)
    return json.dumps(answer)


def install(context: Context) -> None:
    """Answer the calls about the catalog of `context`."""
    metadata = Metadata(context)
    replace(AthenaResponse, "list_databases", lambda self: metadata.databases(self))
    replace(AthenaResponse, "get_database", lambda self: metadata.database(self))
    add(AthenaResponse, "list_table_metadata", lambda self: metadata.tables(self))
    add(AthenaResponse, "get_table_metadata", lambda self: metadata.table(self))
