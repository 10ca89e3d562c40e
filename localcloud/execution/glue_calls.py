"""Glue calls that moto lacks: metrics of crawlers, bookmarks of jobs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.glue.responses import GlueResponse

from localcloud.execution.crawler import Crawl
from localcloud.patching import add


def _crawler_metrics(self: GlueResponse) -> str:
    """GetCrawlerMetrics: the durations of each crawler's crawls, and what its last one changed."""
    wanted = self.parameters.get("CrawlerNameList") or []
    crawlers: dict[str, Any] = dict(self.glue_backend.crawlers)
    now = datetime.now(UTC)
    names = sorted(name for name in crawlers if not wanted or name in wanted)
    return json.dumps({"CrawlerMetricsList": [metrics(name, crawlers[name].crawls, now) for name in names]})


def metrics(name: str, crawls: Sequence[Crawl], now: datetime) -> dict[str, Any]:
    """Return the CrawlerMetrics of a crawler whose crawls are given in their order.

    The time left of a crawl that runs is estimated by the median of those before; the first one has none.
    """
    ended = [crawl.seconds(now) for crawl in crawls if crawl.end_time is not None]
    typical = median(ended) if ended else 0.0
    is_running = bool(crawls) and crawls[-1].end_time is None
    return {
        "CrawlerName": name,
        "StillEstimating": is_running and not ended,
        "TimeLeftSeconds": max(0.0, typical - crawls[-1].seconds(now)) if is_running else 0.0,
        "LastRuntimeSeconds": ended[-1] if ended else 0.0,
        "MedianRuntimeSeconds": typical,
        # A crawler of catalog targets changes partitions of declared tables only.
        "TablesCreated": 0,
        "TablesUpdated": crawls[-1].updated if crawls else 0,
        "TablesDeleted": 0,
    }


def _job_bookmark(self: GlueResponse) -> str:
    """GetJobBookmark: no job here keeps one, so that there is none to return."""
    name = self.parameters.get("JobName")
    raise JsonRESTError("EntityNotFoundException", f"Continuation for job {name} not found")


def _column_statistics(self: GlueResponse) -> str:
    """GetColumnStatisticsForTable and …ForPartition: nothing computes statistics here."""
    return json.dumps({"ColumnStatisticsList": [], "Errors": []})


def install() -> None:
    """Answer the calls."""
    add(GlueResponse, "get_crawler_metrics", _crawler_metrics)
    add(GlueResponse, "get_job_bookmark", _job_bookmark)
    add(GlueResponse, "get_column_statistics_for_table", _column_statistics)
    add(GlueResponse, "get_column_statistics_for_partition", _column_statistics)
