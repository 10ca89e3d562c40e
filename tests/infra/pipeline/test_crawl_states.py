"""The states that start a crawler and poll it until it is ready."""

from __future__ import annotations

import pytest

from infra.pipeline.crawl_states import crawl
from tests.infra.pipeline_definitions import STATES, reachable

CRAWLERS = {"processed": "crawler-1"}


def test_crawls_start_only_for_new_partitions() -> None:
    for name in ("IsProcessedPartitionNew", "IsCuratedPartitionNew"):
        assert STATES[name]["Choices"][0]["BooleanEquals"] is True
        assert "Crawl" in STATES[name]["Choices"][0]["Next"]


def test_running_crawler_is_polled_until_it_is_ready() -> None:
    states = crawl(CRAWLERS, "processed", next="After", wait_seconds=30)
    assert states["CrawlProcessed"]["Parameters"] == {"Name": "crawler-1"}
    assert states["CrawlProcessed"]["Next"] == "WaitForProcessedCrawl"
    assert states["WaitForProcessedCrawl"] == {"Type": "Wait", "Seconds": 30, "Next": "GetProcessedCrawl"}
    running, succeeded = states["IsProcessedCrawlFinished"]["Choices"]
    assert running["Next"] == "WaitForProcessedCrawl"
    assert succeeded["Next"] == "After"


def test_unsuccessful_crawl_fails_with_the_result_of_the_crawler() -> None:
    states = crawl(CRAWLERS, "processed", next="After", wait_seconds=30)
    assert states["IsProcessedCrawlFinished"]["Default"] == "ProcessedCrawlUnsuccessful"
    failed = states["ProcessedCrawlUnsuccessful"]
    assert (failed["Parameters"]["step"], failed["Next"]) == ("CrawlProcessed", "NotifyFailure")
    assert failed["Parameters"]["what"]["Error"] == "CrawlUnsuccessful"
    assert "LastCrawl" in failed["Parameters"]["what"]["Cause.$"]


def test_crawler_that_already_runs_is_started_again_later() -> None:
    states = crawl(CRAWLERS, "processed", next="After", wait_seconds=30)
    first = states["CrawlProcessed"]["Retry"][0]
    assert first["ErrorEquals"] == ["Glue.CrawlerRunningException"]
    assert first["MaxAttempts"] > 5


def test_second_crawl_of_a_zone_has_its_own_states() -> None:
    first = crawl(CRAWLERS, "processed", next="After", wait_seconds=30)
    second = crawl(CRAWLERS, "processed", next="After", wait_seconds=30, subject="Compacted")
    assert not first.keys() & second.keys()


@pytest.mark.parametrize("zone", ["Processed", "Curated"])
def test_both_zones_are_crawled_by_the_pipeline(zone: str) -> None:
    assert f"Crawl{zone}" in reachable("IsFullRefresh", STATES)
