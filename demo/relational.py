"""Answer the questions of applications in MySQL, and show that the database sleeps outside office hours."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.markup import escape

from glue_jobs.relational.authority import authorities
from glue_jobs.relational.connection import Access, connect
from glue_jobs.relational.errors import UnreachableError
from lake.model.spec import Domain
from lake.naming import Names
from localcloud.context import REGION
from localcloud.database.mariadb import PACKAGES
from localcloud.database.rds import is_installed
from localcloud.errors import LocalCloudError
from localcloud.server import LocalCloud
from uploader.tables import fitting

ROWS_SHOWN = 8
STOP_SECONDS = 60
CHECK_SECONDS = 0.1


def show_relational(cloud: LocalCloud, domain: Domain, names: Names, console: Console) -> None:
    """Run a domain's relational questions over the MySQL protocol and print the answers.

    Without a server on this machine a line says so.
    """
    if not domain.relational_questions:
        return
    console.rule(f"[bold]{domain.name}[/] answers from the relational copy (MySQL protocol)", align="left")
    if not is_installed():
        console.print(f"There is no MariaDB server, so nothing was loaded: install {PACKAGES}.")
        return
    connection = connect(_access(cloud, names), domain.name)
    try:
        with connection.cursor() as cursor:
            for question in domain.relational_questions:
                cursor.execute(question.sql)
                headings = [column[0] for column in cursor.description or ()]
                rows = cursor.fetchall()
                console.print(escape(question.title), highlight=False)
                more = len(rows) - ROWS_SHOWN
                caption = f"… and {more} more rows" if more > 0 else None
                cells = [["–" if value is None else str(value) for value in row] for row in rows[:ROWS_SHOWN]]
                table = fitting(headings, cells, console, frame=box.SIMPLE_HEAD, caption=caption)
                console.print(table, highlight=False)
    finally:
        connection.close()


def show_asleep(cloud: LocalCloud, domains: Sequence[Domain], names: Names, console: Console) -> None:
    """Fire the schedule at the end of the next office hours, and show that the database sleeps."""
    if not is_installed() or not any(domain.relational for domain in domains):
        return
    console.rule("[bold]the relational copy[/] outside office hours", align="left")
    end = _next_end(cloud, names)
    answer = json.loads(cloud.fire_schedule(f"{names.office_hours}-stop", end)["Payload"])
    console.print(f"{end:%A %H:%M %Z}, office hours end: {answer['message']}", highlight=False)
    deadline = time.monotonic() + STOP_SECONDS
    while (state := _state(cloud, names)) != "stopped":
        if time.monotonic() > deadline:
            raise LocalCloudError(f"the database is still {state}.", where=names.relational)
        time.sleep(CHECK_SECONDS)
    console.print(f"RDS shows the instance {names.relational} as {state}.", highlight=False)
    try:
        connect(_access(cloud, names), domains[0].name).close()
    except UnreachableError as error:
        console.print(f"An application that connects now: {escape(str(error))}", highlight=False)
    console.print("The next load starts it, and stops it afterwards; so do the next office hours.")


def _access(cloud: LocalCloud, names: Names) -> Access:
    secret = cloud.client("secretsmanager").get_secret_value(SecretId=names.relational)["SecretString"]
    return Access.of_secret(secret, authorities=authorities(REGION))


def _state(cloud: LocalCloud, names: Names) -> str:
    found = cloud.client("rds").describe_db_instances(DBInstanceIdentifier=names.relational)
    return str(found["DBInstances"][0]["DBInstanceStatus"])


def _next_end(cloud: LocalCloud, names: Names) -> dt.datetime:
    """Return when office hours end next, by the settings of the deployed function."""
    found: Any = cloud.client("lambda").get_function_configuration(FunctionName=names.office_hours)
    settings = found["Environment"]["Variables"]
    now = dt.datetime.now(ZoneInfo(settings["OFFICE_ZONE"]))
    hour = int(settings["OFFICE_START"]) + int(settings["OFFICE_HOURS"])
    end = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return end if end > now else end + dt.timedelta(days=1)
