"""The states that start a crawler, poll it until it is ready, and validate the catalog."""

from __future__ import annotations

import pytest

from infra.pipeline.crawl_states import crawl
from tests.infra.pipeline_definitions import CATALOG_FUNCTION, PROCESSED, STATES, reachable

CRAWL = crawl(PROCESSED, CATALOG_FUNCTION, next="After", wait_seconds=30)


def test_running_crawler_is_polled_until_it_is_ready() -> None:
    assert CRAWL["CrawlProcessed"]["Parameters"] == {"Name": "crawler-1"}
    assert CRAWL["CrawlProcessed"]["Next"] == "WaitForProcessedCrawl"
    assert CRAWL["WaitForProcessedCrawl"] == {"Type": "Wait", "Seconds": 30, "Next": "GetProcessedCrawl"}
    running, succeeded = CRAWL["IsProcessedCrawlFinished"]["Choices"]
    assert running["Next"] == "WaitForProcessedCrawl"
    assert succeeded["Next"] == "ValidateProcessedCrawl"


def test_unsuccessful_crawl_fails_with_the_result_of_the_crawler() -> None:
    assert CRAWL["IsProcessedCrawlFinished"]["Default"] == "ProcessedCrawlUnsuccessful"
    failed = CRAWL["ProcessedCrawlUnsuccessful"]
    assert (failed["Parameters"]["step"], failed["Next"]) == ("CrawlProcessed", "NotifyFailure")
    assert failed["Parameters"]["what"]["Error"] == "CrawlUnsuccessful"
    assert "LastCrawl" in failed["Parameters"]["what"]["Cause.$"]


def test_crawler_that_already_runs_is_started_again_later() -> None:
    first = CRAWL["CrawlProcessed"]["Retry"][0]
    assert first["ErrorEquals"] == ["Glue.CrawlerRunningException"]
    assert first["MaxAttempts"] > 5


def test_catalog_is_validated_for_the_batches_before_the_crawl() -> None:
    assert CRAWL["ValidateProcessedCrawl"]["Parameters"] == {
        "FunctionName": CATALOG_FUNCTION,
        "Payload": {
            "action": "validate",
            "layers": ["bronze", "quarantine"],
            "crawl_started.$": "$.crawl.crawler.LastCrawl.StartTime",
        },
    }
    equal = CRAWL["IsProcessedCatalogEqual"]
    assert [(rule["StringEquals"], rule["Next"]) for rule in equal["Choices"]] == [("EQUAL", "After")]
    assert equal["Default"] == "ProcessedCatalogDiffers"


def test_catalog_that_differs_fails_with_the_differences() -> None:
    failed = CRAWL["ProcessedCatalogDiffers"]
    assert failed["Parameters"] == {
        "step": "ValidateProcessedCrawl",
        "what": {"Error": "CatalogDiffers", "Cause.$": "$.catalog.message"},
    }
    assert failed["Next"] == "NotifyFailure"


@pytest.mark.parametrize("zone", ["Processed", "Curated"])
def test_both_zones_are_crawled_by_the_pipeline(zone: str) -> None:
    assert f"Crawl{zone}" in reachable("IsFullRefresh", STATES)
