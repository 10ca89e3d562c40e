"""Check of a compiled definition: each reference names something that it has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from infra.dashboards.columns import DATETIME, DECIMAL, INTEGER
from infra.dashboards.datasets import PlannedDataset
from infra.dashboards.errors import QuickSightError

MOST_VISUALS, MOST_CALCULATIONS, MOST_FILTERS = 50, 500, 2000
"""Limits of one sheet, and of one definition."""

_DATES = ("DateDimensionField", "DateMeasureField")
_COLUMN = re.compile(r"(?<!\$)\{([^{}]+)\}")
_PARAMETER = re.compile(r"\$\{([^{}]+)\}")

UNIONS = (
    "Visuals", "Filters", "FilterControls", "ParameterControls", "ParameterDeclarations", "GroupBy", "Values",
    "TargetValues", "Category", "Colors", "Rows", "Columns", "CategorySort", "ColorSort", "RowSort",
    "HeatMapRowSort", "HeatMapColumnSort", "ColumnHierarchies", "TableInlineVisualizations",
    "ConditionalFormattingOptions",
)  # fmt: skip
"""Lists whose members are unions: each has exactly one key."""


def check_references(made: dict[str, Any], datasets: Mapping[str, PlannedDataset], *, where: str) -> None:
    """Raise QuickSightError with every reference of a definition that leads nowhere."""
    problems = list(_problems(made, datasets))
    if problems:
        raise QuickSightError(
            "the definition contradicts itself: " + "; ".join(problems) + ".",
            where=where,
            hint="Correct the declaration, or the compiler in infra/dashboards/definition.",
        )


def _problems(made: dict[str, Any], datasets: Mapping[str, PlannedDataset]) -> Iterator[str]:
    known = {name: set(planned.columns) for name, planned in datasets.items()}
    calculated: dict[str, set[str]] = {name: set() for name in datasets}
    for each in made["CalculatedFields"]:
        calculated.setdefault(each["DataSetIdentifier"], set()).add(each["Name"])
    yield from _declarations(made, datasets)
    yield from _calculations(made, known, calculated)
    yield from _columns(made, known, calculated)
    yield from _aggregations(made, datasets, calculated)
    yield from _unions(made, "")
    for sheet in made["Sheets"]:
        yield from _sheet(sheet, made)
    yield from _filters(made)


def _declarations(made: dict[str, Any], datasets: Mapping[str, PlannedDataset]) -> Iterator[str]:
    declared = [each["Identifier"] for each in made["DataSetIdentifierDeclarations"]]
    yield from (f"the dataset {name} is not declared" for name in datasets if name not in declared)
    if len(made["CalculatedFields"]) > MOST_CALCULATIONS:
        yield f"{len(made['CalculatedFields'])} calculated fields, {MOST_CALCULATIONS} are the limit"
    if len(made["FilterGroups"]) > MOST_FILTERS:
        yield f"{len(made['FilterGroups'])} groups of filters, {MOST_FILTERS} are the limit"


def _parameters(made: dict[str, Any]) -> set[str]:
    return {next(iter(each.values()))["Name"] for each in made["ParameterDeclarations"]}


def _calculations(
    made: dict[str, Any], known: Mapping[str, set[str]], calculated: Mapping[str, set[str]]
) -> Iterator[str]:
    for each in made["CalculatedFields"]:
        dataset, name, text = each["DataSetIdentifier"], each["Name"], each["Expression"]
        if name in known.get(dataset, ()):
            yield f"the calculated field {name} has the name of a column of {dataset}"
        for column in _COLUMN.findall(text):
            if column not in known.get(dataset, set()) | calculated.get(dataset, set()):
                yield f"the calculated field {name} reads {column}, which {dataset} does not have"
        for parameter in set(_PARAMETER.findall(text)) - _parameters(made):
            yield f"the calculated field {name} reads the parameter {parameter}, which is not declared"


def _columns(
    made: dict[str, Any], known: Mapping[str, set[str]], calculated: Mapping[str, set[str]]
) -> Iterator[str]:
    for place, node in walk(made):
        if "ColumnName" in node:
            dataset, name = node["DataSetIdentifier"], node["ColumnName"]
            if name not in known.get(dataset, set()) | calculated.get(dataset, set()):
                yield f"{place} names the column {name}, which {dataset} does not have"


def _aggregations(
    made: dict[str, Any], datasets: Mapping[str, PlannedDataset], calculated: Mapping[str, set[str]]
) -> Iterator[str]:
    """Yield fields whose column has no such type, or is summed twice."""
    for place, node in walk(made):
        for kind, field in node.items():
            if kind not in ("NumericalMeasureField", *_DATES) or not isinstance(field, dict):
                continue
            column = field["Column"]
            planned = datasets.get(column["DataSetIdentifier"])
            if planned is None or column["ColumnName"] not in planned.columns:
                if kind == "NumericalMeasureField" and "AggregationFunction" in field:
                    yield f"{place} aggregates {column['ColumnName']}, which is aggregated already"
                continue
            type_ = planned.columns[column["ColumnName"]].type
            wanted = (DATETIME,) if kind in _DATES else (INTEGER, DECIMAL)
            if type_ not in wanted:
                yield f"{place} uses {column['ColumnName']}, which is {type_}, as {' or '.join(wanted)}"
            if kind == "NumericalMeasureField" and "AggregationFunction" not in field:
                yield f"{place} shows {column['ColumnName']} without an aggregation"


def _unions(node: Any, name: str) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _unions(value, key)
    elif isinstance(node, list):
        for each in node:
            if name in UNIONS and isinstance(each, dict) and len(each) != 1:
                yield f"a member of {name} has {len(each)} kinds: {', '.join(each)}"
            yield from _unions(each, name)


def _sheet(sheet: dict[str, Any], made: dict[str, Any]) -> Iterator[str]:
    where = f"sheet {sheet['SheetId']}"
    visuals = [next(iter(each.values())) for each in sheet["Visuals"]]
    elements = [
        *(visual["VisualId"] for visual in visuals),
        *(each["SheetTextBoxId"] for each in sheet.get("TextBoxes", ())),
    ]
    controls = [
        *(next(iter(each.values()))["ParameterControlId"] for each in sheet["ParameterControls"]),
        *(next(iter(each.values()))["FilterControlId"] for each in sheet.get("FilterControls", ())),
    ]
    if len(visuals) > MOST_VISUALS:
        yield f"{where} has {len(visuals)} visuals, {MOST_VISUALS} are the limit"
    for layout, wanted in (("Layouts", elements), ("SheetControlLayouts", controls)):
        found = sheet[layout][0]["Configuration"]["GridLayout"]["Elements"]
        placed = Counter(each["ElementId"] for each in found)
        yield from (f"{where} places {id} {n} times" for id, n in placed.items() if n > 1)
        yield from (f"{where} places {id}, which it does not have" for id in placed if id not in wanted)
        yield from (f"{where} has {id} without a place" for id in wanted if id not in placed)
    for visual in visuals:
        yield from _visual(visual)
    for each in sheet["ParameterControls"]:
        source = next(iter(each.values()))["SourceParameterName"]
        if source not in _parameters(made):
            yield f"{where} has a control of the parameter {source}, which is not declared"


def _visual(visual: dict[str, Any]) -> Iterator[str]:
    where = f"visual {visual['VisualId']}"
    wells = visual["ChartConfiguration"]["FieldWells"]
    fields = Counter(node["FieldId"] for _, node in walk(wells) if "FieldId" in node)
    yield from (f"{where} has {n} fields {id}" for id, n in fields.items() if n > 1)
    rest = {key: value for key, value in visual["ChartConfiguration"].items() if key != "FieldWells"}
    for place, node in walk({"chart": rest, "rules": visual.get("ConditionalFormatting", {})}):
        if "FieldId" in node and node["FieldId"] not in fields:
            yield f"{where} names the field {node['FieldId']} in {place}, which it does not have"
    hierarchies = {next(iter(each.values()))["HierarchyId"] for each in visual.get("ColumnHierarchies", ())}
    used = {node["HierarchyId"] for _, node in walk(wells) if "HierarchyId" in node}
    if used != hierarchies:
        yield f"{where} declares the hierarchies {sorted(hierarchies)} and uses {sorted(used)}"


def _filters(made: dict[str, Any]) -> Iterator[str]:
    sheets = {
        sheet["SheetId"]: {next(iter(each.values()))["VisualId"] for each in sheet["Visuals"]}
        for sheet in made["Sheets"]
    }
    ids = Counter(
        next(iter(each.values()))["FilterId"] for group in made["FilterGroups"] for each in group["Filters"]
    )
    yield from (f"{n} filters have the id {id}" for id, n in ids.items() if n > 1)
    for group in made["FilterGroups"]:
        scopes = group["ScopeConfiguration"]["SelectedSheets"]["SheetVisualScopingConfigurations"]
        if not scopes:
            yield f"the filters {group['FilterGroupId']} apply to no visual"
        for scope in scopes:
            for id in scope["VisualIds"]:
                if id not in sheets.get(scope["SheetId"], ()):
                    yield f"the filters {group['FilterGroupId']} apply to {id}, which no sheet has"
    for sheet in made["Sheets"]:
        for each in sheet.get("FilterControls", ()):
            source = next(iter(each.values()))["SourceFilterId"]
            if source not in ids:
                yield f"sheet {sheet['SheetId']} has a control of the filter {source}, which there is none of"


def walk(node: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each object of a definition with its place."""
    if isinstance(node, dict):
        yield place, node
        for key, value in node.items():
            yield from walk(value, f"{place}.{key}" if place else key)
    elif isinstance(node, list):
        for number, each in enumerate(node):
            yield from walk(each, f"{place}[{number}]")
