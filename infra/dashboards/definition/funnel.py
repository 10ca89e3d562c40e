"""Funnels of QuickSight, with the step of the largest loss named in its label."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from infra.dashboards.definition import expressions
from infra.dashboards.definition.wells import Wells
from infra.dashboards.errors import QuickSightError
from lake.model.dashboards.fields import Aggregation
from lake.model.dashboards.visuals import Funnel

MARK = "largest loss"


def funnel(visual: Funnel, wells: Wells) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return a funnel in the order of its steps' names; each step shows its part of the step before."""
    category = wells.dimension(visual.steps)
    category["CategoricalDimensionField"]["Column"] = wells.column(_marked(visual, wells))
    value = wells.measure(visual.value)
    return (
        "FunnelChartVisual",
        {
            "FieldWells": {"FunnelChartAggregatedFieldWells": {"Category": [category], "Values": [value]}},
            "SortConfiguration": {"CategorySort": wells.order(visual.steps, category)},
            "DataLabelOptions": {
                "Visibility": "VISIBLE",
                "CategoryLabelVisibility": "VISIBLE",
                "MeasureLabelVisibility": "VISIBLE",
                "MeasureDataLabelStyle": "VALUE_AND_PERCENTAGE_BY_PREVIOUS_STAGE",
            },
        },
        {},
    )


def _marked(visual: Funnel, wells: Wells) -> str:
    """Return the field with the label of each step: that of the largest positive loss has a mark.

    A step loses what the nearest earlier step with rows had more. Numbers are those of the chosen month,
    whatever else is filtered.
    """
    if visual.value.aggregation is not Aggregation.SUM or visual.value.only:
        raise QuickSightError(
            "a funnel needs a plain sum, from which each step's loss is computed.",
            where=wells.where,
            hint="Show the sum of a column.",
        )
    lost = dict(_losses(visual, wells))
    labels = []
    for place, (value, name) in enumerate(visual.steps.names):
        if place not in lost:
            continue
        own = f"{{{lost[place]}}}"
        others = [f"(isNull({{{each}}}) OR {own} >= {{{each}}})" for at, each in lost.items() if at != place]
        is_step = expressions.is_value(visual.steps.column, value, wells.planned, where=wells.where)
        condition = " AND ".join([is_step, f"{own} > 0", *others])
        labels.append(f"{condition}, {expressions.text(f'{name} ({MARK})', where=wells.where)}")
    shown = expressions.shown(visual.steps, wells.planned, where=wells.where)
    column = visual.steps.column
    expression = f"ifelse({', '.join([*labels, shown])})" if labels else shown
    return wells.calculated(f"marked_{column}", expression)


def _losses(visual: Funnel, wells: Wells) -> Iterator[tuple[int, str]]:
    """Yield the fields with the part that each step but the first loses, by the step's place."""
    reached: list[str] = []
    for place, (value, _) in enumerate(visual.steps.names):
        condition = expressions.is_value(visual.steps.column, value, wells.planned, where=wells.where)
        if visual.dataset.date:
            condition += f" AND {expressions.IN_MONTH}"
        total = f"sumOver(ifelse({condition}, {{{visual.value.column}}}, NULL), [], PRE_FILTER)"
        field = wells.calculated(f"reached_{place + 1}_{visual.steps.column}", total)
        if reached:
            before = f"coalesce({', '.join(f'{{{each}}}' for each in reversed(reached))}, 0)"
            loss = f"ifelse({before} > 0, 1 - {{{field}}} / {before}, NULL)"
            yield place, wells.calculated(f"lost_{place + 1}_{visual.steps.column}", loss)
        reached.append(field)
