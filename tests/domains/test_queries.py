"""Rules that the Athena queries of every domain keep."""

from __future__ import annotations

from importlib import resources

import pytest
import sqlglot
from sqlglot import exp

from lake.files.layers import mart_keys
from lake.model.discovery import load_domains
from lake.model.spec import Domain, Mart
from tests.domains.questions import answers_of, text_of

DOMAINS = list(load_domains())
ASKED = [(domain, name) for domain in DOMAINS for question in domain.questions for name in question.queries]
QUERIES = [pytest.param(domain, name, id=f"{domain.name}-{name}") for domain, name in ASKED]


@pytest.mark.parametrize(("domain", "name"), QUERIES)
def test_query_is_one_select_with_a_title_and_an_order(domain: Domain, name: str) -> None:
    sql = text_of(domain, name)
    assert sql.startswith("-- ")
    (statement,) = sqlglot.parse(sql, read="athena")
    assert isinstance(statement, exp.Select)
    assert statement.args.get("order")


@pytest.mark.parametrize(("domain", "name"), QUERIES)
def test_query_reads_published_tables_only(domain: Domain, name: str) -> None:
    (statement,) = sqlglot.parse(text_of(domain, name), read="athena")
    assert statement
    tables = {table.name.removesuffix("$partitions") for table in statement.find_all(exp.Table)}
    local = {cte.alias for cte in statement.find_all(exp.CTE)}
    assert tables - local <= {mart.name for mart in domain.marts}
    assert not any(table.db for table in statement.find_all(exp.Table))


@pytest.mark.parametrize(("domain", "name"), QUERIES)
def test_query_returns_no_rows_without_data(domain: Domain, name: str) -> None:
    headers_only = {mart.name: mart.columns[0].name for mart in domain.marts}
    assert answers_of(domain)(name, **headers_only)[1] == []


WHOLE = {"cost_anomalies", "genai_growth_by_org", "monthly_revenue"}
"""Queries about the whole history of a partitioned mart. The others ask for its newest partitions."""


def marts_read(domain: Domain, name: str) -> list[Mart]:
    """Return the marts that a query reads."""
    (statement,) = sqlglot.parse(text_of(domain, name), read="athena")
    assert statement
    named = {table.name for table in statement.find_all(exp.Table)}
    return [mart for mart in domain.marts if mart.name in named]


OF_PARTITIONS = [
    pytest.param(domain, name, id=f"{domain.name}-{name}")
    for domain, name in ASKED
    if any(mart.partition_keys for mart in marts_read(domain, name))
]
"""The queries that read a partitioned mart."""


@pytest.mark.parametrize(("domain", "name"), OF_PARTITIONS)
def test_query_reads_the_newest_partitions_only(domain: Domain, name: str) -> None:
    marts = marts_read(domain, name)
    newest = {mart.name: table_of(mart) for mart in marts}
    with_older = {mart.name: f"{table_of(mart)}\n{row_of(mart, '1999', '12')}" for mart in marts}
    answer = answers_of(domain)

    assert answer(name, **newest)[1]
    assert (answer(name, **with_older) == answer(name, **newest)) == (name not in WHOLE)


def table_of(mart: Mart) -> str:
    """Return a literal table of one row, which is in the partition of its date."""
    return f"{' | '.join(c.name for c in (*mart.columns, *mart_keys(mart)))}\n{row_of(mart, 'null', 'null')}"


def row_of(mart: Mart, *keys: str) -> str:
    """Return a row with some value in each column, in the partition of the given keys."""
    values = {"date": "2025-08-31", "boolean": "true", "string": "a", "timestamp": "2025-08-31 00:00:00"}
    return " | ".join([*(values.get(c.type, "1") for c in mart.columns), *keys[: len(mart.partition_keys)]])


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.name)
def test_every_query_answers_a_question(domain: Domain) -> None:
    folder = resources.files(f"domains.{domain.name}") / "queries"
    asked = [name for question in domain.questions for name in question.queries]
    assert sorted(asked) == sorted(file.name.removesuffix(".sql") for file in folder.iterdir())
