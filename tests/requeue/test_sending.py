"""Quarantined records become raw objects and notes, unchanged or corrected."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lake.errors import CaudalError
from lake.model.discovery import load_domain
from lake.naming import requeued_prefix
from requeue.records import Quarantine, Record
from requeue.sending import RawObject, Sources, csv_line, require_sendable, send, to_raw_objects
from tests.fakes import FolderStore

NOW = datetime(2026, 2, 1, tzinfo=UTC)


def review(**changed: object) -> Record:
    values: dict[str, object] = {
        "record_id": "a" * 64, "table": "reviews", "source_file": "ecommerce/reviews/1/reviews.csv",
        "source_row": 7, "raw_record": "7,x", "failed_checks": ("rating.type",), "batch_id": "b-1",
        "ingest_ts": datetime(2026, 1, 1, tzinfo=UTC), "requeued": False, **changed,
    }  # fmt: skip
    return Record(**values)  # type: ignore[arg-type]


def test_raw_object_has_the_row_numbers_and_the_origin_of_its_source_file(tmp_path: Path) -> None:
    shop, store = load_domain("ecommerce"), FolderStore(tmp_path)
    headers = ",".join(column.header for column in shop.table("reviews").columns)
    store.upload("raw", review().source_file, f"{headers}\n".encode())
    sources = Sources(store, "raw", shop, Quarantine(store, "processed", "ledger", shop))
    records = [review(), review(record_id="b" * 64, source_row=3, raw_record="3,y")]
    [built] = to_raw_objects(shop, shop.table("reviews"), records, sources, {"a" * 64: "7,5"}, now=NOW)
    assert built.body.decode() == f"caudal:source_row,{headers}\n3,3,y\n7,7,5\n"
    assert base64.b64decode(built.metadata["requeued-from"]).decode() == "ecommerce/reviews/1/reviews.csv"
    assert built.metadata["requeued-at"] == "2026-02-01T00:00:00.000000+00:00"
    assert (built.records, built.corrected) == (("b" * 64, "a" * 64), True)


def test_record_that_was_quarantined_again_is_an_object_of_its_own(tmp_path: Path) -> None:
    """A record whose date is still in the future can be sent once more when its time has come."""
    shop, store = load_domain("ecommerce"), FolderStore(tmp_path)
    headers = ",".join(column.header for column in shop.table("reviews").columns)
    store.upload("raw", review().source_file, f"{headers}\n".encode())
    sources = Sources(store, "raw", shop, Quarantine(store, "processed", "ledger", shop))
    [first] = to_raw_objects(shop, shop.table("reviews"), [review()], sources, {}, now=NOW)
    store.upload(
        "raw",
        first.key,
        first.body,
        **{name.replace("-", "_"): each for name, each in first.metadata.items()},
    )
    again = review(source_file=first.key, record_id="c" * 64)
    [second] = to_raw_objects(shop, shop.table("reviews"), [again], sources, {}, now=NOW)
    assert second.body == first.body
    assert second.key != first.key
    assert second.metadata["requeued-from"] == first.metadata["requeued-from"]


def test_record_of_several_lines_is_one_record_of_the_object(tmp_path: Path) -> None:
    """Its own file may end lines in another way than the object does."""
    shop, store = load_domain("ecommerce"), FolderStore(tmp_path)
    store.upload("raw", review().source_file, b"review_id,rating,review_text\r")
    sources = Sources(store, "raw", shop, Quarantine(store, "processed", "ledger", shop))
    records = [review(raw_record='7,9,"a\rb"'), review(source_row=8, raw_record="8,9, c\nd")]
    [built] = to_raw_objects(shop, shop.table("reviews"), records, sources, {}, now=NOW)
    assert built.body.decode().split("\n", 1)[1] == '7,7,9,"a\rb"\n8,8,9," c\nd"\n'


def test_records_of_a_missing_source_file_are_refused(tmp_path: Path) -> None:
    shop, store = load_domain("ecommerce"), FolderStore(tmp_path)
    sources = Sources(store, "raw", shop, Quarantine(store, "processed", "ledger", shop))
    with pytest.raises(CaudalError, match=r"source file\. Restore the file"):
        sources.of(review())


@pytest.mark.parametrize(
    ("check", "corrected", "message"),
    [
        ("file.header", True, "the whole file was rejected"),
        ("record.malformed", False, "the line is malformed and would be quarantined again"),
    ],
)
def test_records_that_cannot_be_sent_are_refused(check: str, corrected: bool, message: str) -> None:
    with pytest.raises(CaudalError, match=message):
        require_sendable([review(failed_checks=(check,))], corrected=corrected)


def test_corrected_malformed_line_can_be_sent() -> None:
    require_sendable([review(failed_checks=("record.malformed",))], corrected=True)


@pytest.mark.parametrize("is_new", [True, False])
def test_note_is_written_whether_or_not_the_object_is_new(tmp_path: Path, is_new: bool) -> None:
    store = FolderStore(tmp_path)
    raw_object = RawObject(
        table="reviews", key="k", body=b"b", metadata={}, records=("a", "b"), corrected=False
    )
    outcome = list(send([raw_object], lambda *_: is_new, store, "ledger", "ecommerce"))
    assert outcome == [(raw_object, is_new)]
    [entry] = store.list("ledger", requeued_prefix("ecommerce", "reviews"))
    body = json.loads(store.read("ledger", entry.key))
    assert body == {"key": "k", "records": ["a", "b"], "corrected": False}


def test_fields_of_a_csv_line_are_quoted_where_needed() -> None:
    assert csv_line(["a\nb", "c\rd"]) == '"a\nb","c\rd"'
    assert csv_line(["a,b", 'c"d', "e", ""]) == '"a,b","c""d",e,'


def test_unreadable_file_is_sent_whole_under_a_key_of_its_own(tmp_path: Path) -> None:
    shop, store = load_domain("ecommerce"), FolderStore(tmp_path)
    body = gzip.compress(b"review_id\n1\n")
    first = review(source_file="ecommerce/reviews/1/reviews.csv.gz", failed_checks=("file.unreadable",))
    store.upload("raw", first.source_file, body)
    sources = Sources(store, "raw", shop, Quarantine(store, "processed", "ledger", shop))
    require_sendable([first], corrected=False)
    second = replace(first, batch_id="b-2")
    [built] = to_raw_objects(shop, shop.table("reviews"), [first], sources, {}, now=NOW)
    [again] = to_raw_objects(shop, shop.table("reviews"), [second], sources, {}, now=NOW)
    assert built.body == body
    assert built.key.endswith("/reviews.csv.gz")
    assert len({first.source_file, built.key, again.key}) == 3
    assert base64.b64decode(built.metadata["requeued-from"]).decode() == first.source_file
