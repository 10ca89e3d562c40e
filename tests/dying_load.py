"""A process that loads a small shop and kills itself at a given statement: `python -m tests.dying_load`.

Standard input has the server, the tables, and the statement as JSON. With `sent` the statement has reached
the server when the process dies. A process that lives prints the number of its statements.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from pymysql import connections

from localcloud.database.mariadb import MariaDB, Programs
from tests.database import Copy, Tables


def main() -> None:
    """Run the load."""
    given = json.load(sys.stdin)
    numbers = _die_at(given["statement"], sent=given["sent"])
    server = MariaDB(Path(given["server"]), Programs(Path(), Path()), password=given["password"])
    server.port = given["port"]
    copy = Copy(server, given["name"], Path(given["folder"]))
    copy.load(tables_of(given["tables"]), execution=given["execution"])
    print(next(numbers) - 1)


def tables_of(given: dict[str, Any]) -> Tables:
    """Return tables as `Copy.load` takes them; JSON has texts for months and lists for rows."""
    return {
        table: {int(month): [tuple(row) for row in rows] for month, rows in months.items()}
        for table, months in given.items()
    }


def _die_at(statement: int, *, sent: bool) -> itertools.count[int]:
    numbers = itertools.count(1)
    client: Any = connections.Connection
    execute = client._execute_command

    def counted(connection: object, command: int, sql: object) -> None:
        number = next(numbers)
        if number == statement and not sent:
            os.kill(os.getpid(), signal.SIGKILL)
        execute(connection, command, sql)
        if number == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    client._execute_command = counted
    return numbers


if __name__ == "__main__":
    main()
