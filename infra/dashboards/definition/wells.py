"""Field wells: the dimensions and measures of one visual, with the calculated fields that they need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from infra.dashboards.columns import DATETIME
from infra.dashboards.datasets import PlannedDataset, time_column
from infra.dashboards.definition import expressions
from infra.dashboards.definition.calculations import Calculations
from infra.dashboards.definition.formats import number_format
from lake.model.dashboards.fields import Aggregation, Dimension, Format, Measure, Unit
from lake.model.dashboards.visuals import Visual

GRANULARITY = {Unit.DAY: "DAY", Unit.WEEK: "WEEK", Unit.MONTH: "MONTH"}


@dataclass
class Wells:
    """Makes the fields of one visual. Field ids are the visual's key and a running number.

    `hierarchies` collects the date hierarchies that charts declare beside their fields.
    """

    visual: Visual
    planned: PlannedDataset
    calculations: Calculations
    where: str
    is_short: bool = True
    hierarchies: list[dict[str, Any]] = field(default_factory=list)
    _number: int = 0

    def column(self, name: str) -> dict[str, str]:
        """Return the reference to a column or calculated field."""
        return {"DataSetIdentifier": self.planned.name, "ColumnName": name}

    def calculated(self, name: str, expression: str) -> str:
        """Return the name of the calculated field with an expression."""
        return self.calculations.add(self.planned.name, name, expression)

    def dimension(self, dimension: Dimension) -> dict[str, Any]:
        """Return the field that groups by a dimension: dates by day or month, others by the shown text."""
        if dimension.has_time:
            return self.date(time_column(dimension.column), Unit.DAY, granularity="SECOND")
        if self.planned.columns[dimension.column].type == DATETIME:
            return self.date(dimension.column, Unit.MONTH if dimension.is_month else Unit.DAY)
        shown = expressions.shown(dimension, self.planned, where=self.where)
        name = self.calculated(f"shown_{dimension.column}", shown)
        return {"CategoricalDimensionField": {"FieldId": self._id(), "Column": self.column(name)}}

    def date(self, column: str, unit: Unit, *, granularity: str = "") -> dict[str, Any]:
        """Return the field that groups by the day, week or month of a date, or by another granularity."""
        id = self._id()
        self.hierarchies.append({"DateTimeHierarchy": {"HierarchyId": id}})
        return {
            "DateDimensionField": {
                "FieldId": id,
                "Column": self.column(column),
                "DateGranularity": granularity or GRANULARITY[unit],
                "HierarchyId": id,
            }
        }

    def newest(self, column: str) -> dict[str, Any]:
        """Return the field of the newest date of a column."""
        shown = {"DateTimeFormat": "D MMM YYYY", "NullValueFormatConfiguration": {"NullString": "–"}}
        return {
            "DateMeasureField": {
                "FieldId": self._id(),
                "Column": self.column(column),
                "AggregationFunction": "MAX",
                "FormatConfiguration": shown,
            }
        }

    def measure(self, measure: Measure, *, when: str = "", suffix: str = "") -> dict[str, Any]:
        """Return the field of a measure; with `when` over the rows for which the condition holds.

        A plain sum of a column needs no calculated field. `suffix` names the condition in the field's name.
        """
        if measure.aggregation is Aggregation.SUM and not measure.only and not when:
            return self._numerical(self.column(measure.column), measure.format, aggregation="SUM")
        expression = expressions.aggregated(measure, self.planned, where=self.where, when=when)
        suffix = suffix or ("_in_month" if when else "_of_group")
        name = self.calculated(f"{_spelled(measure.label)}{suffix}", expression)
        return self._numerical(self.column(name), measure.format)

    def change(self, measure: Measure) -> dict[str, Any]:
        """Return the field of a measure's change to the month before."""
        expression = expressions.change(measure, self.planned, where=self.where)
        name = self.calculated(f"{_spelled(measure.label)}_change", expression)
        points = measure.format if measure.format.changes_by_points else Format.PERCENT
        return self._numerical(self.column(name), points)

    def share(self, measure: Measure, *, when: str = "") -> dict[str, Any]:
        """Return the field of a group's share in the whole."""
        expression = expressions.aggregated(measure, self.planned, where=self.where, when=when)
        name = self.calculated(
            f"{_spelled(measure.label)}_share", f"{expression} / sumOver({expression}, [])"
        )
        return self._numerical(self.column(name), Format.PERCENT)

    def order(self, dimension: Dimension, made: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the sort of an ordered dimension, whose field is `made`: by its names, or by its texts."""
        if not dimension.names:
            return [{"FieldSort": {"FieldId": id_of(made), "Direction": "ASC"}}]
        place = expressions.place(dimension, self.planned, where=self.where)
        name = self.calculated(f"place_{dimension.column}", place)
        return [
            {
                "ColumnSort": {
                    "SortBy": self.column(name),
                    "Direction": "ASC",
                    "AggregationFunction": {
                        "NumericalAggregationFunction": {"SimpleNumericalAggregation": "MIN"}
                    },
                }
            }
        ]

    def _numerical(self, column: dict[str, str], format: Format, aggregation: str = "") -> dict[str, Any]:
        how = {"AggregationFunction": {"SimpleNumericalAggregation": aggregation}} if aggregation else {}
        shown = {
            "FormatConfiguration": {"FormatConfiguration": number_format(format, is_short=self.is_short)}
        }
        return {"NumericalMeasureField": {"FieldId": self._id(), "Column": column, **how, **shown}}

    def _id(self) -> str:
        self._number += 1
        return f"{self.visual.key}-{self._number}"


def id_of(made: dict[str, Any]) -> str:
    """Return the id of a field."""
    found: str = next(iter(made.values()))["FieldId"]
    return found


def _spelled(label: str) -> str:
    """Return a label as the name of a field: lower case letters, digits and underscores."""
    return "".join(letter if letter.isalnum() else "_" for letter in label.lower())
