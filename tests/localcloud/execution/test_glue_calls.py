"""Metrics of crawlers are computed from their crawls."""

from __future__ import annotations

import datetime as dt

from localcloud.execution.crawler import Crawl
from localcloud.execution.glue_calls import metrics

START = dt.datetime(2025, 12, 24, tzinfo=dt.UTC)


def crawl(seconds: float | None, updated: int = 0) -> Crawl:
    """A crawl that took some seconds, or still runs."""
    found = Crawl("c")
    found.start_time, found.updated = START, updated
    if seconds is not None:
        found.finish(None)
        found.end_time = START + dt.timedelta(seconds=seconds)
    return found


def test_crawler_that_never_ran_has_zeros() -> None:
    found = metrics("c", [], START)
    assert (found["LastRuntimeSeconds"], found["MedianRuntimeSeconds"], found["TablesUpdated"]) == (0, 0, 0)
    assert not found["StillEstimating"]


def test_last_and_median_duration_are_of_the_ended_crawls() -> None:
    found = metrics("c", [crawl(10), crawl(40), crawl(20, updated=3)], START)
    assert (found["LastRuntimeSeconds"], found["MedianRuntimeSeconds"], found["TablesUpdated"]) == (20, 20, 3)
    assert found["TimeLeftSeconds"] == 0


def test_time_left_of_a_running_crawl_is_estimated_by_those_before() -> None:
    after = START + dt.timedelta(seconds=12)
    assert metrics("c", [crawl(30), crawl(None)], after)["TimeLeftSeconds"] == 18
    assert metrics("c", [crawl(10), crawl(None)], after)["TimeLeftSeconds"] == 0
    first = metrics("c", [crawl(None)], after)
    assert (first["StillEstimating"], first["TimeLeftSeconds"]) == (True, 0)
