"""Glue calls that moto lacks: metrics of crawlers, bookmarks of jobs."""

from __future__ import annotations

import json

from moto.core.exceptions import JsonRESTError
from moto.glue.responses import GlueResponse

from localcloud.patching import add


def _crawler_metrics(self: GlueResponse) -> str:
    """GetCrawlerMetrics: the crawlers, without durations and counts, which are not kept here."""
    wanted = self.parameters.get("CrawlerNameList") or []
    backend = self.glue_backend
    names = [name for name in backend.crawlers if not wanted or name in wanted]
    found = [
        {
            "CrawlerName": name,
            "StillEstimating": False,
            "TimeLeftSeconds": 0.0,
            "LastRuntimeSeconds": 0.0,
            "MedianRuntimeSeconds": 0.0,
            "TablesCreated": 0,
            "TablesUpdated": 0,
            "TablesDeleted": 0,
        }
        for name in sorted(names)
    ]
    return json.dumps({"CrawlerMetricsList": found})


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
