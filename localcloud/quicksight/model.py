"""Check of parameters against the service's model: enumerations, patterns, lengths and unions.

botocore checks types and required members only. The service refuses more, and so does the local cloud.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from localcloud import services

UNIONS = frozenset(
    {
        "PhysicalTable", "Visual", "Filter", "FilterControl", "ParameterControl", "ParameterDeclaration",
        "DimensionField", "MeasureField", "FieldSortOptions", "ColumnHierarchy",
        "CategoryFilterConfiguration",
        "TableInlineVisualization", "TableConditionalFormattingOption", "KPIConditionalFormattingOption",
        "NumericFormatConfiguration", "NumericRangeFilterValue", "FilterScopeConfiguration",
        "LayoutConfiguration", "DataSourceParameters", "BarChartFieldWells", "LineChartFieldWells",
        "HeatMapFieldWells", "FunnelChartFieldWells", "TableFieldWells", "DefaultFilterControlOptions",
        "ParameterSelectableValues", "ConditionalFormattingColor",
    }
)  # fmt: skip
"""Structures of which exactly one member is set. The model does not say so; the documentation does."""

_MAP_KEY = re.compile(r"[a-zA-Z0-9-]+")
"""Keys of a map of tables: without underscores."""

_ONE_OF = {
    "PaginationConfiguration": ("PageSize", {100, 500, 1000, 10_000}),
}
"""Structure → member with the values that the service accepts, which no document lists."""


@functools.cache
def service_model() -> ServiceModel:
    """Return the model of QuickSight's API."""
    # The loader of all sessions has read it for the client that calls.
    model: ServiceModel = services.session()._session.get_service_model("quicksight")
    return model


def problems(value: Any, shape: Shape, place: str = "") -> Iterator[str]:
    """Yield a sentence for each part of a value that the model, or the documentation, does not allow."""
    if isinstance(shape, StructureShape):
        yield from _structure(value, shape, place)
    elif isinstance(shape, ListShape):
        yield from _size(value, shape, place, "members")
        for number, each in enumerate(value):
            yield from problems(each, shape.member, f"{place}[{number}]")
    elif isinstance(shape, MapShape):
        yield from _size(value, shape, place, "keys")
        for key, each in value.items():
            if shape.name == "PhysicalTableMap" and not _MAP_KEY.fullmatch(key):
                yield f"{place}: the key '{key}' has other characters than letters, digits and -"
            yield from problems(each, shape.value, f"{place}.{key}")
    elif shape.type_name == "string":
        yield from _text(str(value), shape, place)
    elif shape.type_name in ("integer", "long", "double", "float"):
        yield from _number(value, shape, place)


def _structure(value: Any, shape: StructureShape, place: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield f"{place}.{name} is missing"
    if shape.name in UNIONS and len(value) != 1:
        yield f"{place}: {shape.name} needs exactly one member, not {', '.join(value) or 'none'}"
    if shape.name in _ONE_OF:
        name, accepted = _ONE_OF[shape.name]
        if name in value and int(value[name]) not in accepted:
            yield f"{place}.{name} is {value[name]}, accepted are {sorted(accepted)}"
    for name, each in value.items():
        if name not in shape.members:
            yield f"{place}.{name} is unknown"
        elif each is not None:
            yield from problems(each, shape.members[name], f"{place}.{name}" if place else name)


def _size(value: Any, shape: Shape, place: str, what: str) -> Iterator[str]:
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max")
    if len(value) < least or (most is not None and len(value) > most):
        yield f"{place} has {len(value)} {what}, allowed are {least} to {most}"


def _text(value: str, shape: Shape, place: str) -> Iterator[str]:
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max")
    if len(value) < least or (most is not None and len(value) > most):
        yield f"{place} has {len(value)} characters, allowed are {least} to {most}"
    if (accepted := shape.metadata.get("enum")) and value not in accepted:
        yield f"{place} is '{value}', accepted are {', '.join(accepted)}"
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        yield f"{place} is '{value}', which does not match {pattern}"


def _number(value: Any, shape: Shape, place: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if (least is not None and value < least) or (most is not None and value > most):
        yield f"{place} is {value}, allowed are {least} to {most}"
