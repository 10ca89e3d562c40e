"""`caudal sql "SELECT …"`: a statement on the relational copy, over the MySQL protocol."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from cli.options import AsJson, Env, Home, Profile, Region, examples, print_json
from uploader.tables import fitting

if TYPE_CHECKING:
    from pathlib import Path

    from glue_jobs.relational.connection import Connection

EXAMPLES = examples(
    'caudal sql "SELECT * FROM orders LIMIT 5" --domain DOMAIN --home .local',
    'caudal sql "SELECT month, row_count FROM caudal_loads" --domain DOMAIN --env dev --json',
)

Statement = Annotated[str, typer.Argument(help="A statement in MySQL's SQL.", metavar="STATEMENT")]
DomainName = Annotated[str, typer.Option("--domain", help="The domain, whose schema is opened.")]


def sql(
    statement: Statement,
    domain: DomainName,
    env: Env = None,
    profile: Profile = None,
    region: Region = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Run a statement on the relational copy of a domain."""
    import pymysql.err

    from lake.errors import CaudalError

    connection = _connect(domain, env, profile, region, home)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            names = [column[0] for column in cursor.description or ()]
            rows = list(cursor.fetchall())
    except pymysql.err.Error as error:
        raise CaudalError(
            f"MySQL refuses the statement: {error.args[-1]}.", where="caudal sql", hint="Correct it."
        ) from error
    finally:
        connection.close()
    _show(names, rows, as_json=as_json)


def _connect(
    domain: str, env: str | None, profile: str | None, region: str | None, home: Path | None
) -> Connection:
    """Return a connection with the user of the database's secret.

    Raises UnknownNameError for an unknown domain, CaudalError if the secret cannot be read, and
    UnreachableError if the database sleeps or is not reached from here.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    from glue_jobs.relational.authority import authorities
    from glue_jobs.relational.connection import Access, connect
    from lake.errors import CaudalError
    from lake.model.discovery import load_domain
    from lake.naming import Names
    from uploader.session import session_for

    load_domain(domain)
    session, options, found_env = session_for(env=env, profile=profile, region=region, local=home)
    name = Names(env=found_env, account="", region="").relational
    try:
        secret = session.client("secretsmanager", **options).get_secret_value(SecretId=name)
    except (ClientError, BotoCoreError) as error:
        raise CaudalError(
            f"the secret '{name}' cannot be read ({type(error).__name__}).",
            where="relational copy",
            hint="Name the environment with --env, or a local cloud with --home; the copy is a switch of "
            "`caudal deploy` (--relational).",
        ) from error
    access = Access.of_secret(secret["SecretString"], authorities=authorities(session.region_name))
    return connect(access, domain)


def _show(names: Sequence[str], rows: Sequence[Sequence[Any]], *, as_json: bool) -> None:
    if as_json:
        print_json([{name: _plain(v) for name, v in zip(names, row, strict=True)} for row in rows])
        return
    console = Console()
    if not rows:
        console.print("No rows.")
        return
    texts = [["" if value is None else str(_plain(value)) for value in row] for row in rows]
    console.print(fitting(names, texts, console))


def _plain(value: Any) -> Any:
    """Return bytes and intervals as text, and other values as they are."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return str(value) if isinstance(value, dt.timedelta) else value
