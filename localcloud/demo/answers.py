"""The answers to a domain's business questions, from Athena's named queries."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from lake.naming import Names
from lake.spec import Domain
from localcloud.errors import LocalCloudError

POLL_SECONDS = 0.05
ROWS_SHOWN = 12


@dataclass(frozen=True)
class Answer:
    """A query's result as text; `numeric` tells which columns are numbers."""

    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str | None, ...], ...]


def run_query(athena: Any, sql: str, *, database: str, workgroup: str) -> Answer:
    """Run SQL in a workgroup and wait for it. Raises LocalCloudError with Athena's reason."""
    started = athena.start_query_execution(
        QueryString=sql, QueryExecutionContext={"Database": database}, WorkGroup=workgroup
    )
    query = started["QueryExecutionId"]
    while True:
        status = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
        if status["State"] == "SUCCEEDED":
            break
        if status["State"] in ("FAILED", "CANCELLED"):
            raise LocalCloudError(status.get("StateChangeReason", "no reason given"), where=f"query {query}")
        time.sleep(POLL_SECONDS)
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=query)
    rows: list[tuple[str | None, ...]] = []
    columns: Sequence[dict[str, Any]] = ()
    for page in pages:
        columns = page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        rows += [tuple(cell.get("VarCharValue") for cell in row["Data"]) for row in page["ResultSet"]["Rows"]]
    return Answer(
        columns=tuple(column["Name"] for column in columns),
        numeric=tuple(_is_number(column["Type"]) for column in columns),
        rows=tuple(rows[1:]),
    )


def _is_number(type_: str) -> bool:
    return type_.startswith(("decimal", "int", "bigint", "double", "float", "smallint", "tinyint"))


def named_queries(athena: Any, workgroup: str) -> dict[tuple[str, str], str]:
    """(database, name) → SQL of every named query that the templates deployed."""
    found: dict[tuple[str, str], str] = {}
    for page in athena.get_paginator("list_named_queries").paginate(WorkGroup=workgroup):
        for query_id in page["NamedQueryIds"]:
            query = athena.get_named_query(NamedQueryId=query_id)["NamedQuery"]
            found[query["Database"], query["Name"]] = query["QueryString"]
    return found


def show_answers(athena: Any, domain: Domain, names: Names, console: Console) -> None:
    """Ask every question of a domain and print the answers."""
    database = names.database(domain.name, "gold")
    queries = named_queries(athena, names.workgroup)
    for question in domain.questions:
        console.print(f"\n[bold]{question.number}. {question.title}[/]")
        for name in question.queries:
            sql = queries[database, name]
            answer = run_query(athena, sql, database=database, workgroup=names.workgroup)
            title = sql.splitlines()[0].removeprefix("-- ")
            console.print(as_table(answer, f"{title}  [dim]({name})[/]"))


def as_table(answer: Answer, title: str, limit: int = ROWS_SHOWN) -> Table:
    """The first rows of an answer; a caption says how many more there are."""
    more = len(answer.rows) - limit
    caption = f"… and {more} more rows" if more > 0 else None
    table = Table(title=title, title_justify="left", title_style="none", caption=caption, box=box.SIMPLE_HEAD)
    for column, numeric in zip(answer.columns, answer.numeric, strict=True):
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in answer.rows[:limit]:
        table.add_row(*(_cell(value, numeric) for value, numeric in zip(row, answer.numeric, strict=True)))
    return table


def _cell(value: str | None, numeric: bool) -> str:
    """Numbers lose trailing zeros of their scale beyond cents, so that columns stay readable."""
    if value is None:
        return "–"
    if not numeric or "." not in value:
        return value
    whole, _, fraction = value.partition(".")
    return f"{whole}.{fraction[:2]}{fraction[2:].rstrip('0')}"
