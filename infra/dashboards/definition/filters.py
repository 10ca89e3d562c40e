"""Filters of a definition: periods and fixed conditions of visuals, and what a reader chooses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.dashboards.columns import STRING
from infra.dashboards.datasets import PlannedDataset, choice_column
from infra.dashboards.definition.calculations import Calculations
from infra.dashboards.definition.scope import Bound, bounds
from infra.dashboards.definition.until import Until
from infra.dashboards.errors import QuickSightError
from lake.model.dashboards.fields import Dataset
from lake.model.dashboards.visuals import Dashboard, Filter, Visual

_SUM = {"NumericalAggregationFunction": {"SimpleNumericalAggregation": "SUM"}}


@dataclass
class Filters:
    """The filters of one dashboard. `visuals` are those of each sheet, by the sheet's id."""

    dashboard: Dashboard
    visuals: Mapping[str, Sequence[Visual]]
    datasets: Mapping[Dataset, PlannedDataset]
    calculations: Calculations
    _groups: list[dict[str, Any]] = field(default_factory=list)

    def declared(self) -> list[dict[str, Any]]:
        """Return all groups of filters."""
        self._groups = []
        self._add_bounds()
        self._add_conditions()
        for each in self.dashboard.filters:
            if each.column:
                self._add_choice(each)
        return self._groups

    def controls(self, sheet: str) -> list[dict[str, Any]]:
        """Return the controls of a sheet, one for each filter that applies to any of its visuals."""
        return [
            self._control(each, sheet)
            for each in self.dashboard.filters
            if each.column and sheet in self._applies(each)
        ]

    def _add_bounds(self) -> None:
        found: dict[tuple[Dataset, Bound], list[str]] = defaultdict(list)
        for visual in self._all():
            for bound in bounds(visual):
                found[visual.dataset, bound].append(visual.key)
        for (dataset, bound), keys in found.items():
            planned = self.datasets[dataset]
            name = self.calculations.add(planned.name, bound.field, bound.expression)
            limits: dict[str, Any] = {"RangeMinimum": {"StaticValue": bound.least}, "IncludeMinimum": True}
            if bound.most is not None:
                limits |= {"RangeMaximum": {"StaticValue": bound.most}, "IncludeMaximum": True}
            if bound.is_sum:
                limits["AggregationFunction"] = _SUM
            self._add(
                "NumericRangeFilter",
                {"Column": _column(planned, name), "NullOption": "NON_NULLS_ONLY", **limits},
                keys,
            )

    def _add_conditions(self) -> None:
        found: dict[tuple[Dataset, tuple[str, ...]], list[str]] = defaultdict(list)
        for visual in self._all():
            if visual.only:
                found[visual.dataset, visual.only].append(visual.key)
        for (dataset, (column, *values)), keys in found.items():
            planned = self.datasets[dataset]
            self._check_text(planned, column, f"visual {keys[0]}")
            configuration = {
                "FilterListConfiguration": {
                    "MatchOperator": "CONTAINS",
                    "CategoryValues": values,
                    "NullOption": "NON_NULLS_ONLY",
                }
            }
            self._add(
                "CategoryFilter",
                {"Column": _column(planned, column), "Configuration": configuration},
                keys,
            )

    def _add_choice(self, chosen: Filter) -> None:
        """Add the filter of a column for all visuals whose dataset has it, on every sheet.

        It chooses by a column without nulls. On one with nulls, no option is right for both: with all values
        chosen the rows without a value belong to them, with one value chosen they do not.
        """
        by_sheet = self._applies(chosen)
        planned = [self.datasets[visual.dataset] for visuals in by_sheet.values() for visual in visuals]
        for each in planned:
            self._check_text(each, chosen.column, f"filter {chosen.key}")
        choice: dict[str, Any] = {
            "Column": _column(planned[0], choice_column(chosen.column)),
            "Configuration": {
                "FilterListConfiguration": {
                    "MatchOperator": "CONTAINS",
                    "SelectAllOptions": "FILTER_ALL_VALUES",
                    "NullOption": "NON_NULLS_ONLY",
                }
            },
        }
        if len(by_sheet) > 1:
            choice["DefaultFilterControlConfiguration"] = {
                "Title": chosen.label,
                "ControlOptions": {"DefaultDropdownOptions": {"Type": "MULTI_SELECT"}},
            }
        keys = [visual.key for visuals in by_sheet.values() for visual in visuals]
        self._add(
            "CategoryFilter",
            choice,
            keys,
            id=_choice_id(chosen),
            crosses=len(set(planned_names(planned))) > 1,
        )

    def _control(self, chosen: Filter, sheet: str) -> dict[str, Any]:
        source = {"FilterControlId": f"{sheet}-{chosen.key}", "SourceFilterId": _choice_id(chosen)}
        if len(self._applies(chosen)) > 1:
            return {"CrossSheet": source}
        return {"Dropdown": {**source, "Title": chosen.label, "Type": "MULTI_SELECT"}}

    def _add(
        self, kind: str, filter: dict[str, Any], keys: Sequence[str], *, id: str = "", crosses: bool = False
    ) -> None:
        id = id or f"rows-{len(self._groups) + 1}"
        self._groups.append(
            {
                "FilterGroupId": f"{id}-group",
                "Filters": [{kind: {"FilterId": id, **filter}}],
                "ScopeConfiguration": {
                    "SelectedSheets": {"SheetVisualScopingConfigurations": self._scope(keys)}
                },
                "Status": "ENABLED",
                "CrossDataset": "ALL_DATASETS" if crosses else "SINGLE_DATASET",
            }
        )

    def _scope(self, keys: Sequence[str]) -> list[dict[str, Any]]:
        scopes = []
        for sheet, visuals in self.visuals.items():
            if ids := [visual.key for visual in visuals if visual.key in keys]:
                scopes.append({"SheetId": sheet, "Scope": "SELECTED_VISUALS", "VisualIds": ids})
        return scopes

    def _applies(self, chosen: Filter) -> dict[str, list[Visual]]:
        """Return the visuals whose dataset has a filter's column, by sheet, for sheets with any."""
        found = {
            sheet: [
                each
                for each in visuals
                if chosen.column in self.datasets[each.dataset].columns and not isinstance(each, Until)
            ]
            for sheet, visuals in self.visuals.items()
        }
        return {sheet: visuals for sheet, visuals in found.items() if visuals}

    def _all(self) -> list[Visual]:
        return [visual for visuals in self.visuals.values() for visual in visuals]

    def _check_text(self, planned: PlannedDataset, column: str, use: str) -> None:
        kind = planned.columns[column].type
        if kind != STRING:
            raise QuickSightError(
                f"the column '{column}' of {planned.name} is {kind} in QuickSight, and it compares texts.",
                where=f"dashboard {self.dashboard.key}: {use}",
                hint="Filter by a column of texts.",
            )


def planned_names(planned: Sequence[PlannedDataset]) -> list[str]:
    """Return the names of datasets."""
    return [each.name for each in planned]


def _choice_id(chosen: Filter) -> str:
    return f"choice-{chosen.key}"


def _column(planned: PlannedDataset, name: str) -> dict[str, str]:
    return {"DataSetIdentifier": planned.name, "ColumnName": name}
