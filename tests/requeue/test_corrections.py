"""Files of corrections are written from quarantined records and read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lake.errors import CaudalError
from lake.model.discovery import load_domain
from requeue import corrections
from requeue.records import Record

REVIEWS = load_domain("ecommerce").table("reviews")
EVENTS = load_domain("cloud_provider").table("usage_events")
HEADERS = ("review_id", "rating", "review_text")


def record(record_id: str, text: str) -> Record:
    return Record(
        record_id=record_id, table="reviews", source_file="reviews.csv", source_row=2, raw_record=text,
        failed_checks=("rating.type", "review_id.type"), batch_id="b-1",
        ingest_ts=datetime(2026, 1, 1, tzinfo=UTC), requeued=False,
    )  # fmt: skip


@pytest.fixture
def sources() -> Any:
    """All records come from a file with the columns HEADERS."""
    return SimpleNamespace(of=lambda _record: SimpleNamespace(headers=HEADERS))


def test_template_has_the_fields_of_the_record_and_its_raw_text(tmp_path: Path, sources: Any) -> None:
    path = tmp_path / "reviews.csv"
    corrections.write_template(path, REVIEWS, [record("a" * 12, '1,x,"good, cheap"')], sources)
    assert path.read_text() == (
        "caudal:record_id,caudal:failed_checks,caudal:raw_record,review_id,rating,review_text\n"
        'aaaaaaaaaaaa,rating.type review_id.type,"1,x,""good, cheap""",1,x,"good, cheap"\n'
    )


def test_template_of_a_malformed_line_leaves_missing_fields_empty(tmp_path: Path, sources: Any) -> None:
    path = tmp_path / "reviews.csv"
    corrections.write_template(path, REVIEWS, [record("a" * 12, "1")], sources)
    assert path.read_text().splitlines()[1] == "aaaaaaaaaaaa,rating.type review_id.type,1,1,,"


def test_corrected_template_gives_the_new_text_in_the_order_of_the_source(
    tmp_path: Path, sources: Any
) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text('caudal:record_id,review_text,rating,review_id\naaaaaaaa,"good, cheap",5,1\n')
    listed = [record("a" * 12, "1,x,good"), record("b" * 12, "2,y,bad")]
    assert corrections.read_ids(path, REVIEWS) == ("aaaaaaaa",)
    assert corrections.read(path, REVIEWS, listed, sources) == {"a" * 12: '1,5,"good, cheap"'}


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ({"record_id": "aaaaaaaa", "record": {"name": "é", "n": 1.50}}, '{"name": "é", "n": 1.5}'),
        ({"record_id": "aaaaaaaa", "record": '{"n":\r\n1.50}'}, '{"n":  1.50}'),
    ],
)
def test_record_of_a_stream_is_corrected_as_text_or_as_an_object(
    tmp_path: Path, sources: Any, line: Mapping[str, Any], text: str
) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text(f"\n{json.dumps(line)}\n")
    assert corrections.read(path, EVENTS, [record("a" * 12, "{")], sources) == {"a" * 12: text}


def test_line_without_a_record_is_refused_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"record_id": "aaaaaaaa", "record": "{}"}\n{"record_id": "bbbbbbbb"}\n')
    with pytest.raises(
        CaudalError, match=r"lines\.jsonl, line 2: the line is not a JSON object with record_id"
    ):
        corrections.read_ids(path, EVENTS)
