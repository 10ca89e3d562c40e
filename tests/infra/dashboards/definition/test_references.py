"""A definition whose references lead nowhere is refused, with the reference."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from infra.dashboards.definition.references import check_references
from infra.dashboards.errors import QuickSightError
from lake.model.discovery import load_domain
from tests.infra.dashboards.declared import compiled, planned

DOMAIN = load_domain("cloud_provider")
DEFINITION = compiled(DOMAIN, "finops")
DATASETS = {each.name: each for each in planned(DOMAIN).values()}
USED = {
    each["Identifier"]: DATASETS[each["Identifier"]] for each in DEFINITION["DataSetIdentifierDeclarations"]
}

Change = Callable[[dict[str, Any]], Any]


def visual(made: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the first visual of a kind."""
    found: dict[str, Any] = next(each[kind] for each in made["Sheets"][0]["Visuals"] if kind in each)
    return found


def wells(made: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the field wells of the first visual of a kind."""
    found: dict[str, Any] = next(iter(visual(made, kind)["ChartConfiguration"]["FieldWells"].values()))
    return found


def filter_of(made: dict[str, Any]) -> dict[str, Any]:
    """Return the first filter."""
    found: dict[str, Any] = next(iter(made["FilterGroups"][0]["Filters"][0].values()))
    return found


BROKEN: list[tuple[str, Change, str]] = [
    ("column", lambda d: filter_of(d)["Column"].update(ColumnName="gone"), "names the column gone"),
    ("dataset", lambda d: d["DataSetIdentifierDeclarations"].pop(), "is not declared"),
    (
        "calculation",
        lambda d: d["CalculatedFields"][0].update(Expression="sum({gone})"),
        "reads gone, which",
    ),
    (
        "calculation's name",
        lambda d: d["CalculatedFields"][0].update(Name="row_count"),
        "has the name of a column",
    ),
    (
        "parameter",
        lambda d: d.update(ParameterDeclarations=[]),
        "the parameter MonthsBack, which is not declared",
    ),
    (
        "field id",
        lambda d: visual(d, "TableVisual")["ChartConfiguration"]["FieldOptions"]["SelectedFieldOptions"][
            0
        ].update(FieldId="gone"),
        "names the field gone in chart.FieldOptions.SelectedFieldOptions[0], which it does not have",
    ),
    (
        "field twice",
        lambda d: wells(d, "TableVisual")["Values"].append(wells(d, "TableVisual")["Values"][0]),
        "has 2 fields",
    ),
    (
        "aggregated twice",
        lambda d: visual(d, "KPIVisual")["ChartConfiguration"]["FieldWells"]["Values"][0][
            "NumericalMeasureField"
        ].update(AggregationFunction={"SimpleNumericalAggregation": "SUM"}),
        "which is aggregated already",
    ),
    (
        "not aggregated",
        lambda d: wells(d, "HeatMapVisual")["Values"][0]["NumericalMeasureField"].pop("AggregationFunction"),
        "without an aggregation",
    ),
    (
        "type",
        lambda d: wells(d, "HeatMapVisual")["Values"][0]["NumericalMeasureField"]["Column"].update(
            ColumnName="service"
        ),
        "uses service, which is STRING, as INTEGER or DECIMAL",
    ),
    (
        "hierarchy",
        lambda d: visual(d, "BarChartVisual").pop("ColumnHierarchies"),
        "declares the hierarchies [] and uses",
    ),
    (
        "union",
        lambda d: wells(d, "HeatMapVisual")["Values"][0].update(CalculatedMeasureField={}),
        "a member of Values has 2 kinds: NumericalMeasureField, CalculatedMeasureField",
    ),
    (
        "layout",
        lambda d: d["Sheets"][0]["Layouts"][0]["Configuration"]["GridLayout"]["Elements"].pop(),
        "has sheet-1-until-3 without a place",
    ),
    (
        "place twice",
        lambda d: d["Sheets"][0]["Layouts"][0]["Configuration"]["GridLayout"]["Elements"].append(
            {"ElementId": "cost"}
        ),
        "places cost 2 times",
    ),
    (
        "control's place",
        lambda d: d["Sheets"][0]["FilterControls"].pop(),
        "places sheet-1-service, which it does not have",
    ),
    (
        "control's filter",
        lambda d: d["Sheets"][0]["FilterControls"][0]["Dropdown"].update(SourceFilterId="gone"),
        "has a control of the filter gone",
    ),
    (
        "scope",
        lambda d: d["FilterGroups"][0]["ScopeConfiguration"]["SelectedSheets"][
            "SheetVisualScopingConfigurations"
        ][0].update(VisualIds=["gone"]),
        "apply to gone, which no sheet has",
    ),
    (
        "no scope",
        lambda d: d["FilterGroups"][0]["ScopeConfiguration"]["SelectedSheets"].update(
            SheetVisualScopingConfigurations=[]
        ),
        "apply to no visual",
    ),
    ("filter's id", lambda d: d["FilterGroups"].append(d["FilterGroups"][0]), "2 filters have the id"),
    (
        "calculated fields",
        lambda d: d.update(CalculatedFields=d["CalculatedFields"] * 40),
        "500 are the limit",
    ),
    (
        "visuals",
        lambda d: d["Sheets"][0].update(Visuals=d["Sheets"][0]["Visuals"] * 6),
        "50 are the limit",
    ),
]


@pytest.mark.parametrize(
    ("change", "message"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN]
)
def test_broken_definition_is_refused_with_the_reference(change: Change, message: str) -> None:
    made = copy.deepcopy(DEFINITION)
    change(made)
    with pytest.raises(QuickSightError) as refused:
        check_references(made, USED, where="dashboard finops")
    assert message in str(refused.value)
    assert "dashboard finops" in str(refused.value)


def test_compiled_definitions_are_whole() -> None:
    for dashboard in DOMAIN.shown_dashboards:
        assert compiled(DOMAIN, dashboard.key)["Sheets"]
