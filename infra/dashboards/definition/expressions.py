"""Expressions in QuickSight's language: conditions, shown texts, and aggregated measures."""

from __future__ import annotations

from infra.dashboards.columns import STRING
from infra.dashboards.datasets import DAYS_BACK, MONTHS_BACK, ROW_COUNT, PlannedDataset
from infra.dashboards.errors import QuickSightError
from lake.model.dashboards.fields import Aggregation, Dimension, Measure

PARAMETER = "MonthsBack"
"""The parameter that chooses the month: 0 is the newest of each dataset. Names have no underscore."""

MONTH_SHOWN = f"{{{MONTHS_BACK}}} - ${{{PARAMETER}}}"
"""0 in the chosen month, 1 in the month before."""

DAYS_SHOWN = (
    f"{{{DAYS_BACK}}} - minOver(ifelse({{{MONTHS_BACK}}} >= ${{{PARAMETER}}}, {{{DAYS_BACK}}}, NULL), "
    "[], PRE_FILTER)"
)
"""Days before the last day with data in or before the chosen month, whatever else is filtered."""

IN_MONTH = f"{{{MONTHS_BACK}}} = ${{{PARAMETER}}}"
IN_MONTH_BEFORE = f"{{{MONTHS_BACK}}} = ${{{PARAMETER}}} + 1"

_LAST = 9999
"""Place of values that an ordered dimension does not name."""


def text(value: str, *, where: str) -> str:
    """Return a text as a literal. Raises QuickSightError for one that the language cannot hold."""
    if '"' in value or "\\" in value or "\n" in value:
        raise QuickSightError(
            f"the text {value!r} has a quote, a backslash or a line break, which expressions cannot hold.",
            where=where,
            hint="Use typographic quotes, or another text.",
        )
    return f'"{value}"'


def is_value(column: str, value: str, planned: PlannedDataset, *, where: str) -> str:
    """Return the condition that a column has a value, which is given as text."""
    if planned.columns[column].type == STRING:
        return f"{{{column}}} = {text(value, where=where)}"
    if not value.lstrip("-").isdigit():
        raise QuickSightError(
            f"the column '{column}' of {planned.name} holds no text, and '{value}' is no whole number.",
            where=where,
            hint="Compare texts, booleans and whole numbers only.",
        )
    return f"{{{column}}} = {value}"


def shown(dimension: Dimension, planned: PlannedDataset, *, where: str) -> str:
    """Return the text that is shown for a dimension's value: its name, the value itself, or that of null."""
    column = f"{{{dimension.column}}}"
    named = [
        f"{is_value(dimension.column, value, planned, where=where)}, {text(name, where=where)}"
        for value, name in dimension.names
    ]
    other = column if planned.columns[dimension.column].type == STRING else f"toString({column})"
    missing = f"isNull({column}), {text(dimension.missing, where=where)}"
    return f"ifelse({', '.join([missing, *named, other])})"


def place(dimension: Dimension, planned: PlannedDataset, *, where: str) -> str:
    """Return the place of a dimension's value in the order of its names."""
    named = [
        f"{is_value(dimension.column, value, planned, where=where)}, {number}"
        for number, (value, _) in enumerate(dimension.names)
    ]
    return f"ifelse({', '.join([*named, str(_LAST)])})"


def aggregated(measure: Measure, planned: PlannedDataset, *, where: str, when: str = "") -> str:
    """Return a measure over the rows of a group; with `when` over those for which the condition holds."""
    if measure.aggregation is Aggregation.RATIO:
        above, below = (aggregated(part, planned, where=where, when=when) for part in measure.parts)
        times = f" * {measure.factor}" if measure.factor != 1 else ""
        return f"ifelse({below} = 0, NULL, {above}{times} / {below})"
    column = ROW_COUNT if measure.aggregation is Aggregation.ROWS else measure.column
    value = f"{{{column}}}"
    if measure.aggregation is Aggregation.PRESENT:
        value = f"ifelse(isNull({value}), 0, 1)"
    if measure.only:
        name, *values = measure.only
        condition = " OR ".join(is_value(name, each, planned, where=where) for each in values)
        value = f"ifelse({condition}, {value}, 0)"
    if when:
        value = f"ifelse({when}, {value}, NULL)"
    function = "distinct_count" if measure.aggregation is Aggregation.DISTINCT else "sum"
    return f"{function}({value})"


def change(measure: Measure, planned: PlannedDataset, *, where: str) -> str:
    """Return the change of a measure from the month before to the chosen month.

    Percentages and scores change by their difference, other numbers by a fraction of the size before.
    """
    now = aggregated(measure, planned, where=where, when=IN_MONTH)
    before = aggregated(measure, planned, where=where, when=IN_MONTH_BEFORE)
    if measure.format.changes_by_points:
        return f"{now} - {before}"
    return f"ifelse({before} = 0, NULL, ({now} - {before}) / abs({before}))"
