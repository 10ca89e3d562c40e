"""Answer a domain's business questions with Athena's named queries."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.markup import escape

from lake.model.spec import Domain
from lake.naming import Names
from localcloud.client import QueryResult, named_queries, run_query
from uploader.tables import fitting

ROWS_SHOWN = 12


def show_answers(athena: Any, domain: Domain, names: Names, console: Console) -> None:
    """Run the queries of every question of a domain and print the answers."""
    database = names.database(domain.name, "gold")
    queries = named_queries(athena, names.workgroup)
    for question in domain.questions:
        console.print(f"\n[bold]{question.number}. {escape(question.title)}[/]")
        for name in question.queries:
            sql = queries[database, name]
            answer = run_query(athena, sql, database=database, workgroup=names.workgroup)
            title = sql.splitlines()[0].removeprefix("-- ")
            # A table's own title is wrapped to the table, which may be narrow.
            console.print(f"{escape(title)}  [dim]({name})[/]", highlight=False)
            console.print(as_table(answer, console), highlight=False)


def as_table(answer: QueryResult, console: Console, limit: int = ROWS_SHOWN) -> RenderableType:
    """Return a printable table of the answer's first `limit` rows; its caption counts the others."""
    more = len(answer.rows) - limit
    caption = f"… and {more} more rows" if more > 0 else None
    rows = [
        [_cell(value, numeric) for value, numeric in zip(row, answer.numeric, strict=True)]
        for row in answer.rows[:limit]
    ]
    numbers = [place for place, numeric in enumerate(answer.numeric) if numeric]
    return fitting(answer.columns, rows, console, numbers=numbers, frame=box.SIMPLE_HEAD, caption=caption)


def _cell(value: str | None, numeric: bool) -> str:
    """Return a value as printed. Numbers lose trailing zeros after the second decimal place."""
    if value is None:
        return "–"
    if not numeric or "." not in value:
        return value
    whole, _, fraction = value.partition(".")
    return f"{whole}.{fraction[:2]}{fraction[2:].rstrip('0')}"
