"""Restoring the catalog's partitions after a restart: templates declare tables, crawlers add partitions."""

from __future__ import annotations

import time
from typing import Any

from moto.s3.models import s3_backends

from localcloud.context import Context

CRAWL_TIMEOUT_SECONDS = 60.0
POLL_SECONDS = 0.05


def restore_partitions(context: Context) -> None:
    """Run the crawlers whose tables hold objects, so that queries see the partitions of earlier runs.

    A crawler that fails is reported as a background failure: the deployment itself has succeeded.
    """
    glue = context.client("glue")
    started = [name for name in glue.list_crawlers()["CrawlerNames"] if _has_objects(glue, name, context)]
    for name in started:
        glue.start_crawler(Name=name)
    deadline = time.monotonic() + CRAWL_TIMEOUT_SECONDS
    for name in started:
        while (crawler := glue.get_crawler(Name=name)["Crawler"])["State"] != "READY":
            if time.monotonic() > deadline:
                break
            time.sleep(POLL_SECONDS)
        last = crawler.get("LastCrawl", {})
        if last.get("Status") != "SUCCEEDED":
            context.report(f"crawler {name} at start", last.get("ErrorMessage", crawler["State"]))


def _has_objects(glue: Any, crawler: str, context: Context) -> bool:
    targets = glue.get_crawler(Name=crawler)["Crawler"]["Targets"].get("CatalogTargets", [])
    return any(
        _table_has_objects(glue.get_table(DatabaseName=target["DatabaseName"], Name=table)["Table"], context)
        for target in targets
        for table in target["Tables"]
    )


def _table_has_objects(table: dict[str, Any], context: Context) -> bool:
    location = str(table["StorageDescriptor"]["Location"]).split("://", 1)[-1]
    bucket_name, _, prefix = location.partition("/")
    bucket = s3_backends[context.account]["aws"].buckets.get(bucket_name)
    return bucket is not None and any(key.startswith(prefix) for key in dict.keys(bucket.keys))
