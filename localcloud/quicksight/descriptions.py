"""Resources as the describe and list calls return them."""

from __future__ import annotations

from typing import Any

from localcloud.quicksight.store import Ingestion, Kind, Resource, Store

Answer = dict[str, Any]


def source_of(id: str, found: Resource) -> Answer:
    """Return a data source."""
    return {
        **_common(found),
        "DataSourceId": id,
        "Type": found.properties["Type"],
        "Status": found.status,
        "DataSourceParameters": found.properties["DataSourceParameters"],
    }


def dataset_of(id: str, store: Store) -> Answer:
    """Return a dataset; SPICE's size is that of the last refresh that was completed."""
    found = store.get(Kind.DATASET, id)
    tables = found.properties["PhysicalTableMap"]
    columns = [
        {**column, "Id": column["Name"]}
        for table in tables.values()
        for column in table["CustomSql"]["Columns"]
    ]
    sizes = (each.bytes for each in store.ingestions(id) if each.status == "COMPLETED")
    return {
        **_common(found),
        "DataSetId": id,
        "ImportMode": found.properties["ImportMode"],
        "PhysicalTableMap": tables,
        "OutputColumns": columns,
        "ConsumedSpiceCapacityInBytes": next(sizes, 0),
    }


def ingestion_of(found: Ingestion) -> Answer:
    """Return a refresh of SPICE."""
    answer: Answer = {
        "Arn": found.arn,
        "IngestionId": found.id,
        "IngestionStatus": found.status,
        "CreatedTime": found.created,
        "IngestionTimeInSeconds": found.seconds,
        "IngestionSizeInBytes": found.bytes,
        "RequestSource": found.source,
        "RequestType": found.request_type,
    }
    if found.error:
        answer["ErrorInfo"] = found.error
    if found.status == "COMPLETED":
        answer["RowInfo"] = {
            "RowsIngested": found.rows,
            "RowsDropped": 0,
            "TotalRowsInDataset": found.rows,
        }
    return answer


def theme_of(id: str, found: Resource) -> Answer:
    """Return a theme with its newest version."""
    version = {
        "VersionNumber": found.version,
        "Arn": f"{found.arn}/version/{found.version}",
        "BaseThemeId": found.properties["BaseThemeId"],
        "CreatedTime": found.updated,
        "Configuration": found.properties["Configuration"],
        "Status": found.status,
    }
    return {**_common(found), "ThemeId": id, "Type": "CUSTOM", "Version": version}


def dashboard_of(id: str, found: Resource) -> Answer:
    """Return a dashboard with its newest version."""
    definition = found.properties["Definition"]
    version = {
        "VersionNumber": found.version,
        "Arn": f"{found.arn}/version/{found.version}",
        "CreatedTime": found.updated,
        "Status": found.status,
        "Errors": found.errors,
        "DataSetArns": [each["DataSetArn"] for each in definition.get("DataSetIdentifierDeclarations", ())],
        "ThemeArn": found.properties.get("ThemeArn"),
        "Sheets": [
            {"SheetId": each["SheetId"], "Name": each.get("Name")} for each in definition.get("Sheets", ())
        ],
    }
    return {**_common(found), "DashboardId": id, "LastPublishedTime": found.updated, "Version": version}


def summary_of(id_name: str, id: str, found: Resource) -> Answer:
    """Return a resource of a list."""
    more = {"ImportMode": found.properties["ImportMode"]} if "ImportMode" in found.properties else {}
    return {**_common(found), id_name: id, **more}


def _common(found: Resource) -> Answer:
    return {
        "Arn": found.arn,
        "Name": found.properties["Name"],
        "CreatedTime": found.created,
        "LastUpdatedTime": found.updated,
    }
