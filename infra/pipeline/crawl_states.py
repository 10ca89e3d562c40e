"""The states that start a zone's crawler and look at it until it has ended."""

from __future__ import annotations

from collections.abc import Mapping

from infra.pipeline.states import States, choice, equals, failure, retry, task, wait

_CRAWLING = retry("Glue.CrawlerRunningException", seconds=30, attempts=20, rate=1.5, longest=300)


def crawl(crawlers: Mapping[str, str], zone: str, *, next: str, wait_seconds: int, step: str = "") -> States:
    """From `step`, or else `Crawl<Zone>`, to `next`, which follows if the crawl succeeded."""
    crawler = {"Name": crawlers[zone]}
    step = step or f"Crawl{zone.capitalize()}"
    look, done = f"LookAt{step}", f"Is{step}Done"
    return {
        **task(
            step,
            "aws-sdk:glue:startCrawler",
            crawler,
            service="glue",
            also_retry=[_CRAWLING],
            next=f"WaitFor{step}",
        ),
        f"WaitFor{step}": wait(wait_seconds, next=look),
        **task(
            look,
            "aws-sdk:glue:getCrawler",
            crawler,
            service="glue",
            select={"crawler.$": "$.Crawler"},
            result="$.crawl",
            next=done,
        ),
        done: choice(
            {"Not": equals("$.crawl.crawler.State", "READY"), "Next": f"WaitFor{step}"},
            {**equals("$.crawl.crawler.LastCrawl.Status", "SUCCEEDED"), "Next": next},
            default=f"{step}Unsuccessful",
        ),
        f"{step}Unsuccessful": failure(
            step,
            {
                "Error": "CrawlUnsuccessful",
                "Cause.$": "States.Format('Crawler {} ended with {}', "
                "$.crawl.crawler.Name, States.JsonToString($.crawl.crawler.LastCrawl))",
            },
        ),
    }
