"""Sheets of a definition: where visuals, texts and controls stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from infra.dashboards.definition.expressions import PARAMETER
from infra.dashboards.definition.until import Until
from lake.model.dashboards.visuals import Funnel, Heatmap, Kpi, Sheet, Table, Text, Trend, Visual

COLUMNS, DECLARED_COLUMNS = 36, 12
"""Columns of QuickSight's grid, and those in which declarations give widths."""

MONTHS = 24
"""Months that the control of the month offers."""

_HEIGHTS: tuple[tuple[type, int], ...] = (
    (Kpi, 6), (Until, 4), (Text, 5), (Table, 14), (Trend, 12), (Heatmap, 14), (Funnel, 12)
)  # fmt: skip
_HEIGHT = 12


def sheet(
    declared: Sheet, id: str, visuals: Sequence[dict[str, Any]], controls: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return a sheet with its compiled visuals, texts and controls of filters."""
    texts = [each for each in declared.visuals if isinstance(each, Text)]
    month = f"{id}-month"
    places = [(month, "PARAMETER_CONTROL"), *((_control_id(each), "FILTER_CONTROL") for each in controls)]
    made: dict[str, Any] = {
        "SheetId": id,
        "Name": declared.title,
        "ContentType": "INTERACTIVE",
        "ParameterControls": [_month_control(month)],
        "Visuals": list(visuals),
        "Layouts": [{"Configuration": {"GridLayout": _grid(list(_elements(declared)))}}],
        "SheetControlLayouts": [
            {
                "Configuration": {
                    "GridLayout": {
                        "Elements": [
                            {"ElementId": name, "ElementType": kind, "ColumnSpan": 4, "RowSpan": 3}
                            for name, kind in places
                        ]
                    }
                }
            }
        ],
    }
    if controls:
        made["FilterControls"] = list(controls)
    if texts:
        made["TextBoxes"] = [{"SheetTextBoxId": each.key, "Content": _content(each)} for each in texts]
    return made


def month_parameter() -> dict[str, Any]:
    """Return the declaration of the parameter that chooses the month; by default it is the newest."""
    return {
        "IntegerParameterDeclaration": {
            "Name": PARAMETER,
            "ParameterValueType": "SINGLE_VALUED",
            "DefaultValues": {"StaticValues": [0]},
        }
    }


def _month_control(id: str) -> dict[str, Any]:
    return {
        "Dropdown": {
            "ParameterControlId": id,
            "SourceParameterName": PARAMETER,
            "Title": "Month (0 is the newest)",
            "Type": "SINGLE_SELECT",
            "SelectableValues": {"Values": [str(number) for number in range(MONTHS)]},
        }
    }


def _control_id(control: dict[str, Any]) -> str:
    found: str = next(iter(control.values()))["FilterControlId"]
    return found


def _content(each: Text) -> str:
    return (
        f'<text-box><inline font-size="16px"><b>{escape(each.title)}</b></inline><br/>'
        f"<inline>{escape(each.text)}</inline></text-box>"
    )


def _elements(declared: Sheet) -> Iterator[dict[str, Any]]:
    """Yield the places of all elements: from left to right, a new row where the next does not fit."""
    column = row = tallest = 0
    for each in declared.visuals:
        span = each.width * COLUMNS // DECLARED_COLUMNS
        height = _height(each)
        if column + span > COLUMNS:
            column, row, tallest = 0, row + tallest, 0
        yield {
            "ElementId": each.key,
            "ElementType": "TEXT_BOX" if isinstance(each, Text) else "VISUAL",
            "ColumnIndex": column,
            "ColumnSpan": span,
            "RowIndex": row,
            "RowSpan": height,
        }
        column, tallest = column + span, max(tallest, height)


def _height(each: Visual | Text) -> int:
    return next((height for kind, height in _HEIGHTS if isinstance(each, kind)), _HEIGHT)


def _grid(elements: list[dict[str, Any]]) -> dict[str, Any]:
    canvas = {"ScreenCanvasSizeOptions": {"ResizeOption": "RESPONSIVE"}}
    return {"Elements": elements, "CanvasSizeOptions": canvas}
