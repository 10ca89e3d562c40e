"""`caudal ask QUESTION`: answers from the serving store, as a table or as JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from cli.options import AsJson, Env, Home, Profile, Region, examples, print_json
from cli.parameters import command_for, lazy_group, option
from lake.model.answers import Answer
from uploader.tables import fitting

if TYPE_CHECKING:
    from serving.client.connection import Connection

ConnectionFile = Annotated[
    Path | None,
    typer.Option("--connection", help="File with the content of the serving store's secret, instead of AWS."),
]

_OPTIONS = {
    "env": option("env", Env, None),
    "profile": option("profile", Profile, None),
    "region": option("region", Region, None),
    "home": option("home", Home, None),
    "connection": option("connection", ConnectionFile, None),
    "as_json": option("as_json", AsJson, False),
}


def _add_questions(commands: typer.Typer) -> None:
    """Add one command per serving question of any domain, in the order of the questions' numbers."""
    from lake.model.discovery import load_answers

    found = sorted(load_answers().items(), key=lambda item: item[1][1].question)
    for name, (domain, answer) in found:
        commands.command(name, help=f"{answer.question}. {answer.title} ({domain})")(_command(domain, answer))


app = lazy_group(
    _add_questions,
    help="Answer a question of an application from the serving store, in one request.",
    epilog=examples(
        "caudal ask QUESTION --home .local",
        "caudal ask QUESTION --first 2025-08-01 --last 2025-08-14 --json",
    ),
)


def _command(domain: str, answer: Answer) -> Any:
    def run(
        *,
        env: str | None,
        profile: str | None,
        region: str | None,
        home: Path | None,
        connection: Path | None,
        as_json: bool,
        **values: Any,
    ) -> None:
        from lake.model.discovery import load_domain
        from serving.read.reader import Reader

        store = _from_file(connection, env) if connection else _from_secret(env, profile, region, home)
        rows = answer.function(Reader(load_domain(domain), store.database()), **values)
        _show(answer.title, rows, as_json=as_json)

    return command_for(answer.function, run, **_OPTIONS)


def _from_file(file: Path, env: str | None) -> Connection:
    from lake.naming import Names
    from serving.client.connection import Connection
    from serving.client.errors import SecretError

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(
            f"'{file}' cannot be read ({getattr(error, 'strerror', None) or 'no text'}).",
            where="--connection",
            hint="Name a file with the secret's content.",
        ) from error
    return Connection.from_secret(text, keyspace=Names(env=env or "dev", account="", region="").keyspace)


def _from_secret(env: str | None, profile: str | None, region: str | None, home: Path | None) -> Connection:
    from botocore.exceptions import BotoCoreError, ClientError

    from lake.naming import Names
    from serving.client.connection import Connection
    from serving.client.errors import SecretError
    from uploader.session import session_for

    session, options, found_env = session_for(env=env, profile=profile, region=region, local=home)
    names = Names(env=found_env, account="", region="")
    try:
        secrets = session.client("secretsmanager", **options)
        secret = secrets.get_secret_value(SecretId=names.serving_secret)
    except (ClientError, BotoCoreError) as error:
        raise SecretError(
            f"the secret '{names.serving_secret}' cannot be read ({type(error).__name__}).",
            where="serving store",
            hint="Name the environment with --env, a local cloud with --home, or give --connection FILE.",
        ) from error
    return Connection.from_secret(secret.get("SecretString"), keyspace=names.keyspace)


def _show(title: str, rows: Sequence[Any], *, as_json: bool) -> None:
    plain = [dataclasses.asdict(row) for row in rows]
    if as_json:
        print_json([{name: _text(value) for name, value in row.items()} for row in plain])
        return
    console = Console()
    # A table's own title is wrapped to the table, which may be narrow.
    console.print(escape(title), highlight=False)
    if not plain:
        console.print("no rows")
        return
    headings = [name.replace("_", " ") for name in plain[0]]
    cells = [["" if value is None else _cell(value) for value in row.values()] for row in plain]
    console.print(fitting(headings, cells, console), highlight=False)


def _text(value: Any) -> Any:
    """Return decimals in plain digits and dates in ISO form, other values as they are."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, dt.date) else value


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return format(value.quantize(Decimal("0.01")), "f") if isinstance(value, Decimal) else str(value)
