"""Events that are held back: those of a stream's newest two days, by the hour; others stay where they are."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path

import pytest

from demo.held import event_time, hold_back
from domains.cloud_provider.domain import DOMAIN

EVENTS = DOMAIN.table("usage_events")
NOW = dt.datetime(2025, 9, 1, tzinfo=dt.UTC)


def line(name: str, time: object) -> str:
    return json.dumps({"event_id": name, "timestamp": time}) + "\n"


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2025-08-31T10:30:00Z", "2025-08-31T10:30:00+00:00"),
        ("2025-08-31T10:30:00+02:00", "2025-08-31T08:30:00+00:00"),
        ("2025-08-31 10:30:00", "2025-08-31T10:30:00+00:00"),
        (1756636200, "2025-08-31T10:30:00+00:00"),
        (1756636200000, "2025-08-31T10:30:00+00:00"),
        ("yesterday", None),
        (None, None),
        (1e30, None),
    ],
)
def test_the_time_of_an_event_is_read_as_the_pipeline_reads_it(time: object, expected: str | None) -> None:
    found = event_time(line("e", time), EVENTS)
    assert (found.isoformat() if found else None) == expected


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"event_id": "e"}', '"text"'])
def test_a_line_without_a_time_has_none(text: str) -> None:
    assert event_time(text, EVENTS) is None


def test_the_newest_two_days_are_held_back(tmp_path: Path) -> None:
    folder = tmp_path / "landing" / DOMAIN.name / "usage_events"
    folder.mkdir(parents=True)
    (tmp_path / "landing" / DOMAIN.name / "users.csv").write_text("user_id\n")
    old, late = line("old", "2025-08-29T23:59:59Z"), line("late", "2025-08-31T10:59:00Z")
    early, future = line("early", "2025-08-30T00:00:00Z"), line("future", "2031-01-01T00:00:00Z")
    (folder / "a.jsonl").write_text(old + late + "broken\n" + future)
    (folder / "b.jsonl").write_text(early)
    (held,) = hold_back(tmp_path / "landing", tmp_path / "copy", DOMAIN, NOW)
    assert {f"{hour:%d %H}": lines for hour, lines in held.hours.items()} == {
        "30 00": [early],
        "31 10": [late],
    }
    assert (len(held.span), held.folder) == (35, "usage_events")
    copy = tmp_path / "copy" / DOMAIN.name
    assert (copy / "usage_events" / "a.jsonl").read_text() == old + "broken\n" + future
    assert (copy / "usage_events" / "b.jsonl").read_text() == ""
    assert (copy / "users.csv").read_text() == "user_id\n"
    assert (folder / "b.jsonl").read_text() == early


def test_every_byte_that_stays_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "landing" / DOMAIN.name / "usage_events"
    folder.mkdir(parents=True)
    kept = line("old", "2025-08-20T00:00:00Z").encode().replace(b"\n", b"\r\n") + b'{"a": "\xff\rx"}\n'
    (folder / "a.jsonl").write_bytes(kept + line("new", "2025-08-31T10:00:00Z").encode())
    hold_back(tmp_path / "landing", tmp_path / "copy", DOMAIN, NOW)
    assert (tmp_path / "copy" / DOMAIN.name / "usage_events" / "a.jsonl").read_bytes() == kept


def test_events_of_a_compressed_file_are_held_back_too(tmp_path: Path) -> None:
    folder = tmp_path / "landing" / DOMAIN.name / "usage_events"
    folder.mkdir(parents=True)
    old, new = line("old", "2025-08-20T00:00:00Z"), line("new", "2025-08-31T10:00:00Z")
    (folder / "a.jsonl.gz").write_bytes(gzip.compress((old + new).encode()))
    (held,) = hold_back(tmp_path / "landing", tmp_path / "copy", DOMAIN, NOW)
    assert list(held.hours.values()) == [[new]]
    copy = tmp_path / "copy" / DOMAIN.name / "usage_events" / "a.jsonl.gz"
    assert gzip.decompress(copy.read_bytes()).decode() == old


def test_a_stream_without_events_holds_nothing_back(tmp_path: Path) -> None:
    (tmp_path / "landing" / DOMAIN.name).mkdir(parents=True)
    assert hold_back(tmp_path / "landing", tmp_path / "copy", DOMAIN, NOW) == []
