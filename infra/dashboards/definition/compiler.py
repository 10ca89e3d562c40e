"""The definition of one dashboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from infra.dashboards.datasets import PlannedDataset
from infra.dashboards.definition.calculations import Calculations
from infra.dashboards.definition.filters import Filters
from infra.dashboards.definition.references import check_references
from infra.dashboards.definition.scope import subtitle
from infra.dashboards.definition.sheets import month_parameter, sheet
from infra.dashboards.definition.until import with_dates
from infra.dashboards.definition.visuals import compiled
from infra.dashboards.definition.wells import Wells
from lake.model.dashboards.fields import Dataset
from lake.model.dashboards.visuals import Dashboard, Visual


def definition(
    dashboard: Dashboard, datasets: Mapping[Dataset, PlannedDataset], arn_of: Callable[[str], str]
) -> dict[str, Any]:
    """Return the definition of a dashboard. `arn_of` maps a dataset's name to its ARN.

    Raises QuickSightError, with dashboard and visual, for what has no form in QuickSight, and for references
    to columns, fields or visuals that the definition does not have.
    """
    calculations = Calculations()
    ids = {id: with_dates(each, id) for id, each in zip(_sheet_ids(dashboard), dashboard.sheets, strict=True)}
    visuals = {
        id: [each for each in declared.visuals if isinstance(each, Visual)] for id, declared in ids.items()
    }
    filters = Filters(dashboard, visuals, datasets, calculations)
    sheets = [
        sheet(
            declared,
            id,
            [_visual(each, dashboard, datasets[each.dataset], calculations) for each in visuals[id]],
            filters.controls(id),
        )
        for id, declared in ids.items()
    ]
    used = {visual.dataset: None for each in visuals.values() for visual in each}
    made = {
        "DataSetIdentifierDeclarations": [
            {"Identifier": each.name, "DataSetArn": arn_of(each.name)} for each in used
        ],
        "ParameterDeclarations": [month_parameter()],
        "FilterGroups": filters.declared(),
        "Sheets": sheets,
        "AnalysisDefaults": {
            "DefaultNewSheetConfiguration": {
                "InteractiveLayoutConfiguration": {
                    "Grid": {"CanvasSizeOptions": {"ScreenCanvasSizeOptions": {"ResizeOption": "RESPONSIVE"}}}
                },
                "SheetContentType": "INTERACTIVE",
            }
        },
        "Options": {"WeekStart": "MONDAY", "Timezone": "UTC"},
    }
    made["CalculatedFields"] = calculations.declared()
    check_references(made, {each.name: datasets[each] for each in used}, where=f"dashboard {dashboard.key}")
    return made


def _visual(
    visual: Visual, dashboard: Dashboard, planned: PlannedDataset, calculations: Calculations
) -> dict[str, Any]:
    where = f"dashboard {dashboard.key}: visual {visual.key}"
    wells = Wells(visual, planned, calculations, where)
    return compiled(visual, wells, subtitle(visual, dashboard, planned))


def _sheet_ids(dashboard: Dashboard) -> list[str]:
    return [f"sheet-{number}" for number, _ in enumerate(dashboard.sheets, 1)]
