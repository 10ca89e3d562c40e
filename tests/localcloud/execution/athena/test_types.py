"""Types of expressions follow Trino."""

from __future__ import annotations

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
