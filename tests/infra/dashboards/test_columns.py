"""Types of gold become types of QuickSight; SPICE holds what has at most four decimal places."""

from __future__ import annotations

import pytest

from infra.dashboards.columns import dataset_column
from infra.dashboards.errors import QuickSightError


@pytest.mark.parametrize(
    ("kind", "type", "sql", "is_exact"),
    [
        ("string", "STRING", '"x"', True),
        ("int", "INTEGER", '"x"', True),
        ("bigint", "INTEGER", '"x"', True),
        ("boolean", "STRING", 'CAST("x" AS varchar)', True),
        ("date", "DATETIME", '"x"', True),
        ("timestamp", "DATETIME", 'CAST("x" AS date)', True),
        ("decimal(18,2)", "DECIMAL", 'CAST("x" AS decimal(18, 4))', True),
        ("decimal(9, 4)", "DECIMAL", 'CAST("x" AS decimal(18, 4))', True),
        ("decimal(18,6)", "DECIMAL", '"x"', False),
    ],
)
def test_column_has_the_type_and_the_sql_of_its_kind(kind: str, type: str, sql: str, is_exact: bool) -> None:
    column = dataset_column("x", kind, where="here")
    assert (column.type, column.sql, column.is_exact_in_spice) == (type, sql, is_exact)


def test_decimal_of_spice_is_declared_as_fixed() -> None:
    exact = dataset_column("x", "decimal(18,2)", where="here").declared()
    assert exact == {"Name": "x", "Type": "DECIMAL", "SubType": "FIXED"}
    assert dataset_column("x", "decimal(18,6)", where="here").declared() == {"Name": "x", "Type": "DECIMAL"}


def test_type_without_a_counterpart_is_refused_with_the_place() -> None:
    with pytest.raises(QuickSightError) as refused:
        dataset_column("tags", "map<string,string>", where="dashboard b: visual v")
    assert "the column 'tags' is a map<string,string>" in str(refused.value)
    assert "dashboard b: visual v" in str(refused.value)
    assert "Show another column" in str(refused.value)
