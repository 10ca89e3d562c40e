"""A domain added as one folder deploys and runs, and recovers from repeated, killed and failed runs.

Each test takes sales and years of its own, and leaves nothing pending, so that their order is free.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from lake import naming
from localcloud.execution.glue import executor
from tests.e2e.lakehouse import Lakehouse
from tests.toy.drops import HEAD

MAKERS = HEAD["makers"] + "1,Ana,PT\n2,Bo,SE\n"
SALES = HEAD["sales"] + "10,1,2025-01-05,9.50,shop\n11,2,2025-02-07,20.00,web\n"
PARTS = HEAD["parts"] + "10,leg,4\n11,top,1\n"

RUN_FOR_SECONDS = 1.0
"""How long the job runs before it is killed. The outcome does not depend on this time."""

REVENUE = "SELECT * FROM revenue_by_month ORDER BY 1, 2"
SALE_ROWS = "SELECT sale_id, maker_name, amount, units, year, month FROM sales_enriched ORDER BY sale_id"
FIRST = {"makers.csv": MAKERS, "sales.csv": SALES, "parts.csv": PARTS}


@pytest.fixture(scope="module")
def toy(toy: Lakehouse, tmp_path_factory: pytest.TempPathFactory) -> Lakehouse:
    """The toy domain with its first upload published."""
    before = len(toy.executions())
    report = toy.drop(tmp_path_factory.mktemp("first"), FIRST)
    assert report.is_complete
    assert toy.executions()[: len(toy.executions()) - before] == ["SUCCEEDED"]
    assert toy.notifications()[-1]["subject"] == "Caudal toy: published"
    cost = json.loads(toy.notifications()[-1]["message"])["predicted_cost"]
    assert re.fullmatch(
        r"0\.\d+ USD for raw_to_processed and 0\.\d+ USD for processed_to_curated, without crawls", cost
    )
    return toy


def sales(toy: Lakehouse, *numbers: str) -> list[tuple[str | None, ...]]:
    """Return the published rows of these sales."""
    return [row for row in toy.query(SALE_ROWS) if row[0] in numbers]


def test_upload_becomes_an_answer(toy: Lakehouse) -> None:
    assert sales(toy, "10", "11") == [
        ("10", "Ana", "9.50", "4", "2025", "1"),
        ("11", "Bo", "20.00", "1", "2025", "2"),
    ]
    assert toy.served("revenue_by_month")["overall|2025"]["months"]["rows"] == [
        ["2025-01-01", "PT", "9.50", 4],
        ["2025-02-01", "SE", "20.00", 1],
    ]


def test_repeated_upload_changes_nothing_and_starts_no_execution(toy: Lakehouse, tmp_path: Path) -> None:
    before, runs = toy.published(), len(toy.executions())
    report = toy.drop(tmp_path, FIRST)

    assert {outcome.status.value for outcome in report.outcomes} == {"skipped"}
    assert len(toy.executions()) == runs
    assert toy.published() == before


def test_execution_without_new_files_starts_no_crawler(toy: Lakehouse) -> None:
    toy.start()
    toy.cloud.wait_idle()

    assert toy.executions()[0] == "SUCCEEDED"
    assert "ProcessedToCurated" not in toy.states()
    assert not [state for state in toy.states() if "Crawl" in state]


def test_concurrent_executions_ingest_each_file_once(toy: Lakehouse, tmp_path: Path) -> None:
    batches, executions = len(toy.batches()), len(toy.executions())
    (tmp_path / "sales_march.csv").write_text(HEAD["sales"] + "12,1,2024-03-01,1.00,web\n")
    toy.send(tmp_path)
    toy.start()
    toy.start()
    toy.cloud.wait_idle()

    assert set(toy.executions()[:-executions]) == {"SUCCEEDED"}
    assert len(toy.batches()) == batches + 1
    assert toy.query("SELECT count(*) FROM sales_enriched WHERE sale_id = 12") == [("1",)]


def test_killed_job_is_repeated_by_the_next_execution(toy: Lakehouse, tmp_path: Path) -> None:
    toy.drop(tmp_path / "before", {"sales_before.csv": HEAD["sales"] + "20,2,2023-01-02,20.00,web\n"})
    (tmp_path / "after").mkdir()
    (tmp_path / "after" / "sales_after.csv").write_text(
        HEAD["sales"] + "21,2,2023-04-01,3.00,web\n20,2,2023-04-02,21.00,web\n"
    )
    toy.send(tmp_path / "after")
    deadline = time.monotonic() + 120
    while executor().is_idle() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(RUN_FOR_SECONDS)
    assert executor().kill()
    toy.cloud.wait_idle()
    toy.start()
    toy.cloud.wait_idle()

    assert toy.executions()[0] == "SUCCEEDED", toy.notifications()[-1]
    assert sales(toy, "20", "21") == [
        ("20", "Bo", "21.00", None, "2023", "4"),
        ("21", "Bo", "3.00", None, "2023", "4"),
    ]


def test_notification_of_a_failed_job_has_its_error_and_run_id(toy: Lakehouse) -> None:
    s3, bucket = toy.cloud.client("s3"), toy.names.ledger_bucket
    key = naming.ledger_key("toy", "damaged")
    s3.put_object(Bucket=bucket, Key=key, Body=b"{}")
    toy.start()
    toy.cloud.wait_idle()
    s3.delete_object(Bucket=bucket, Key=key)

    message = json.loads(toy.notifications()[-1]["message"])
    assert (toy.executions()[0], message["step"]) == ("FAILED", "RawToProcessed")
    assert re.fullmatch(
        rf"DamagedEntryError: s3://{bucket}/{key}: the object is not a .* \(job run jr_\S+\)",
        message["cause"],
    ), message["cause"]


def test_full_refresh_publishes_the_same_rows(toy: Lakehouse) -> None:
    before = {sql: toy.query(sql) for sql in (SALE_ROWS, REVENUE)}
    toy.start(full_refresh="true")
    toy.cloud.wait_idle()

    assert toy.executions()[0] == "SUCCEEDED"
    assert {sql: toy.query(sql) for sql in (SALE_ROWS, REVENUE)} == before


def test_mart_that_was_not_served_is_served_by_the_next_execution(toy: Lakehouse, tmp_path: Path) -> None:
    """The serving store refuses the first execution: its token differs from the secret's."""
    assert toy.cloud.serving is not None
    server = toy.cloud.serving.server
    token, before = server.token, toy.served("revenue_by_month")
    server.token = "changed"
    toy.drop(tmp_path, {"sales_may.csv": HEAD["sales"] + "14,1,2026-05-01,6.00,web\n"})
    server.token = token

    message = json.loads(toy.notifications()[-1]["message"])
    outcome = (toy.executions()[0], message["step"], message["error"])
    assert outcome == ("FAILED", "PublishMarts", "NotPublished")
    assert "revenue_by_month year=2026: " in message["cause"]
    assert "valid token" in message["cause"]
    assert toy.served("revenue_by_month") == before

    toy.start()
    toy.cloud.wait_idle()
    assert toy.executions()[0] == "SUCCEEDED", toy.notifications()[-1]
    assert "ProcessedToCurated" not in toy.states()
    assert toy.served("revenue_by_month")["overall|2026"]["months"] == {
        "columns": ["sold_month", "country", "revenue", "units"],
        "rows": [["2026-05-01", "PT", "6.00", None]],
    }
    toy.start()
    toy.cloud.wait_idle()
    assert "PublishMarts" not in toy.states()


def test_document_over_a_limit_is_reported_and_the_others_are_served(toy: Lakehouse, tmp_path: Path) -> None:
    """A year of 84 countries has 1,008 rows; the serving store limits an array to 1,000 elements."""
    makers = [f"{100 + number},Maker,C{number}" for number in range(84)]
    sales = [
        f"{1_000 + number},{100 + number % 84},2021-{1 + number // 84:02}-01,1.00,web"
        for number in range(84 * 12)
    ]
    sales.append("3000,1,2022-01-01,5.00,web")
    toy.drop(
        tmp_path,
        {
            "makers_many.csv": HEAD["makers"] + "\n".join(makers),
            "sales_many.csv": HEAD["sales"] + "\n".join(sales),
        },
    )
    notification = toy.notifications()[-1]
    assert toy.executions()[0] == "SUCCEEDED"
    assert notification["subject"] == "Caudal toy: published, partly served"
    ((partial, whole),) = json.loads(notification["message"])["served"]
    assert partial == {"mart": "revenue_by_month", "partition": "year=2021", "status": "PARTIAL", "failed": 1}
    assert whole == "PUBLISHED"
    assert "overall|2022" in toy.served("revenue_by_month")
    assert "overall|2021" not in toy.served("revenue_by_month")
