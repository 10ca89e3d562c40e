"""What an environment answers through Athena: every gold table and every question, as rows of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from acceptance.environment import Environment
from lake.model.spec import Domain
from lake.naming import QUALITY_LOG
from localcloud.client import QueryResult, named_queries, run_query

QUARANTINED = f"""
    SELECT table_name, check_name, sum(rows_quarantined) AS rows_quarantined
    FROM {QUALITY_LOG} GROUP BY 1, 2 HAVING sum(rows_quarantined) > 0
"""
"""Of the log of the checks, what does not depend on how the files were spread over runs."""

Results = Mapping[str, QueryResult]
"""Name of a table or a query → its rows."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One table or question in two environments; `difference` is empty if they are equal."""

    kind: str
    name: str
    rows: int
    difference: str = ""


def tables(environment: Environment, domain: Domain) -> Iterator[tuple[str, QueryResult]]:
    """Yield name and rows of each gold table."""
    for mart in domain.marts:
        columns = ", ".join(f'"{column.name}"' for column in mart.columns)
        yield mart.name, _run(environment, domain, f'SELECT {columns} FROM "{mart.name}"')
    yield QUALITY_LOG, _run(environment, domain, QUARANTINED)


def answers(environment: Environment, domain: Domain) -> Iterator[tuple[str, QueryResult]]:
    """Yield name and rows of each named query that answers a question of the domain."""
    database = environment.names.database(domain.name, "gold")
    queries = named_queries(environment.client("athena"), environment.names.workgroup)
    for question in domain.questions:
        for name in question.queries:
            yield name, _run(environment, domain, queries[database, name])


def _run(environment: Environment, domain: Domain, sql: str) -> QueryResult:
    return run_query(
        environment.client("athena"),
        sql,
        database=environment.names.database(domain.name, "gold"),
        workgroup=environment.names.workgroup,
    )


def compare(kind: str, found: Results, expected: Results, *, ordered: bool) -> list[Comparison]:
    """Compare the rows of each table or question. `ordered`: their order counts too."""
    return [
        Comparison(
            kind=kind,
            name=name,
            rows=len(expected[name].rows),
            difference=_difference(found[name], expected[name], ordered),
        )
        for name in expected
    ]


def _difference(found: QueryResult, expected: QueryResult, ordered: bool) -> str:
    if found.columns != expected.columns:
        return f"columns {', '.join(found.columns)}, expected {', '.join(expected.columns)}"
    surplus, lost = Counter(found.rows), Counter(expected.rows)
    surplus, lost = surplus - lost, lost - surplus
    if surplus or lost:
        parts = [_example("missing", lost), _example("unexpected", surplus)]
        return "; ".join(part for part in parts if part)
    if ordered and found.rows != expected.rows:
        return "equal rows in another order"
    return ""


def _example(what: str, rows: Counter[tuple[str | None, ...]]) -> str:
    if not rows:
        return ""
    first = min(rows, key=lambda row: tuple(cell or "" for cell in row))
    return f"{rows.total()} row(s) {what}, e.g. {_plain(first)}"


def _plain(row: Sequence[str | None]) -> str:
    return "(" + ", ".join("NULL" if cell is None else cell for cell in row) + ")"
