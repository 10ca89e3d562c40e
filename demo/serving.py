"""Answer the questions of applications from the serving store, with one request each."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.markup import escape

from lake.model.answers import Answer, Parameter
from lake.model.discovery import load_answers
from lake.model.spec import Domain, Mart, PartitionUnit
from lake.naming import Names
from localcloud.client import run_query
from serving.client.connection import Connection
from serving.read.reader import Reader
from uploader.tables import fitting

DAYS = 14
MONTHS = 12
"""Length of the date range for questions that take one: days of daily figures, or months of monthly ones."""

ROWS_SHOWN = 6


def show_served(
    athena: Any, secrets: Any, domain: Domain, names: Names, console: Console, requests: Callable[[], int]
) -> None:
    """Print the answer to each of a domain's serving questions.

    `requests` returns the number of requests that the store has received so far.
    """
    answers = [answer for of, answer in load_answers().values() if of == domain.name]
    if not answers:
        return
    console.rule(f"[bold]{domain.name}[/] answers from the serving store", align="left")
    secret = secrets.get_secret_value(SecretId=names.serving_secret)["SecretString"]
    reader = Reader(domain, Connection.from_secret(secret, keyspace=names.keyspace).database())
    examples = _Examples(athena, domain, names)
    for answer in sorted(answers, key=lambda each: each.question):
        values = {each.name: examples.value(answer, each) for each in answer.parameters if each.required}
        if None in values.values():
            console.print(
                f"{answer.question}. {escape(answer.title)}  [dim](nothing is served yet)[/]", highlight=False
            )
            continue
        before = requests()
        rows = answer.function(reader, **values)
        # A table's own title is wrapped to the table, which may be narrow.
        console.print(_title(answer, values), highlight=False)
        console.print(_table(rows, requests() - before, console), highlight=False)


class _Examples:
    """Example parameter values: newest dates and frequent values of the mart that answers a question."""

    def __init__(self, athena: Any, domain: Domain, names: Names) -> None:
        self._athena = athena
        self._domain = domain
        self._database = names.database(domain.name, "gold")
        self._workgroup = names.workgroup

    def value(self, answer: Answer, parameter: Parameter) -> Any:
        """Return an example value of a parameter, or None if the mart that answers has no rows.

        A date is the newest one of the question's mart, or the start of the range that ends there; any other
        value is the most frequent one of the parameter's column.
        """
        mart = self._mart(answer)
        if parameter.kind is dt.date:
            newest = self._first(f"SELECT max({mart.dated_by}) FROM {mart.name}")
            if newest is None:
                return None
            last = dt.date.fromisoformat(newest)
            return _range_start(mart, last) if parameter.name == "first" else last
        sql = f"SELECT {parameter.name} FROM {mart.name} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        frequent = self._first(sql)
        return None if frequent is None else parameter.parse(frequent)

    def _mart(self, answer: Answer) -> Mart:
        return next(
            self._domain.mart(collection.mart)
            for collection in self._domain.serving
            if answer.question in {served.question for served in collection.serves}
        )

    def _first(self, sql: str) -> str | None:
        """Return the first value of a query's first row, or None if there is none."""
        answer = run_query(self._athena, sql, database=self._database, workgroup=self._workgroup)
        return answer.rows[0][0] if answer.rows else None


def _range_start(mart: Mart, last: dt.date) -> dt.date:
    """Return the first of MONTHS months for monthly figures (partitioned by year), else of DAYS days."""
    if mart.partition_by is PartitionUnit.YEAR:
        month = last.year * 12 + last.month - MONTHS
        return dt.date(month // 12, month % 12 + 1, 1)
    return last - dt.timedelta(days=DAYS - 1)


def _title(answer: Answer, values: dict[str, Any]) -> str:
    asked = ", ".join(f"{name} {value}" for name, value in values.items())
    name = f"{answer.name}{': ' if asked else ''}{asked}"
    return f"{answer.question}. {escape(answer.title)}  [dim]({escape(name)})[/]"


def _table(rows: Sequence[Any], requests: int, console: Console) -> RenderableType:
    more = f", {len(rows) - ROWS_SHOWN} more rows" if len(rows) > ROWS_SHOWN else ""
    caption = f"{requests} request{'' if requests == 1 else 's'}{more}"
    plain = [dataclasses.asdict(row) for row in rows[:ROWS_SHOWN]]
    headings = list(plain[0]) if plain else ["no rows"]
    cells = [[_cell(value) for value in row.values()] for row in plain]
    return fitting(headings, cells, console, frame=box.SIMPLE_HEAD, caption=caption)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else ""
    return format(value.quantize(Decimal("0.01")), "f") if isinstance(value, Decimal) else str(value)
