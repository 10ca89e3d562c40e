"""`caudal up` and `caudal status` say which files wait, which batches are old, and what to do."""

from __future__ import annotations

from pathlib import Path

from cli.show.ledgers import waiting_messages
from glue_jobs.ledger.entries import Batch, FileEntry, version_of
from glue_jobs.ledger.view import LedgerView
from glue_jobs.reingest.messages import older_messages
from lake.files.rules import READING_RULES
from lake.naming import Names
from tests.fakes import FolderStore

NAMES = Names(env="dev", account="123456789012", region="us-east-1")


def batch(number: int, *files: FileEntry, rules: int = READING_RULES) -> Batch:
    return Batch(
        batch_id=f"b-{number}", domain="shop", execution="x", status="committed", committed_at="",
        files=files, tables=("orders",), rules=rules,
    )  # fmt: skip


def test_files_and_batches_that_wait_are_told_with_the_command(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    for name in ("a", "b", "c"):
        store.write(NAMES.raw_bucket, f"shop/orders/{name}.csv", b"x")
    read = next(iter(store.list(NAMES.raw_bucket, "shop/orders/a")))
    entry = FileEntry(
        key=read.key, version=version_of(read), table="orders", size=1, sha256="", rank="", status="ingested"
    )
    view = LedgerView(batches=(batch(1, entry),), curated=frozenset())
    [message] = waiting_messages(store, NAMES, "shop", view)
    assert message.startswith("shop: 2 files wait for a run and 1 batches wait to be published.")
    assert message.endswith("arn:aws:states:us-east-1:123456789012:stateMachine:caudal-dev-shop-pipeline")


def test_nothing_is_told_if_nothing_waits(tmp_path: Path) -> None:
    view = LedgerView(batches=(batch(1),), curated=frozenset({"b-1"}))
    assert list(waiting_messages(FolderStore(tmp_path), NAMES, "shop", view)) == []
    assert older_messages(view.older_than(READING_RULES), "shop") == []


def test_batches_of_older_rules_are_named_with_the_command() -> None:
    view = LedgerView(batches=tuple(batch(number, rules=1) for number in range(7)), curated=frozenset())
    [message] = older_messages(view.older_than(READING_RULES), "shop")
    assert message == (
        "Read by older rules: b-0, b-1, b-2, b-3, b-4 and 2 more. `caudal reingest --domain shop` has them "
        "read again."
    )


def test_files_of_a_stream_wait_for_its_job_and_the_others_for_the_pipeline(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    for key in ("clicks/a.jsonl", "clicks/b.jsonl", "orders/c.csv"):
        store.write(NAMES.raw_bucket, f"shop/{key}", b"x")
    view = LedgerView(batches=(), curated=frozenset())
    stream, drop = waiting_messages(store, NAMES, "shop", view, ["clicks"])
    assert stream == (
        "shop: 2 files of the stream clicks wait for its job. The schedule starts it; to start it now: "
        "aws glue start-job-run --job-name caudal-dev-shop-stream-clicks"
    )
    assert drop.startswith("shop: 1 files wait for a run. The schedule starts a run;")
    [drop] = waiting_messages(store, NAMES, "shop", view)
    assert drop.startswith("shop: 3 files wait for a run. The next file that arrives starts a run;")
