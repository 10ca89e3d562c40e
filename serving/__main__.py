"""`python -m serving ask <question> …`: answers from the serving store, as a table or as JSON."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from lake.errors import CaudalError
from lake.model.discovery import load_answers, load_domain
from lake.naming import Names
from serving.client.connection import Connection
from serving.client.errors import SecretError
from serving.read.reader import Reader


def parser() -> argparse.ArgumentParser:
    """One subcommand per question, with its parameters as options."""
    root = argparse.ArgumentParser(prog="python -m serving", description=__doc__)
    commands = root.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="list the questions")
    ask = commands.add_parser("ask", help="answer a question in one request")
    questions = ask.add_subparsers(dest="question", required=True)
    for name, (domain, answer) in sorted(load_answers().items()):
        question = questions.add_parser(name, help=f"{answer.question}. {answer.title} ({domain})")
        for parameter in answer.parameters:
            question.add_argument(
                f"--{parameter.name.replace('_', '-')}",
                dest=f"with_{parameter.name}",
                type=parameter.parse,
                required=parameter.required,
                default=parameter.default,
            )
        question.add_argument("--json", action="store_true", help="JSON instead of a table")
        question.add_argument("--env", default="dev", help="environment whose secret names the store")
        question.add_argument("--connection", type=Path, help="file with the secret's content, instead")
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 1 after a message that says what to do."""
    given = parser().parse_args(arguments)
    console = Console()
    if given.command == "list":
        for name, (domain, answer) in sorted(load_answers().items(), key=lambda item: item[1][1].question):
            console.print(f"{answer.question:>3}  {name:<20} {answer.title} ({domain})")
        return 0
    domain, answer = load_answers()[given.question]
    try:
        store = _connection(given.connection, given.env)
        reader = Reader(load_domain(domain), store.database())
        values = {parameter.name: getattr(given, f"with_{parameter.name}") for parameter in answer.parameters}
        rows = answer.function(reader, **values)
    except CaudalError as error:
        print(error, file=sys.stderr)
        return 1
    _show(console, answer.title, rows, as_json=given.json)
    return 0


def _connection(file: Path | None, env: str) -> Connection:
    names = Names(env=env, account="", region="")
    try:
        if file is not None:
            return Connection.from_secret(file.read_text(), keyspace=names.keyspace)
    except OSError as error:
        raise SecretError(
            f"'{file}' cannot be read ({error.strerror}).",
            where="--connection",
            hint="Name a file with the secret's content.",
        ) from error
    try:
        secret = boto3.client("secretsmanager").get_secret_value(SecretId=names.serving_secret)
    except (ClientError, BotoCoreError) as error:
        raise SecretError(
            f"the secret '{names.serving_secret}' cannot be read ({type(error).__name__}).",
            where="serving store",
            hint="Name the environment with --env, or give --connection FILE.",
        ) from error
    return Connection.from_secret(secret.get("SecretString"), keyspace=names.keyspace)


def _show(console: Console, title: str, rows: Sequence[Any], *, as_json: bool) -> None:
    plain = [dataclasses.asdict(row) for row in rows]
    if as_json:
        print(json.dumps(plain, default=_text, indent=2))
        return
    table = Table(title=title)
    for name in plain[0] if plain else ("no rows",):
        table.add_column(name.replace("_", " "))
    for row in plain:
        table.add_row(*("" if value is None else _cell(value) for value in row.values()))
    console.print(table)


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return format(value.quantize(Decimal("0.01")), "f") if isinstance(value, Decimal) else str(value)


if __name__ == "__main__":
    sys.exit(main())
