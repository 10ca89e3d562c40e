"""The second job's compaction of streams: published tables stay the same, the summary reports the merges."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from glue_jobs.curation import compactor
from lake import naming
from tests.fakes import FolderStore, KilledBeforeStore, KilledError
from tests.meters.arrivals import Meters, Reading

PREFIX = naming.layer_prefix("bronze", "meters", "readings")


@pytest.fixture(autouse=True)
def merge_from_two_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compactor, "MIN_FILES", 2)


def merged(pipeline: Meters) -> int:
    """Return the number of merged files."""
    return sum("batch=c-" in item.key for item in pipeline.store.list("processed", PREFIX))


def compactions(pipeline: Meters) -> list[dict[str, object]]:
    """Return the compactions of the last run's detail."""
    key = naming.run_detail_key("meters", pipeline.args().execution, "processed_to_curated")
    found: list[dict[str, object]] = json.loads(pipeline.store.read("processed", key))["compactions"]
    return found


def arrivals(chance: random.Random, newest: int) -> list[Reading]:
    """Return a few readings of the last months; ids recur with other values and in other months."""
    return [
        (
            f"r{chance.randint(1, 12)}",
            f"2025-{max(1, newest - chance.choice([0, 0, 1, 3])):02}-{chance.randint(1, 28):02}",
            chance.choice(["m1", "m2"]),
            chance.randint(0, 99),
        )
        for _ in range(chance.randint(1, 3))
    ]


@pytest.mark.parametrize(
    ("seed", "runs"), [(1, 3), *(pytest.param(seed, 8, marks=pytest.mark.chaos) for seed in range(2, 12))]
)
def test_published_tables_are_the_same_with_and_without_compactions(
    meters: Meters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, runs: int
) -> None:
    """The other pipeline has the same arrivals, merges no files, and publishes once at the end."""
    plain = Meters(meters.spark, tmp_path / "plain")
    chance = random.Random(seed)
    for run in range(runs):
        if run == runs // 2:
            for pipeline in (meters, plain):
                pipeline.drop({"meters.csv": "meter_id,site\nm1,roof\n"})
        for _ in range(4):
            rows = arrivals(chance, 3 + run)
            for pipeline in (meters, plain):
                pipeline.read(*rows)
        meters.run()
    monkeypatch.setattr(compactor, "MIN_FILES", 10_000)
    plain.run()
    assert merged(meters) > 0
    assert merged(plain) == 0
    assert meters.published() == plain.published()
    meters.curate(full_refresh=True)
    assert meters.published() == plain.published()


def test_summary_names_compactions_and_changed_partitions(meters: Meters) -> None:
    for number in range(3):
        meters.read((f"r{number}", "2025-06-30", "m1", 1), (f"s{number}", "2025-07-01", "m1", 1))
    summary = meters.curate()
    assert summary["compacted"] is True
    [entry] = compactions(meters)
    assert (entry["table"], entry["year"], entry["month"], entry["rows"]) == ("readings", 2025, 6, 3)
    meters.read(("r9", "2025-07-02", "m1", 1))
    assert meters.curate()["compacted"] is False
    assert meters.curate()["compacted"] is False


def test_failed_compaction_is_reported_and_tried_again(meters: Meters) -> None:
    for number in range(2):
        meters.read((f"r{number}", "2025-06-30", "m1", 1), (f"s{number}", "2025-07-01", "m1", 1))

    class RefusingCompactions(FolderStore):
        def create(self, bucket: str, key: str, body: bytes) -> bool:
            if "/compactions/" in key:
                raise OSError(f"{key}: access denied")
            return super().create(bucket, key, body)

    summary = meters.curate(store=RefusingCompactions(meters.root))
    assert (summary["status"], summary["compacted"]) == ("PUBLISHED", True)
    assert "Small files of streams were not merged: meters/compactions/" in summary["message"]
    assert merged(meters) == 1
    meters.alert(("a1", "2025-08-01"))
    assert "not merged" not in meters.curate()["message"]
    assert [entry["rows"] for entry in compactions(meters)] == [2]
    assert merged(meters) == 1


def test_held_batches_are_not_merged(meters: Meters) -> None:
    for number in range(2):
        meters.read((f"r{number}", "2025-06-30", "m1", 1), bad=20)
    meters.ingest()
    meters.alert(("a1", "2025-08-01"))
    meters.read(("r9", "2025-07-02", "m1", 1))
    assert meters.curate()["compacted"] is False
    assert meters.rows("silver", "readings", "reading_id") == [("r9",)]


def test_run_killed_during_compaction_has_published(meters: Meters) -> None:
    for number in range(2):
        meters.read((f"r{number}", "2025-06-30", "m1", 1), (f"s{number}", "2025-07-01", "m1", 1))
    with pytest.raises(KilledError):
        meters.curate(store=KilledBeforeStore(meters.root, "write meters/compactions/"))
    assert meters.view().pending == ()
    published = meters.published()
    assert published == meters.refreshed()
    meters.alert(("a1", "2025-08-01"))
    assert meters.curate()["compacted"] is True
    assert {**meters.published(), "silver.alerts": []} == {**published, "silver.alerts": []}
