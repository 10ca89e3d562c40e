"""Each kind of damaged ledger object is restored by the commands of the message that reports it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore import xform_name

from glue_jobs.curation.accounts import Account, AccountBook
from glue_jobs.ledger.compaction_log import Compaction, Compactions, commit
from glue_jobs.ledger.holds import Hold
from glue_jobs.ledger.ledger import Batch, Ledger
from glue_jobs.ledger.snapshot import MAX_LAG
from glue_jobs.runtime.months import Month
from glue_jobs.runtime.store import S3Store
from lake import naming
from lake.errors import CaudalError
from lake.model.discovery import load_domain
from lake.naming import BatchStatus, Names
from localcloud.context import ACCOUNT, REGION
from localcloud.server import LocalCloud
from requeue.records import Filter, Quarantine

NAMES = Names(env="dev", account=ACCOUNT, region=REGION)
BUCKET = NAMES.ledger_bucket
NOW = datetime(2026, 1, 1, tzinfo=UTC)
AWS_COMMAND = re.compile(r"`(aws [^`]+)`")


def batch(number: int) -> Batch:
    return Batch(
        batch_id=f"b-{number:03}", domain="d", execution="x", status=BatchStatus.COMMITTED,
        committed_at=NOW.isoformat(), files=(),
    )  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """How to write an object of the ledger of the domain `d`, its key, and how to read it."""

    key: str
    write: Callable[[S3Store], object]
    read: Callable[[S3Store], Any]


def _ledger(store: S3Store, domain: str) -> Ledger:
    return Ledger(store, BUCKET, domain)


HOLD = Hold.of("readings", ("s-1",), "too bad", execution="x", at=NOW)
COMPACTION = Compaction(
    compaction_id="c-1", table="t", year=2026, month=1, replaced=("s-1",), rows=1, execution="x"
)
REQUEUED = naming.requeued_key("ecommerce", "orders", "damaged")

KINDS: Mapping[str, Kind] = {
    "batch": Kind(
        naming.ledger_key("d1", "b-001"),
        lambda store: _ledger(store, "d1").commit(batch(1)),
        lambda store: _ledger(store, "d1").view(),
    ),
    "hold": Kind(
        naming.held_key("d2", HOLD.hold_id),
        lambda store: _ledger(store, "d2").hold(HOLD),
        lambda store: _ledger(store, "d2").view(),
    ),
    "batches of a publication": Kind(
        naming.publishing_key("d3", "x1"),
        lambda store: _ledger(store, "d3").record_publishing(["s-1"], execution="x1"),
        lambda store: _ledger(store, "d3").view(),
    ),
    "compaction": Kind(
        naming.compaction_key("d4", "t", "c-1"),
        lambda store: commit(store, BUCKET, "d4", COMPACTION),
        lambda store: Compactions.read(store, BUCKET, "d4", "t"),
    ),
    "accounts": Kind(
        naming.account_key("d5", "t"),
        lambda store: AccountBook(store, BUCKET, "d5", "t").write({Month(2026, 1): Account(bronze=1)}),
        lambda store: AccountBook(store, BUCKET, "d5", "t").read(),
    ),
    "requeue": Kind(
        REQUEUED,
        lambda store: store.create(BUCKET, REQUEUED, json.dumps({"records": ["r-1"]}).encode()),
        lambda store: Quarantine(store, NAMES.processed_bucket, BUCKET, load_domain("ecommerce")).find(
            Filter(table="orders")
        ),
    ),
}


@pytest.fixture
def store(cloud: LocalCloud) -> S3Store:
    return S3Store(cloud.client("s3"))


def execute(s3: Any, command: str) -> Any:
    """Run an `aws s3api` command, or `aws s3 rm`, and return the answer of S3."""
    _, service, operation, *words = shlex.split(command)
    if (service, operation) == ("s3", "rm"):
        bucket, _, key = words[0].removeprefix("s3://").partition("/")
        return s3.delete_object(Bucket=bucket, Key=key)
    assert service == "s3api"
    name = next(n for n in s3.meta.service_model.operation_names if xform_name(n, "-") == operation)
    members = s3.meta.service_model.operation_model(name).input_shape.members
    options = {f"--{xform_name(member, '-')}": member for member in members}
    given = dict(zip(words[::2], words[1::2], strict=True))
    parameters = {options[option]: value for option, value in given.items()}
    return getattr(s3, operation.replace("-", "_"))(**parameters)


def restore(s3: Any, message: str) -> None:
    """Do what the message of a damaged object says, with the newest version from before the damage."""
    listing, copying = AWS_COMMAND.findall(message)
    versions = execute(s3, listing)["Versions"]
    earlier = next(version["VersionId"] for version in versions if not version["IsLatest"])
    execute(s3, copying.replace("VERSION_ID", earlier))


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_object_is_restored_as_the_message_says(store: S3Store, kind: str) -> None:
    each = KINDS[kind]
    each.write(store)
    good = each.read(store)
    for damaged in (b"", b"{", b'"text"'):
        store.write(BUCKET, each.key, damaged)
        with pytest.raises(CaudalError) as raised:
            each.read(store)
        assert raised.value.where == f"s3://{BUCKET}/{each.key}"
        restore(store._s3, str(raised.value))
        assert each.read(store) == good


def test_damaged_snapshot_is_deleted_as_the_message_says(store: S3Store) -> None:
    ledger = _ledger(store, "d6")
    for number in range(MAX_LAG):
        ledger.commit(batch(number))
    good = ledger.view()
    assert ledger.update_snapshot()
    store.write(BUCKET, naming.snapshot_key("d6"), b"cut off")
    with pytest.raises(CaudalError) as raised:
        ledger.view()
    [deletion] = AWS_COMMAND.findall(str(raised.value))
    execute(store._s3, deletion)
    assert ledger.view() == good


def test_deleted_batch_is_restored_by_the_same_commands(store: S3Store) -> None:
    each = Kind(naming.ledger_key("d7", "b-001"), KINDS["batch"].write, KINDS["batch"].read)
    ledger = _ledger(store, "d7")
    ledger.commit(batch(1))
    store.write(BUCKET, each.key, b"")
    with pytest.raises(CaudalError) as raised:
        ledger.view()
    store.delete(BUCKET, [each.key])
    assert ledger.view().batches == ()
    listing, copying = AWS_COMMAND.findall(str(raised.value))
    oldest = execute(store._s3, listing)["Versions"][-1]["VersionId"]
    execute(store._s3, copying.replace("VERSION_ID", oldest))
    assert ledger.view().batches == (batch(1),)


def test_release_without_its_content_still_counts(store: S3Store) -> None:
    _ledger(store, "d8").hold(HOLD)
    _ledger(store, "d8").release(HOLD.hold_id, by="me", at=NOW)
    store.write(BUCKET, naming.released_key("d8", HOLD.hold_id), b"")
    assert _ledger(store, "d8").view().open_holds == ()
