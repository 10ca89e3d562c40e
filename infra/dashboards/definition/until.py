"""Numbers that QuickSight shows beside those that are declared: which month stands there, and until when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from infra.dashboards.definition.wells import Wells
from lake.model.dashboards.fields import Dataset
from lake.model.dashboards.visuals import Sheet, Visual

TITLE = "Newest date shown"


@dataclass(frozen=True, kw_only=True)
class Until(Visual):
    """The newest date of a dataset in the chosen month, whatever else is chosen."""

    width: int = 3


def with_dates(declared: Sheet, id: str) -> Sheet:
    """Return a sheet that also shows the newest date of each of its datasets, whose months may differ."""
    datasets: dict[Dataset, list[Visual]] = {}
    for each in declared.visuals:
        if isinstance(each, Visual) and each.dataset.date and each.period.number:
            datasets.setdefault(each.dataset, []).append(each)
    dates = [
        Until(
            key=f"{id}-until-{number}",
            title=TITLE,
            unit=f"{dataset.name}; a week or month by its first day",
            dataset=dataset,
        )
        for number, dataset in enumerate(datasets, 1)
    ]
    return replace(declared, visuals=(*declared.visuals, *dates))


def until(visual: Until, wells: Wells) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return the newest date as a KPI."""
    return "KPIVisual", {"FieldWells": {"Values": [wells.newest(visual.dataset.date)]}}, {}
