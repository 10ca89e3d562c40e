"""States that start a zone's crawler and wait until it has finished."""

from __future__ import annotations

from collections.abc import Mapping

from infra.pipeline.states import States, choice, equals, failure, retry, task, wait

_CRAWLER_RUNNING = retry("Glue.CrawlerRunningException", seconds=30, attempts=20, rate=1.5, longest=300)


def crawl(
    crawlers: Mapping[str, str], zone: str, *, next: str, wait_seconds: int, subject: str = ""
) -> States:
    """Return the states from `Crawl<Subject>` to `next`, which follows if the crawl succeeded.

    `crawlers` maps a zone to its crawler. `subject` is the zone unless given; a machine that crawls a zone
    twice needs it. `wait_seconds` is the time between two checks of the crawler.
    """
    crawler = {"Name": crawlers[zone]}
    subject = subject or zone.capitalize()
    step, waiting, poll = f"Crawl{subject}", f"WaitFor{subject}Crawl", f"Get{subject}Crawl"
    finished, unsuccessful = f"Is{subject}CrawlFinished", f"{subject}CrawlUnsuccessful"
    return {
        **task(
            step,
            "aws-sdk:glue:startCrawler",
            crawler,
            service="glue",
            also_retry=[_CRAWLER_RUNNING],
            next=waiting,
        ),
        waiting: wait(wait_seconds, next=poll),
        **task(
            poll,
            "aws-sdk:glue:getCrawler",
            crawler,
            service="glue",
            select={"crawler.$": "$.Crawler"},
            result="$.crawl",
            next=finished,
        ),
        finished: choice(
            {"Not": equals("$.crawl.crawler.State", "READY"), "Next": waiting},
            {**equals("$.crawl.crawler.LastCrawl.Status", "SUCCEEDED"), "Next": next},
            default=unsuccessful,
        ),
        unsuccessful: failure(
            step,
            {
                "Error": "CrawlUnsuccessful",
                "Cause.$": "States.Format('Crawler {} ended with {}', "
                "$.crawl.crawler.Name, States.JsonToString($.crawl.crawler.LastCrawl))",
            },
        ),
    }
