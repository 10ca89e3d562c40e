"""The shop in MySQL: loaded by the pipeline, asleep outside office hours, and never in the pipeline's way."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from demo.relational import show_asleep, show_relational
from glue_jobs.relational.connection import Access, Connection, connect, rows
from glue_jobs.relational.errors import UnreachableError
from lambdas.rds_schedule.hours import Hours
from localcloud.daemon import PROJECT
from localcloud.database.mariadb import PACKAGES
from localcloud.database.rds import is_installed
from tests.demo.conftest import Output
from tests.e2e.lakehouse import Lakehouse

MANIFEST = json.loads((PROJECT / "sample_data" / "manifests" / "ecommerce.json").read_text())
MORNING = datetime(2026, 1, 14, 8, tzinfo=UTC)
EVENING = datetime(2026, 1, 14, 16, tzinfo=UTC)
STATE_SECONDS = 60

pytestmark = pytest.mark.skipif(not is_installed() and not os.environ.get("CI"), reason=f"install {PACKAGES}")


def access(shop: Lakehouse) -> Access:
    secrets = shop.cloud.client("secretsmanager")
    text = secrets.get_secret_value(SecretId=shop.names.relational)["SecretString"]
    return Access.of_secret(text, authorities="")


@pytest.fixture
def mysql(shop: Lakehouse) -> Iterator[Connection]:
    connection = connect(access(shop), "ecommerce")
    yield connection
    connection.close()


def state(shop: Lakehouse) -> str:
    found = shop.cloud.client("rds").describe_db_instances(DBInstanceIdentifier=shop.names.relational)
    return str(found["DBInstances"][0]["DBInstanceStatus"])


def wait_for(shop: Lakehouse, *states: str) -> str:
    deadline = time.monotonic() + STATE_SECONDS
    while (found := state(shop)) not in states:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


def last_message(shop: Lakehouse) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shop.notifications()[-1]["message"])
    return found


def test_the_copy_holds_every_row_of_silver_and_gold(shop: Lakehouse, mysql: Connection) -> None:
    tables = {table.name for table in shop.domain.tables}
    for table in shop.domain.relational:
        [(found,)] = rows(mysql, f"SELECT COUNT(*) FROM `{table.name}`")
        if table.name in tables:
            assert found == MANIFEST["silver"][table.name], table.name
        else:
            [(expected,)] = shop.query(f"SELECT count(*) FROM {table.name}")
            assert found == int(expected or 0), table.name


def test_an_application_gets_numbers_of_gold_and_no_personal_data(shop: Lakehouse, mysql: Connection) -> None:
    [(found,)] = rows(mysql, "SELECT SUM(revenue_usd) FROM sales_by_month")
    [(expected,)] = shop.query("SELECT sum(revenue_usd) FROM sales_by_month")
    assert str(found) == expected
    columns = {name for (name,) in rows(mysql, "SELECT column_name FROM information_schema.columns "
                                               "WHERE table_name = 'customers'")}  # fmt: skip
    assert not columns & {"name", "email"}


def test_the_demo_answers_both_questions(shop: Lakehouse) -> None:
    console = Output()
    show_relational(shop.cloud, shop.domain, shop.names, console)
    text = "\n".join(console.lines)
    for question in shop.domain.relational_questions:
        assert question.title in text
    assert "line_total_usd" in text
    assert "units" in text


def test_a_wrong_password_ends_the_run_as_partly_loaded_and_the_next_run_makes_up_for_it(
    shop: Lakehouse,
) -> None:
    """The next run has no new rows, and the one after it finds nothing to make up for."""
    secrets = shop.cloud.client("secretsmanager")
    right = secrets.get_secret_value(SecretId=shop.names.relational)["SecretString"]
    wrong = json.dumps({**json.loads(right), "password": "wrong"})
    secrets.put_secret_value(SecretId=shop.names.relational, SecretString=wrong)
    try:
        shop.start(full_refresh="true")
        shop.cloud.wait_idle()
    finally:
        secrets.put_secret_value(SecretId=shop.names.relational, SecretString=right)
    assert shop.executions()[0] == "SUCCEEDED"
    message = last_message(shop)
    assert message["outcome"] == "published, partly loaded"
    assert "the server refuses the user" in message["relational"]
    assert "Check user and password in the database's secret" in message["relational"]

    shop.start()
    shop.cloud.wait_idle()
    message = last_message(shop)
    assert message["outcome"] == "published"
    assert message["published"] == "No new rows; what earlier runs left was brought to the copies."
    assert message["relational"].startswith("MySQL: ")
    assert message["predicted_cost"].endswith(" USD for curated_to_rds, without crawls")

    told = len(shop.notifications())
    shop.start()
    shop.cloud.wait_idle()
    assert shop.executions()[0] == "SUCCEEDED"
    assert "FindLoadMark" in shop.states()
    assert "WakeDatabase" not in shop.states()
    assert len(shop.notifications()) == told


def test_a_sleeping_database_is_woken_for_the_next_load_and_sleeps_again_outside_office_hours(
    shop: Lakehouse,
) -> None:
    shop.cloud.fire_schedule(f"{shop.names.office_hours}-stop", EVENING)
    wait_for(shop, "stopped")
    with pytest.raises(UnreachableError, match="does not answer"):
        connect(access(shop), "ecommerce")
    shop.start(full_refresh="true")
    shop.cloud.wait_idle()
    assert shop.executions()[0] == "SUCCEEDED"
    assert last_message(shop)["outcome"] == "published"
    assert last_message(shop)["relational"].startswith("MySQL: ")
    assert "WaitForDatabase" in shop.states()
    variables = shop.cloud.client("lambda").get_function_configuration(FunctionName=shop.names.office_hours)[
        "Environment"
    ]["Variables"]
    hours = Hours(
        zone=variables["OFFICE_ZONE"],
        start=int(variables["OFFICE_START"]),
        length=int(variables["OFFICE_HOURS"]),
    )
    wait_for(shop, "available" if hours.is_open(datetime.now(UTC)) else "stopped")


def test_the_demo_shows_the_database_asleep_and_office_hours_start_it(shop: Lakehouse) -> None:
    wait_for(shop, "available", "stopped")
    shop.cloud.fire_schedule(f"{shop.names.office_hours}-start", MORNING)
    wait_for(shop, "available")
    console = Output()
    show_asleep(shop.cloud, [shop.domain], shop.names, console)
    assert "office hours end: The database is being stopped." in console.text
    assert f"RDS shows the instance {shop.names.relational} as stopped." in console.lines
    assert "An application that connects now: " in console.text
    shop.cloud.fire_schedule(f"{shop.names.office_hours}-start", MORNING)
    wait_for(shop, "available")
    connect(access(shop), "ecommerce").close()
