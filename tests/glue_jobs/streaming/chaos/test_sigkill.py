"""A stream whose process and Java are killed and restarted gives the same result as an undisturbed one."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from glue_jobs import stream_to_bronze
from glue_jobs.streaming import speed
from glue_jobs.streaming.sinks import SpeedFiles
from tests.domains.cloud_provider.events_oracle import expected_events
from tests.domains.cloud_provider.oracle import expected, published
from tests.glue_jobs.streaming.chaos.killed_process import MAX_FILES, KillPoint, run_until_killed
from tests.glue_jobs.streaming.conftest import StreamPipeline
from tests.glue_jobs.streaming.lines import event, lines

MASTERS: dict[str, str | bytes] = {
    "customers_orgs.csv": "org_id,org_name,plan_tier\no1,One,pro\no2,Two,free\n",
    "users.csv": "user_id,org_id,active\nu1,o1,true\nu2,o1,false\n",
    "resources.csv": 'resource_id,service,state,tags_json\nr1,compute,running,"[""a:b""]"\n',
}
EVENTS: dict[str, str | bytes] = {
    "1.jsonl": lines(*map(event, range(1, 6)), event(6, org_id="o2"), event(7, value=None)),
    "2.jsonl": lines(*map(event, range(8, 14)), '{"cut'),
    "3.jsonl": lines(event(1), event(2, region="us-west"), *map(event, range(14, 20))),
    "4.jsonl": lines(event(20, service="genai", schema_version=2, genai_tokens=7, carbon_kg=0.5)),
    "5.jsonl": lines(event(3, region="eu-west"), event(21, metric="cpu_hours"), event(22, org_id="o3")),
    "late/6.jsonl": lines(event(23, timestamp="2025-07-01T01:30:00Z"), event(24, cost_usd_increment=-300)),
}
"""Files of three micro-batches. All versions of an event have the same totals."""

PATTERNS = {
    "generation claimed": "after write .*/generations/",
    "generation recorded": "after write _checkpoints/.*generation.json",
    "before bronze is written": "before url bronze/.*batch=s-",
    "within a micro-batch": "before url quarantine/.*batch=s-",
    "bronze written in part": "after copy bronze/.*batch=s-",
    "in the feed, not committed": "after copy _checkpoints/.*/feed/s-",
    "written, not committed": "before write .*/batches/s-",
    "committed, not in the checkpoint": "after write .*/batches/s-",
    "totals deleted, not counted yet": "before write _checkpoints/.*speed.json",
    "totals summed, not written": "before write speed/",
    "totals written, not in the checkpoint": "after write speed/",
    "before the summary is written": "before write _runs/",
}


@pytest.fixture
def pipeline(events: StreamPipeline, monkeypatch: pytest.MonkeyPatch) -> StreamPipeline:
    """A pipeline with uploaded master data and events, whose runs keep the speed view."""
    monkeypatch.setattr(stream_to_bronze, "start_speed", speed.start_speed)
    events.drop(MASTERS)
    events.drop_events(EVENTS)
    return events


def assert_undisturbed(events: StreamPipeline) -> None:
    """Run all jobs once more, then check bronze, quarantine, ledger, totals, silver and gold."""
    events.stream(max_files=MAX_FILES)
    assert events.stream()["status"] == "NOTHING_NEW"
    events.run()
    outcome = expected(events.uploads)
    assert published(events) == outcome.published
    assert len(events.bronze("event_id")) == outcome.good_events
    assert len(set(events.bronze("source_file", "source_row"))) == outcome.good_events
    assert len(events.quarantine("source_file", "source_row")) == outcome.bad_events
    read = {name: entry.rows_read for name, entry in events.entries().items()}
    assert {name: rows for name, rows in read.items() if name.endswith(".jsonl")} == {
        Path(name).name: str(content).count("\n") for name, content in EVENTS.items()
    }
    assert totals(events) == expected_totals()


def totals(events: StreamPipeline) -> Mapping[tuple[Any, ...], Sequence[Any]]:
    files = SpeedFiles(events.store, "processed", events.domain.name, events.table)
    days = {row["event_ts"].date() for row in winners().values()}
    return {
        (row["day"], row["org_id"], row["service"], row["metric"]): [row["events"], row["cost_usd_increment"]]
        for row in files.read(days)
    }


def winners() -> Mapping[str, Mapping[str, Any]]:
    return expected_events(str(content).encode() for content in EVENTS.values()).winners


def expected_totals() -> Mapping[tuple[Any, ...], Sequence[Any]]:
    found: dict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [0, Decimal(0)])
    for row in winners().values():
        total = found[row["event_ts"].date(), row["org_id"], row["service"], row["metric"]]
        total[0] += 1
        total[1] += row["cost_usd_increment"]
    return found


def test_two_kills_within_a_micro_batch_and_after_its_commit_change_nothing(pipeline: StreamPipeline) -> None:
    assert run_until_killed(pipeline.root, KillPoint(PATTERNS["within a micro-batch"]))
    assert run_until_killed(pipeline.root, KillPoint(PATTERNS["committed, not in the checkpoint"]))
    assert_undisturbed(pipeline)


@pytest.mark.chaos
@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=list(PATTERNS))
def test_kill_at_any_point_changes_nothing(pipeline: StreamPipeline, pattern: str) -> None:
    assert run_until_killed(pipeline.root, KillPoint(pattern))
    assert_undisturbed(pipeline)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(7))
def test_two_kills_at_random_moments_change_nothing(pipeline: StreamPipeline, seed: int) -> None:
    chance = random.Random(seed)
    for patterns in (list(PATTERNS.values())[:7], list(PATTERNS.values())[6:-1]):
        point = KillPoint(chance.choice(patterns), seconds=chance.random() / 2)
        assert run_until_killed(pipeline.root, point), point
    assert_undisturbed(pipeline)
