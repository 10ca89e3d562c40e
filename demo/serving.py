"""Answer the questions of applications from the serving store, with one request each."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from lake.model.answers import Answer, Parameter
from lake.model.discovery import load_answers
from lake.model.spec import Domain
from lake.naming import Names
from localcloud.client import run_query
from serving.client.connection import Connection
from serving.read.reader import Reader

DAYS = 14
"""Length of the date range for questions that take one."""

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
        values = {each.name: examples.value(each) for each in answer.parameters if each.required}
        before = requests()
        rows = answer.function(reader, **values)
        console.print(_table(answer, values, rows, requests() - before))


class _Examples:
    """Example parameter values: the newest days of the data, and frequent values of the served marts."""

    def __init__(self, athena: Any, domain: Domain, names: Names) -> None:
        self._athena = athena
        self._database = names.database(domain.name, "gold")
        self._workgroup = names.workgroup
        self._marts = [domain.mart(collection.mart) for collection in domain.serving]

    def value(self, parameter: Parameter) -> Any:
        """Return an example value of a parameter.

        A date is the newest day, or the first of the newest DAYS days; any other value is the most
        frequent one of the parameter's column.
        """
        if parameter.kind is dt.date:
            last = self._newest_day()
            return last - dt.timedelta(days=DAYS - 1) if parameter.name == "first" else last
        mart = next(m for m in self._marts if any(c.name == parameter.name for c in m.columns))
        sql = f"SELECT {parameter.name} FROM {mart.name} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        return parameter.parse(self._first(sql))

    def _newest_day(self) -> dt.date:
        mart = self._marts[0]
        return dt.date.fromisoformat(self._first(f"SELECT max({mart.dated_by}) FROM {mart.name}"))

    def _first(self, sql: str) -> str:
        answer = run_query(self._athena, sql, database=self._database, workgroup=self._workgroup)
        return str(answer.rows[0][0])


def _table(answer: Answer, values: dict[str, Any], rows: Sequence[Any], requests: int) -> Table:
    asked = ", ".join(f"{name} {value}" for name, value in values.items())
    title = f"{answer.question}. {answer.title}  [dim]({answer.name}{': ' if asked else ''}{asked})[/]"
    more = f", {len(rows) - ROWS_SHOWN} more rows" if len(rows) > ROWS_SHOWN else ""
    table = Table(
        title=title, title_justify="left", title_style="none", box=box.SIMPLE_HEAD,
        caption=f"{requests} request{'' if requests == 1 else 's'}{more}",
    )  # fmt: skip
    plain = [dataclasses.asdict(row) for row in rows[:ROWS_SHOWN]]
    for name in plain[0] if plain else ("no rows",):
        table.add_column(name)
    for row in plain:
        table.add_row(*(_cell(value) for value in row.values()))
    return table


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else ""
    return format(value.quantize(Decimal("0.01")), "f") if isinstance(value, Decimal) else str(value)
