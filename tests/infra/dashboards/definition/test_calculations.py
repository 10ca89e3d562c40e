"""A calculated field is declared once, and a name that is taken gets a number."""

from __future__ import annotations

from infra.dashboards.definition.calculations import Calculations


def test_equal_expressions_share_a_field_and_others_do_not() -> None:
    found = Calculations()
    assert found.add("orders", "shown", "1") == "shown"
    assert found.add("orders", "shown", "1") == "shown"
    assert found.add("orders", "shown", "2") == "shown_2"
    assert found.add("weeks", "shown", "2") == "shown"
    assert found.declared() == [
        {"DataSetIdentifier": "orders", "Name": "shown", "Expression": "1"},
        {"DataSetIdentifier": "orders", "Name": "shown_2", "Expression": "2"},
        {"DataSetIdentifier": "weeks", "Name": "shown", "Expression": "2"},
    ]
