"""The upload as a whole: keys, order, skipped files, and reports of bad files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lake.model.columns import date, text
from lake.model.spec import Domain, Stream, Table
from tests.uploader.conftest import HEADERS, NAMES, sha12
from uploader import Outcome, Status, UploadError, UploadReport, upload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Landing = Callable[..., Path]
Send = Callable[..., UploadReport]
Keys = Callable[[], list[str]]

ORDERS = HEADERS["orders"]
SAMPLE = Path(__file__).parents[2] / "sample_data"


class Watcher:
    """A Progress that records its calls."""

    def __init__(self) -> None:
        self.files: list[tuple[str, int]] = []
        self.bytes = 0
        self.tables: list[str | None] = []

    def begin(self, files: Sequence[tuple[str, int]]) -> None:
        self.files = list(files)

    def sent(self, size: int) -> None:
        self.bytes += size

    def finished(self, outcome: Outcome) -> None:
        self.tables.append(outcome.table)


def test_key_holds_table_content_hash_and_relative_path(landing: Landing, send: Send, keys: Keys) -> None:
    report = send(landing({"month=11/orders_nov.csv": ORDERS}))
    assert report.is_complete
    assert keys() == [f"ecommerce/orders/{sha12(ORDERS)}/month=11/orders_nov.csv"]


def test_metadata_hold_the_hash_and_one_time_per_call(landing: Landing, send: Send, s3: S3Client) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    report = send(landing({"orders.csv": ORDERS, "customers.csv": HEADERS["customers"]}), uploaded_at=moment)
    metadata = {
        outcome.table: s3.head_object(Bucket=NAMES.raw_bucket, Key=outcome.key)["Metadata"]
        for outcome in report.outcomes
    }
    assert metadata["orders"] == {
        "uploaded-at": "2026-01-02T03:04:05.000006+00:00",
        "sha256": hashlib.sha256(ORDERS.encode()).hexdigest(),
    }
    assert metadata["customers"]["uploaded-at"] == metadata["orders"]["uploaded-at"]


def test_masters_are_sent_before_the_facts_that_refer_to_them(
    landing: Landing, send: Send, shop: Domain
) -> None:
    watcher = Watcher()
    send(landing({f"{name}.csv": header for name, header in HEADERS.items()}), progress=watcher)
    ranks = [shop.ranks[table] for table in watcher.tables if table]
    assert len(ranks) == 7
    assert ranks == sorted(ranks)


def test_uploaded_files_are_skipped(landing: Landing, send: Send, keys: Keys) -> None:
    folder = landing({"orders.csv": ORDERS, "customers.csv": HEADERS["customers"]})
    send(folder)
    report = send(folder)
    assert report.is_complete
    assert {outcome.status for outcome in report.outcomes} == {Status.SKIPPED}
    assert len(keys()) == 2


def test_same_bytes_under_another_name_are_skipped(landing: Landing, send: Send, keys: Keys) -> None:
    send(landing({"orders.csv": ORDERS}))
    report = send(landing({"orders_copy.csv": ORDERS}, "second"))
    assert report.outcomes[0].status is Status.SKIPPED
    assert "already there as ecommerce/orders/" in report.outcomes[0].detail
    assert len(keys()) == 1


def test_highest_ranking_path_of_equal_files_is_uploaded(landing: Landing, send: Send) -> None:
    report = send(landing({"orders_z.csv": ORDERS, "deep/orders_a.csv": ORDERS}))
    assert {outcome.path: outcome.status for outcome in report.outcomes} == {
        "deep/orders_a.csv": Status.UPLOADED,
        "orders_z.csv": Status.SKIPPED,
    }


def test_same_bytes_are_uploaded_for_two_tables(landing: Landing, send: Send) -> None:
    both = "order_id,review_id\n"
    report = send(landing({"orders.csv": both, "reviews.csv": both}))
    assert [outcome.status for outcome in report.outcomes] == [Status.UPLOADED] * 2


def test_again_writes_a_new_version_under_a_key_of_its_own(
    landing: Landing, send: Send, keys: Keys, s3: S3Client
) -> None:
    folder = landing({"month=11/orders.csv": ORDERS})
    send(folder, uploaded_at=datetime(2026, 1, 1, tzinfo=UTC))
    report = send(folder, again=True, uploaded_at=datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC))
    assert report.outcomes[0].status is Status.UPLOADED
    first, again = sorted(keys())
    assert first == f"ecommerce/orders/{sha12(ORDERS)}-20260102T030405000006/month=11/orders.csv"
    assert again == f"ecommerce/orders/{sha12(ORDERS)}/month=11/orders.csv"
    metadata = s3.head_object(Bucket=NAMES.raw_bucket, Key=report.outcomes[0].key)["Metadata"]
    assert (metadata["again"], metadata["uploaded-at"]) == ("true", "2026-01-02T03:04:05.000006+00:00")


def test_bytes_that_were_only_sent_again_are_known(landing: Landing, send: Send, keys: Keys) -> None:
    """The pipeline would skip them, so the uploader must not say that it uploaded them."""
    send(landing({"orders.csv": ORDERS}), again=True)
    report = send(landing({"orders_copy.csv": ORDERS}, "second"))
    assert report.outcomes[0].status is Status.SKIPPED
    assert len(keys()) == 1


ITEMS = {name: HEADERS["order_items"] + row for name, row in (("a", "1,1,1,1,1\n"), ("b", "1,2,1,1,1\n"))}


def test_known_files_of_an_incomplete_delivery_are_sent_again(
    landing: Landing, send: Send, s3: S3Client
) -> None:
    """The lines of one order may lie in both files; the new file alone would replace those of the old one."""
    names = {"d/order_items_a.csv": ITEMS["a"], "e/order_items_a.csv": ITEMS["a"] + "3,1,1,1,1\n"}
    send(landing({**names, "d/orders_a.csv": ORDERS}))
    report = send(landing({"d/order_items_b.csv": ITEMS["b"]}))
    assert {outcome.path: outcome.status for outcome in report.outcomes} == {
        "d/order_items_a.csv": Status.UPLOADED,
        "d/order_items_b.csv": Status.UPLOADED,
        "d/orders_a.csv": Status.SKIPPED,
        "e/order_items_a.csv": Status.SKIPPED,
    }
    sent = [outcome.key for outcome in report.with_status(Status.UPLOADED)]
    metadata = [s3.head_object(Bucket=NAMES.raw_bucket, Key=key)["Metadata"] for key in sent]
    assert {each["uploaded-at"] for each in metadata} == {report.uploaded_at}
    assert {Path(key).name: each.get("again") for key, each in zip(sent, metadata, strict=True)} == {
        "order_items_a.csv": "true",
        "order_items_b.csv": None,
    }
    assert {outcome.status for outcome in send(landing({})).outcomes} == {Status.SKIPPED}


def test_two_files_of_a_delivery_with_one_relative_path_are_refused(
    landing: Landing, send: Send, keys: Keys
) -> None:
    report = send(
        landing({"order_items.csv": ITEMS["a"], "order_items_c.csv": HEADERS["order_items"]}, "a"),
        landing({"order_items.csv": ITEMS["b"]}, "b"),
    )
    failed = report.with_status(Status.FAILED)
    assert [(outcome.path, outcome.detail) for outcome in failed] == [
        (
            "order_items.csv",
            "another file of this call has the same relative path; upload the folder that holds both",
        )
    ] * 2
    assert [Path(key).name for key in keys()] == ["order_items_c.csv"]


def test_dry_run_writes_nothing(landing: Landing, send: Send, keys: Keys) -> None:
    folder = landing({"orders.csv": ORDERS})
    report = send(folder, dry_run=True)
    assert report.is_complete
    assert report.outcomes[0].status is Status.PLANNED
    assert keys() == []
    send(folder)
    assert send(folder, dry_run=True).outcomes[0].status is Status.SKIPPED


def test_same_path_in_two_folders_is_uploaded_twice(landing: Landing, send: Send, keys: Keys) -> None:
    report = send(landing({"m/orders.csv": ORDERS}, "a"), landing({"m/orders.csv": ORDERS + "1,2\n"}, "b"))
    assert report.is_complete
    assert len(set(keys())) == 2


def test_file_that_matches_no_table_is_sent_and_reported_as_refused(
    landing: Landing, send: Send, keys: Keys
) -> None:
    report = send(landing({"invoices.csv": "a,b\n", "orders.csv": ORDERS}))
    assert not report.is_complete
    [refused] = report.refused
    assert refused.path == "invoices.csv"
    assert "the tables are customers" in refused.problem
    assert f"ecommerce/_unrecognised/{sha12('a,b' + chr(10))}/invoices.csv" in keys()
    assert len(keys()) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0" + bytes(range(256)), "binary"),
        (b"id,name\n1,2\n", "orders needs the column order_id"),
        (b"order_id;customer_id\n", "separated by commas"),
    ],
)
def test_broken_file_is_sent_under_its_table_and_reported_as_refused(
    landing: Landing, send: Send, keys: Keys, content: bytes, message: str
) -> None:
    report = send(landing({"orders.csv": content}))
    assert message in report.refused[0].problem
    assert keys()[0].startswith("ecommerce/orders/")


def test_drift_is_reported_and_accepted(landing: Landing, send: Send) -> None:
    report = send(landing({"orders.csv": "coupon," + ORDERS}))
    assert report.is_complete
    assert report.outcomes[0].drift == ("column 'coupon' is not declared",)


def test_progress_ends_at_the_size_of_all_files(landing: Landing, send: Send) -> None:
    folder = landing({"orders.csv": ORDERS, "orders_same.csv": ORDERS, "nothing.csv": "x"})
    watcher = Watcher()
    send(folder, progress=watcher)
    assert watcher.bytes == sum(size for _, size in watcher.files) > 0
    assert len(watcher.tables) == 3


def test_file_that_another_upload_sent_meanwhile_is_skipped(
    landing: Landing, send: Send, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = landing({"orders.csv": ORDERS})
    send(folder)
    monkeypatch.setattr("uploader.engine.existing_key", lambda *_: None)
    report = send(folder)
    assert report.outcomes[0].status is Status.SKIPPED
    assert "another upload was faster" in report.outcomes[0].detail
    assert len(keys()) == 1


def test_file_with_an_impossible_key_does_not_stop_the_others(landing: Landing, send: Send) -> None:
    folder = landing({"orders.csv": ORDERS, "customers.csv": HEADERS["customers"]})
    too_long = folder / ("d" * 250) / ("d" * 250) / ("d" * 250) / ("d" * 250)
    too_long.mkdir(parents=True)
    (too_long / "orders_too_long.csv").write_text(ORDERS)
    report = send(folder)
    [failed] = report.with_status(Status.FAILED)
    assert "too long for an S3 key" in failed.detail
    assert len(report.with_status(Status.UPLOADED)) == 2
    assert not report.is_complete


def test_missing_bucket_raises_with_a_hint_to_deploy(landing: Landing, send: Send, s3: S3Client) -> None:
    s3.delete_bucket(Bucket=NAMES.raw_bucket)
    with pytest.raises(UploadError, match=r"not deployed here\. Run `caudal deploy"):
        send(landing({"orders.csv": ORDERS}))


SENSORS = Domain(
    name="sensors",
    description="Readings.",
    tables=(
        Table(
            name="readings",
            description="A stream.",
            key=("id",),
            dated_by="day",
            columns=(text("id", "Identifies it."), date("day", "Day.")),
            stream=Stream(folders=("readings",), rank=("id",)),
        ),
    ),
)


def test_equal_files_of_a_stream_are_all_sent(landing: Landing, s3: S3Client, keys: Keys) -> None:
    folder = landing({"part-0.jsonl": "{}\n", "part-1.jsonl": "{}\n"}, "readings")
    for expected in (Status.UPLOADED, Status.SKIPPED):
        report = upload([folder], SENSORS, client=s3, names=NAMES)
        assert [outcome.status for outcome in report.outcomes] == [expected] * 2
    digest = sha12("{}\n")
    assert sorted(keys()) == [f"sensors/readings/{digest}/part-{part}.jsonl" for part in (0, 1)]


def test_outcomes_of_the_sample_match_its_manifest(send: Send) -> None:
    manifest = json.loads((SAMPLE / "manifests" / "ecommerce.json").read_text(encoding="utf-8"))
    report = send(SAMPLE / "ecommerce")
    assert {outcome.path for outcome in report.outcomes} == set(manifest["files"])
    assert {outcome.path for outcome in report.refused} == set(manifest["rejected_files"])
    assert {outcome.path for outcome in report.outcomes if outcome.drift} == set(manifest["drift"])
    [copy] = report.with_status(Status.SKIPPED)
    assert "the same bytes as" in copy.detail
