"""The steward's commands in the deployed cloud, each in the steward's role; raw is the uploader's."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from glue_jobs.runtime.store import S3Store
from lake.errors import CaudalError
from localcloud.context import ACCOUNT, REGION
from requeue.records import Quarantine, Record
from requeue.sending import Sources
from tests.e2e.lakehouse import Lakehouse
from tests.toy.drops import HEAD

MAKERS = HEAD["makers"] + "1,Ana,PT\n"


@pytest.fixture
def signed_in(toy: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands sign in as the account's administrator, and assume their roles as they do on AWS."""
    key = toy.cloud.context.administrator
    for name in [name for name in os.environ if name.startswith(("AWS_", "CAUDAL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", toy.cloud.endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key.secret_key)


def run(*words: str) -> str:
    """Run a command for the domain and return what it prints."""
    result = CliRunner().invoke(app, [*words, "--domain", "toy", "--env", "dev"])
    assert result.exit_code == 0, result.output
    return result.stdout


def records(text: str) -> list[dict[str, Any]]:
    """The quarantined sales with this text."""
    listed = json.loads(run("quarantine", "list", "--table", "sales", "--json"))["records"]
    return [each for each in listed if each["raw_record"] == text]


def quarantined(toy: Lakehouse, folder: Path, good: str, bad: str) -> dict[str, Any]:
    """Upload a file with a good and a bad row, and return the record of the bad one."""
    toy.drop(folder, {"makers.csv": MAKERS, "sales.csv": f"{HEAD['sales']}{good}\n{bad}\n"})
    [record] = records(bad)
    assert record["failed_checks"] == ["amount.range"]
    return record


@pytest.mark.usefixtures("signed_in")
def test_record_is_sent_again_and_its_file_withdrawn_and_read_again(toy: Lakehouse, tmp_path: Path) -> None:
    good, bad = "95,1,2012-01-05,9.50,shop", "96,1,2012-01-06,-1,shop"
    published = "SELECT sale_id FROM sales_enriched WHERE year = 2012 ORDER BY 1"
    record = quarantined(toy, tmp_path, good, bad)
    sent = run("quarantine", "send", "--table", "sales", "--record", record["record_id"])
    assert sent.startswith("sent 1 records as toy/sales/")
    toy.cloud.wait_idle()
    assert sorted(each["requeued"] for each in records(bad)) == [False, True]
    assert toy.query(published) == [("95",)]

    file, batch = record["source_file"], record["batch_id"]
    run("withdraw", file, "--why", "of another shop")
    assert file in run("withdraw")
    toy.start()
    toy.cloud.wait_idle()
    assert (toy.executions()[0], toy.query(published)) == ("SUCCEEDED", [])

    run("withdraw", file, "--undo", "--why", "right after all")
    assert run("reingest", "--batch", batch).startswith(f"{batch} will be read again")
    toy.start()
    toy.cloud.wait_idle()
    assert (toy.executions()[0], toy.query(published)) == ("SUCCEEDED", [("95",)])


def test_file_that_is_gone_from_raw_is_reported(toy: Lakehouse) -> None:
    """The steward's role may learn that an object does not exist: otherwise S3 would deny the request."""
    names = toy.names
    store = S3Store(toy.cloud.client("s3", f"arn:aws:iam::{ACCOUNT}:role/{names.steward_role}"))
    quarantine = Quarantine(store, names.processed_bucket, names.ledger_bucket, toy.domain)
    record = Record(
        record_id="r", table="sales", source_file="toy/sales/gone.csv", source_row=1, raw_record="",
        failed_checks=(), batch_id="b", ingest_ts=datetime.now(UTC), requeued=False,
    )  # fmt: skip
    with pytest.raises(CaudalError, match="raw no longer has the record's source file"):
        Sources(store, names.raw_bucket, toy.domain, quarantine).of(record)
