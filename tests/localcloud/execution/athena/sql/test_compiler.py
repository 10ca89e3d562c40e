"""Translated queries keep Athena's meaning."""

from __future__ import annotations

import re

import pytest

from localcloud.execution.athena.errors import QueryError
from localcloud.execution.athena.sql.compiler import compile_query, no_tables
from localcloud.execution.athena.sql.parser import parse
from tests.localcloud.execution.athena.client import query
from tests.localcloud.execution.conftest import DATABASE, Cloud


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("7 / 2", "3"),
        ("-7 / 2", "-3"),
        ("7 / 2.0", "3.5"),
        ("7 / 2e0", "3.5"),
        ("1e0 / 0", "Infinity"),
        ("sum(count) / (count(*) + 1)", "3"),
        ("sum(price) / 7", "1.76"),
        ("100.0 * sum(price) / sum(price)", "100.000"),
        ("avg(price)", "12.30"),
        ("avg(count)", "7.0"),
        ("sum(x.c) / 2", "3"),
        ("count_if(paid)", "1"),
        ("max_by(name, big)", 'a, "b"'),
        ("arbitrary(day)", "2025-11-30"),
        ("array_join(array_agg(name), '-')", 'a, "b"'),
    ],
)
def test_aggregates_and_arithmetic_give_the_values_of_athena(
    typed: Cloud, expression: str, value: str
) -> None:
    sql = f"SELECT {expression} FROM typed CROSS JOIN (SELECT 7 AS c) x WHERE name IS NOT NULL"

    assert query(typed, sql) == [[value]]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("date_trunc('month', day)", "2025-11-01"),
        ("date_trunc('hour', at)", "2025-11-30 23:00:00.000"),
        ("day - interval '14' day", "2025-11-16"),
        ("day + interval '1' month", "2025-12-30"),
        ("date_add('day', 7, day)", "2025-12-07"),
        ("date_diff('day', date '2025-11-01', day)", "29"),
        ("date_diff('day', day, date '2025-11-01')", "-29"),
        ("day_of_week(day)", "7"),
        ("year(day) * 100 + month(day)", "202511"),
        ("extract(quarter FROM day)", "4"),
        ("format_datetime(at, 'yyyy-MM')", "2025-11"),
        ("date_format(at, '%Y-%m-%d')", "2025-11-30"),
        ("cast(day AS varchar)", "2025-11-30"),
        ("try_cast('x' AS integer)", None),
        ("try(1 / 0)", None),
        ("tags[1]", "x"),
        ("element_at(tags, 2)", "y"),
        ("cardinality(tags)", "2"),
        ("contains(tags, 'x')", "true"),
        ("any_match(tags, t -> t = 'y')", "true"),
        ("map(array['k'], array[1])['k']", "1"),
        ("coalesce(nullif(count, 7), -1)", "-1"),
        ("if(paid, 'yes', 'no')", "yes"),
        ("split_part('a-b', '-', 2)", "b"),
        ("regexp_like(name, '^a')", "true"),
        ("round(price, 1)", "12.3"),
        ("cast(price AS double)", "12.3"),
        ("1.5e10", "1.5E10"),
        ("lag(count) OVER (ORDER BY count)", None),
    ],
)
def test_functions_give_the_values_of_athena(typed: Cloud, expression: str, value: str | None) -> None:
    found = query(typed, f"SELECT {expression} FROM typed WHERE name IS NOT NULL")[0][0]

    assert found == value or (value == "12.3" and found == "12.30")


def test_parameters_replace_question_marks(sales: Cloud) -> None:
    sql = "SELECT count(*) FROM sales WHERE month = ? AND price < ? AND 'x' = ?"

    assert query(sales, sql, ExecutionParameters=["1", "1.5", "'x'"]) == [["1"]]


def test_table_is_found_by_qualified_name_in_any_case(sales: Cloud) -> None:
    sql = f'SELECT count(*) FROM "AwsDataCatalog"."{DATABASE}"."sales" s WHERE s.MONTH = 1'

    assert query(sales, sql, QueryExecutionContext={"Database": "default"}) == [["2"]]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT format_datetime(now(), 'QQ')", "format_datetime: 'QQ' is not supported locally"),
        ("SELECT approx_distinct(1)", "function approx_distinct is not supported locally"),
        ("SELECT * FROM read_parquet('/etc/passwd')", "table function is not supported locally"),
        ("SELECT 1 FROM (VALUES 1) t(a) QUALIFY true", "SYNTAX_ERROR"),
        ("SELECT '1'::int", "mismatched input '::'"),
        ("SELECT regexp_like('a', '(?=a)')", "is not supported locally"),
    ],
)
def test_what_is_not_known_to_be_right_is_refused_by_name(sql: str, reason: str) -> None:
    with pytest.raises(QueryError, match=re.escape(reason)):
        compile_query(parse(sql), no_tables, "shop")
