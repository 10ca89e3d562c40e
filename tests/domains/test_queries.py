"""Rules that the Athena queries of every domain keep."""

from __future__ import annotations

from importlib import resources

import pytest
import sqlglot
from sqlglot import exp

from lake.model.discovery import load_domains
from lake.model.spec import Domain
from tests.domains.questions import answers_of, text_of

DOMAINS = list(load_domains())
QUERIES = [
    pytest.param(domain, name, id=f"{domain.name}-{name}")
    for domain in DOMAINS
    for question in domain.questions
    for name in question.queries
]


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
    tables = {table.name for table in statement.find_all(exp.Table)}
    local = {cte.alias for cte in statement.find_all(exp.CTE)}
    assert tables - local <= {mart.name for mart in domain.marts}
    assert not any(table.db for table in statement.find_all(exp.Table))


@pytest.mark.parametrize(("domain", "name"), QUERIES)
def test_query_returns_no_rows_without_data(domain: Domain, name: str) -> None:
    headers_only = {mart.name: mart.columns[0].name for mart in domain.marts}
    assert answers_of(domain)(name, **headers_only)[1] == []


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.name)
def test_every_query_answers_a_question(domain: Domain) -> None:
    folder = resources.files(f"domains.{domain.name}") / "queries"
    asked = [name for question in domain.questions for name in question.queries]
    assert sorted(asked) == sorted(file.name.removesuffix(".sql") for file in folder.iterdir())
