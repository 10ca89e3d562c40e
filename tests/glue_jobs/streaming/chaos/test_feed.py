"""A feed like the real one ends as the contracts say, in any order, split and repetition."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.domains.cloud_provider.oracle import expected, published
from tests.glue_jobs.streaming.conftest import FOLDER, StreamPipeline
from tests.glue_jobs.streaming.chaos.feed import Files, in_parts, shuffled_feed, soiled


def is_as_expected(events: StreamPipeline) -> None:
    """Silver, gold, and an account of every record of the stream."""
    outcome = expected(events.uploads)
    found = published(events)
    for name, rows in outcome.published.items():
        assert found[name] == rows, name
    assert all(outcome.published[f"gold.{mart.name}"] for mart in events.domain.marts)
    assert len(events.bronze("event_id")) == outcome.good_events
    assert len(events.quarantine("record_id")) == outcome.bad_events


def live_through(events: StreamPipeline, uploads: Sequence[Files], *, max_files: int) -> None:
    for files in uploads:
        events.drop(files)
        events.stream(max_files=max_files)
        events.run()


def test_a_small_feed_of_every_kind_of_line(events: StreamPipeline, tmp_path: Path) -> None:
    feed = soiled(shuffled_feed(tmp_path / "feed", events=1_500, per_file=100), seed=1)
    live_through(events, in_parts(feed, parts=1, seed=1), max_files=10)
    is_as_expected(events)


@pytest.mark.chaos
@pytest.mark.parametrize(("parts", "max_files", "seed"), [(1, 200, 0), (3, 17, 1)])
@pytest.mark.parametrize("variant", ["clean", "as it comes", "dirty"])
def test_a_feed_of_the_real_size(
    events: StreamPipeline, tmp_path: Path, variant: str, parts: int, max_files: int, seed: int
) -> None:
    feed = shuffled_feed(tmp_path / "feed", events=43_200, per_file=360, quirks=variant != "clean")
    assert sum(path.startswith(f"{FOLDER}/") for path in feed) == 120
    files = soiled(feed, seed) if variant == "dirty" else feed
    live_through(events, in_parts(files, parts, seed), max_files=max_files)
    is_as_expected(events)
