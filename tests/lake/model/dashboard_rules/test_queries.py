"""Columns of named queries are read from their SQL, and visuals may read only these."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lake.errors import DeclarationError
from lake.model.dashboard_rules.queries import query_sql, result_columns
from lake.model.discovery import load_domain
from lake.model.modules import check_domains


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SELECT a, t.b, sum(c) AS d FROM t", ("a", "b", "d")),
        ('-- SELECT no\nWITH x AS (SELECT 1 AS y) SELECT y, \',\', "from" AS "Z" FROM x', ("y", "','", "Z")),
        ("SELECT a FROM t UNION ALL SELECT b FROM u;", ("b",)),
        ("SELECT count(*) OVER (PARTITION BY a, b) AS n, (SELECT max(x) FROM u) AS m\nFROM t", ("n", "m")),
        ("", ()),
    ],
)
def test_a_query_returns_the_columns_of_its_last_select(sql: str, columns: tuple[str, ...]) -> None:
    assert result_columns(sql) == columns


def test_a_renamed_column_of_a_query_is_refused_with_dashboard_and_visual(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    domain = load_domain("cloud_provider")
    renamed = (query_sql("cloud_provider", "genai_growth_by_org") or "").replace(
        "m.genai_tokens,", "m.genai_tokens AS used,"
    )
    monkeypatch.setattr("lake.model.dashboard_rules.queries.query_sql", lambda domain, query: renamed)
    with pytest.raises(
        DeclarationError,
        match="dashboard support: visual growth: the query genai_growth_by_org has no column 'genai_tokens'",
    ):
        check_domains([replace(domain)])


def test_there_is_no_sql_of_an_unknown_query() -> None:
    assert query_sql("cloud_provider", "none") is None
