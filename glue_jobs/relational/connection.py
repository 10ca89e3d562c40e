"""Connections to MySQL: over TLS with a verified server, in UTC, with strict types."""

from __future__ import annotations

import json
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pymysql
from pymysql.connections import Connection as _Connection
from pymysql.cursors import Cursor

from glue_jobs.relational.errors import UNKNOWN_SCHEMA, RelationalError, connecting, number_of
from lake.naming.relational import schema_name

Connection: TypeAlias = "_Connection[Cursor]"
Row: TypeAlias = tuple[Any, ...]

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 900
"""Longest wait for the answer to a statement."""

IDLE_SECONDS = 60
"""The server ends an idle session after this time, and so frees the lock of a client that is gone."""

LOCK_SECONDS = 5
"""Longest wait of DDL for the locks of readers: other readers queue behind it."""

ROW_LOCK_SECONDS = 20

SQL_MODE = "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"


@dataclass(frozen=True, kw_only=True)
class Access:
    """Address and user of a database, and the certificates (PEM) of the authorities that may sign its own."""

    host: str
    port: int
    user: str
    password: str
    authorities: str

    @classmethod
    def of_secret(cls, text: str, *, authorities: str) -> Access:
        """Return the access in a secret of RDS. Raises RelationalError if a field is missing.

        The field `authorities` of the secret, which RDS does not write, stands for those of another server.
        """
        try:
            secret = json.loads(text)
            return cls(
                host=secret["host"],
                port=int(secret["port"]),
                user=secret["username"],
                password=secret["password"],
                authorities=secret.get("authorities") or authorities,
            )
        except (ValueError, KeyError, TypeError) as error:
            raise RelationalError(
                f"the secret lacks a field, or is no JSON object: {error}",
                where="secret of the database",
                hint="It needs host, port, username and password; RDS writes them.",
            ) from error

    @property
    def address(self) -> str:
        """Host and port, for messages."""
        return f"{self.host}:{self.port}"


def connect(access: Access, domain: str) -> Connection:
    """Return a connection to a domain's schema, which is created if it is missing.

    Raises UnreachableError with the remedy if the server is stopped, unknown, or refuses the user.
    """
    name = schema_name(domain)
    try:
        context = ssl.create_default_context(cadata=access.authorities)
        connection = pymysql.connect(
            host=access.host,
            port=access.port,
            user=access.user,
            password=access.password,
            charset="utf8mb4",
            autocommit=True,
            local_infile=True,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=STATEMENT_SECONDS,
            write_timeout=STATEMENT_SECONDS,
            # `ssl_ca` alone verifies neither the certificate nor the host.
            ssl=context,
            init_command=f"SET SESSION sql_mode = '{SQL_MODE}', time_zone = '+00:00', "
            f"wait_timeout = {IDLE_SECONDS}, lock_wait_timeout = {LOCK_SECONDS}, "
            f"innodb_lock_wait_timeout = {ROW_LOCK_SECONDS}",
        )
    except (pymysql.err.Error, OSError, ValueError) as error:
        raise connecting(error, access.address) from error
    _use(connection, name)
    return connection


def _use(connection: Connection, name: str) -> None:
    """Make a schema the connection's own, and create it if it is missing.

    `CREATE DATABASE IF NOT EXISTS` also waits for the DDL of others when the schema exists.
    """
    try:
        connection.select_db(name)
    except pymysql.err.OperationalError as error:
        if number_of(error) != UNKNOWN_SCHEMA:
            raise
        run(connection, f"CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        connection.select_db(name)


def run(connection: Connection, statement: str, values: Sequence[Any] = ()) -> int:
    """Run a statement; return the number of rows that it changed."""
    with connection.cursor() as cursor:
        return cursor.execute(statement, values or None)


def rows(connection: Connection, query: str, values: Sequence[Any] = ()) -> list[Row]:
    """Return the rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return list(cursor.fetchall())
