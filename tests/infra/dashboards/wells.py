"""Fields of a visual: by what they group, and the numbers that they give."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from tests.infra.dashboards.expressions import Row, Table, Value


def column(field: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the column of a field."""
    found: Mapping[str, str] = next(iter(field.values()))["Column"]
    return found


def id_of(field: Mapping[str, Any]) -> str:
    """Return the id of a field."""
    found: str = next(iter(field.values()))["FieldId"]
    return found


def group(field: Mapping[str, Any], table: Table, row: Row) -> Value:
    """Return the value by which a field groups a row."""
    kind, made = next(iter(field.items()))
    value = table.of_row(made["Column"]["ColumnName"], row)
    if kind != "DateDimensionField" or value is None:
        return value
    assert isinstance(value, dt.date)
    unit = made["DateGranularity"]
    if unit == "SECOND":
        return value.replace(microsecond=0) if isinstance(value, dt.datetime) else value
    day = value.date() if isinstance(value, dt.datetime) else value
    if unit == "WEEK":
        return day - dt.timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "MONTH" else day


def number(
    field: Mapping[str, Any], table: Table, rows: Sequence[Row], every: Sequence[Sequence[Row]]
) -> Value:
    """Return the number of a field over a group; `every` are all groups of the visual."""
    kind, made = next(iter(field.items()))
    name = made["Column"]["ColumnName"]
    if kind == "DateMeasureField":
        assert made["AggregationFunction"] == "MAX"
        dates = [value for row in rows if (value := table.of_row(name, row)) is not None]
        return max(dates, default=None)
    if table.is_aggregated(name):
        assert "AggregationFunction" not in made
        return table.of_group(name, rows, every)
    assert made["AggregationFunction"] == {"SimpleNumericalAggregation": "SUM"}
    values = [value for row in rows if (value := table.of_row(name, row)) is not None]
    return sum(values, Fraction(0)) if values else None


def places(field: Mapping[str, Any]) -> int | None:
    """Return the decimal places of a field, None for a date."""
    if "DateMeasureField" in field:
        return None
    kind, made = next(
        iter(field["NumericalMeasureField"]["FormatConfiguration"]["FormatConfiguration"].items())
    )
    found: int = made["DecimalPlacesConfiguration"]["DecimalPlaces"]
    return found + 2 if kind == "PercentageDisplayFormatConfiguration" else found
