"""A feed like the real one is published as expected, whatever the order, split and repetition of files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.domains.cloud_provider.oracle import expected, published
from tests.glue_jobs.streaming.chaos.feed import Files, shuffled_feed, split, with_bad_lines
from tests.glue_jobs.streaming.conftest import FOLDER, StreamPipeline


def assert_published_as_expected(events: StreamPipeline) -> None:
    """Check silver, gold and the number of the stream's records in bronze and quarantine."""
    outcome = expected(events.uploads)
    found = published(events)
    for name, rows in outcome.published.items():
        assert found[name] == rows, name
    assert all(outcome.published[f"gold.{mart.name}"] for mart in events.domain.marts)
    assert len(events.bronze("event_id")) == outcome.good_events
    assert len(events.quarantine("record_id")) == outcome.bad_events


def run_uploads(events: StreamPipeline, uploads: Sequence[Files], *, max_files: int) -> None:
    for files in uploads:
        events.drop(files)
        events.stream(max_files=max_files)
        events.run()


def test_small_feed_with_every_kind_of_line_is_published(events: StreamPipeline, tmp_path: Path) -> None:
    feed = with_bad_lines(shuffled_feed(tmp_path / "feed", events=1_500, per_file=100), seed=1)
    run_uploads(events, split(feed, parts=1, seed=1), max_files=10)
    assert_published_as_expected(events)


@pytest.mark.chaos
@pytest.mark.parametrize(("parts", "max_files", "seed"), [(1, 200, 0), (3, 17, 1)])
@pytest.mark.parametrize("variant", ["clean", "realistic", "bad lines"])
def test_feed_of_the_real_size_is_published(
    events: StreamPipeline, tmp_path: Path, variant: str, parts: int, max_files: int, seed: int
) -> None:
    feed = shuffled_feed(tmp_path / "feed", events=43_200, per_file=360, quirks=variant != "clean")
    assert sum(path.startswith(f"{FOLDER}/") for path in feed) == 120
    files = with_bad_lines(feed, seed) if variant == "bad lines" else feed
    run_uploads(events, split(files, parts, seed), max_files=max_files)
    assert_published_as_expected(events)
