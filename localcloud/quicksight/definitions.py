"""Check of a dashboard's definition against the datasets that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from localcloud.quicksight.store import Kind, ServiceError, Store

MOST_VISUALS = 50
"""Visuals of one sheet, which the model does not limit."""

_NAMES = re.compile(r"(\$?)\{([^{}]+)\}")


def definition_errors(definition: dict[str, Any], store: Store) -> Iterator[dict[str, str]]:
    """Yield the errors with which QuickSight fails to create a dashboard: type and message."""
    columns: dict[str, set[str]] = {}
    for each in definition.get("DataSetIdentifierDeclarations", ()):
        try:
            dataset = store.by_arn(Kind.DATASET, each["DataSetArn"])
        except ServiceError as error:
            yield {"Type": "DATA_SET_NOT_FOUND", "Message": str(error)}
            continue
        tables = dataset.properties["PhysicalTableMap"].values()
        columns[each["Identifier"]] = {
            column["Name"] for table in tables for column in table["CustomSql"]["Columns"]
        }
    if len(columns) < len(definition.get("DataSetIdentifierDeclarations", ())):
        return
    yield from _missing(definition, columns)
    for sheet in definition.get("Sheets", ()):
        if len(sheet.get("Visuals", ())) > MOST_VISUALS:
            yield {
                "Type": "INTERNAL_FAILURE",
                "Message": f"The sheet {sheet['SheetId']} has more than {MOST_VISUALS} visuals.",
            }


def _missing(definition: dict[str, Any], columns: dict[str, set[str]]) -> Iterator[dict[str, str]]:
    """Yield columns and parameters that the definition names and does not have."""
    parameters = {next(iter(each.values()))["Name"] for each in definition.get("ParameterDeclarations", ())}
    calculated = definition.get("CalculatedFields", ())
    for each in calculated:
        columns.setdefault(each["DataSetIdentifier"], set()).add(each["Name"])
    for each in calculated:
        for is_parameter, name in _NAMES.findall(each["Expression"]):
            if is_parameter and name not in parameters:
                yield {"Type": "PARAMETER_NOT_FOUND", "Message": f"{each['Name']}: there is no {name}."}
            if not is_parameter and name not in columns[each["DataSetIdentifier"]]:
                yield {
                    "Type": "COLUMN_REPLACEMENT_MISSING",
                    "Message": f"{each['Name']} reads {name}, which {each['DataSetIdentifier']} lacks.",
                }
    for found in _references(definition):
        if found["ColumnName"] not in columns.get(found["DataSetIdentifier"], ()):
            yield {
                "Type": "COLUMN_REPLACEMENT_MISSING",
                "Message": f"{found['DataSetIdentifier']} has no column {found['ColumnName']}.",
            }


def _references(node: Any) -> Iterator[dict[str, str]]:
    if isinstance(node, dict):
        if "ColumnName" in node:
            yield node
        for each in node.values():
            yield from _references(each)
    elif isinstance(node, list):
        for each in node:
            yield from _references(each)
