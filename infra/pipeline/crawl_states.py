"""States that start a zone's crawler, wait until it has finished, and validate the catalog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra.pipeline.states import State, States, all_of, choice, equals, failure, retry, task, wait

_CRAWLER_RUNNING = retry("Glue.CrawlerRunningException", seconds=30, attempts=20, rate=1.5, longest=300)


@dataclass(frozen=True, kw_only=True)
class ZoneCrawl:
    """The crawl of one zone: its crawler, and the layers whose partitions are validated afterwards."""

    zone: str
    crawler: str
    layers: tuple[str, ...]

    @property
    def start(self) -> str:
        """Name of the first state."""
        return f"Crawl{self.zone.capitalize()}"


def crawl_if(
    of: ZoneCrawl | None,
    function: str,
    needed: Sequence[State],
    *,
    next: str,
    wait_seconds: int,
    always: bool,
) -> tuple[str, States]:
    """Return the first of the states that crawl a zone, and these states; `next` follows them.

    The zone is crawled if all `needed` hold, or `always`: the execution has brought partitions of drops, and
    the zone has new ones. The jobs have registered them already, and so have streams, whose executions need
    no crawl. A zone without a crawl has no states. For `function` and `wait_seconds` see `crawl`.
    """
    if of is None:
        return next, {}
    states = crawl(of, function, next=next, wait_seconds=wait_seconds)
    if always:
        return of.start, states
    step = f"Is{of.zone.capitalize()}PartitionNew"
    condition = all_of(*needed, next=of.start) if len(needed) > 1 else {**needed[0], "Next": of.start}
    return step, {step: choice(condition, default=next), **states}


def crawl(of: ZoneCrawl, function: str, *, next: str, wait_seconds: int) -> States:
    """Return the states from `of.start` to `next`, which follows if the crawl left the catalog as published.

    `function` is the ARN of the function that validates. `wait_seconds` is the time between two checks of
    the crawler.
    """
    crawler = {"Name": of.crawler}
    subject = of.zone.capitalize()
    step, waiting, poll = of.start, f"WaitFor{subject}Crawl", f"Get{subject}Crawl"
    finished, unsuccessful = f"Is{subject}CrawlFinished", f"{subject}CrawlUnsuccessful"
    validation = f"Validate{subject}Crawl"
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
            {**equals("$.crawl.crawler.LastCrawl.Status", "SUCCEEDED"), "Next": validation},
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
        **_validate(of, validation, function, next=next),
    }


def _validate(of: ZoneCrawl, step: str, function: str, *, next: str) -> States:
    """Return the states that fail the execution if the crawl left the catalog different from the ledger.

    A crawler may succeed and register nothing, or register what no batch of the ledger has.
    """
    complete, differs = f"Is{of.zone.capitalize()}CatalogEqual", f"{of.zone.capitalize()}CatalogDiffers"
    payload = {
        "action": "validate",
        "layers": list(of.layers),
        "crawl_started.$": "$.crawl.crawler.LastCrawl.StartTime",
    }
    return {
        **ask(step, function, payload, next=complete),
        complete: choice({**equals("$.catalog.status", "EQUAL"), "Next": next}, default=differs),
        differs: failure(step, {"Error": "CatalogDiffers", "Cause.$": "$.catalog.message"}),
    }


def ask(step: str, function: str, payload: Mapping[str, object], *, next: str, comment: str = "") -> States:
    """Return the states that invoke the catalog's function; `$.catalog` then has its status and message."""
    return task(
        step,
        "lambda:invoke",
        {"FunctionName": function, "Payload": payload},
        service="lambda",
        select={"status.$": "$.Payload.status", "message.$": "$.Payload.message"},
        result="$.catalog",
        comment=comment,
        next=next,
    )
