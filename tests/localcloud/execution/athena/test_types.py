"""Types of expressions follow Trino."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from localcloud.execution.athena.types import MARK, Decimal, decimal_of, infer, is_decimal
from tests.localcloud.execution.athena.client import query
from tests.localcloud.execution.conftest import Cloud


def test_types_are_known_through_ctes_and_joins(sales: Cloud) -> None:
    sql = """
        WITH months AS (SELECT month, sum(price) AS total, count(*) AS n FROM sales GROUP BY month),
             whole AS (SELECT sum(total) AS total FROM months)
        SELECT m.month, m.total / m.n, 100 * m.total / w.total
        FROM months m CROSS JOIN whole w ORDER BY 1
    """

    assert query(sales, sql) == [["1", "1.50", "42.86"], ["2", "4.00", "57.14"]]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("DECIMAL(18, 2)", Decimal(18, 2)),
        ("DECIMAL", Decimal(38, 0)),
        ("INT", Decimal(10, 0)),
        ("BIGINT", Decimal(19, 0)),
        ("DOUBLE", None),
        ("VARCHAR", None),
    ],
)
def test_integers_count_as_decimals_without_a_fraction(kind: str, expected: Decimal | None) -> None:
    assert decimal_of(exp.DataType.build(kind)) == expected


def test_only_decimals_are_decimals() -> None:
    assert is_decimal(exp.DataType.build("DECIMAL(18, 2)"))
    assert not is_decimal(exp.DataType.build("INT"))
    assert not is_decimal(None)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("price + price", "DECIMAL(6, 2)"),
        ("price * price", "DECIMAL(10, 4)"),
        ("price / id", "DECIMAL(5, 2)"),
        ("sum(price)", "DECIMAL(38, 2)"),
        ("avg(price)", "DECIMAL(5, 2)"),
        ("avg(id)", "DOUBLE"),
        ("1.50", "DECIMAL(3, 2)"),
        ("date_trunc('month', day)", "DATE"),
    ],
)
def test_type_of_an_expression_is_the_one_of_trino(expression: str, expected: str) -> None:
    columns = {"id": "INT", "price": "DECIMAL(5, 2)", "day": "DATE"}
    schema = {"shop": {"sales": {name: exp.DataType.build(kind) for name, kind in columns.items()}}}
    query = sqlglot.parse_one(f"SELECT {expression} FROM shop.sales AS sales", read="athena")
    assert isinstance(query, exp.Select)
    query.expressions[0].meta[MARK] = 7

    assert infer(query, schema)[7].sql() == expected
