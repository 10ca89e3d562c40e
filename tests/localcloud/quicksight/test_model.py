"""Parameters are checked against the service's model, beyond what botocore checks."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.quicksight.model import problems, service_model

COLUMN = {"DataSetIdentifier": "d", "ColumnName": "c"}


@pytest.mark.parametrize(
    ("shape", "value", "expected"),
    [
        ("BarsArrangement", "PILED", "is 'PILED', accepted are CLUSTERED, STACKED, STACKED_PERCENT"),
        ("HexColor", "#fff", "which does not match"),
        ("IntegerParameterDeclaration", {"Name": "Months_Back", "ParameterValueType": "SINGLE_VALUED"},
         "Name is 'Months_Back', which does not match"),
        ("CalculatedField", {"Name": "x" * 129, "Expression": "1"},
         "has 129 characters, allowed are 1 to 128"),
        ("ColorScale", {"Colors": [{}], "ColorFillType": "GRADIENT"},
         "Colors has 1 members, allowed are 2 to 3"),
        ("GridLayoutElement", {"ElementId": "a", "ElementType": "VISUAL", "ColumnSpan": 37, "RowSpan": 1},
         "ColumnSpan is 37, allowed are 1 to 36"),
        ("NumericalMeasureField", {"FieldId": "f"}, ".Column is missing"),
        ("NumericalMeasureField", {"FieldId": "f", "Column": COLUMN, "Colour": "x"}, ".Colour is unknown"),
        ("Visual", {}, "Visual needs exactly one member, not none"),
        ("MeasureField",
         {"NumericalMeasureField": {"FieldId": "f", "Column": COLUMN}, "DateMeasureField": {}},
         "needs exactly one member, not NumericalMeasureField, DateMeasureField"),
        ("PaginationConfiguration", {"PageSize": 10, "PageNumber": 1}, ".PageSize is 10, accepted are [100,"),
    ],
)  # fmt: skip
def test_what_the_model_does_not_allow_is_named(shape: str, value: Any, expected: str) -> None:
    found = list(problems(value, service_model().shape_for(shape)))
    assert any(expected in each for each in found), found


def test_what_the_model_allows_has_no_problems() -> None:
    field = {"NumericalMeasureField": {"FieldId": "f", "Column": COLUMN}}
    assert list(problems(field, service_model().shape_for("MeasureField"))) == []
