"""What the definition of a domain's state machine needs: physical names, limits, and its optional parts."""

from __future__ import annotations

from dataclasses import dataclass

from infra.pipeline.copies import load_states
from infra.pipeline.copies.load_states import LoadPlan
from infra.pipeline.copies.publish_states import ServingPlan
from infra.pipeline.crawl_states import ZoneCrawl
from infra.pipeline.refresh_states import DashboardsPlan
from infra.pipeline.states import retry

LEASE_ATTEMPTS = 200
"""Most attempts to acquire the lease: each adds some 25 events to the history, which holds 25,000."""

TASK_RESERVE_SECONDS = 600
"""A job's task waits longer than the job's own time-out, so that the notification reports the job's error."""

CONCURRENT_RUN = retry("Glue.ConcurrentRunsExceededException", seconds=30, attempts=20, rate=1.5, longest=300)


def execution_seconds(job_timeout_seconds: int, *, loads: bool) -> int:
    """Return the time-out of an execution, with `loads` also that of the longest load of the relational copy.

    The rest is eight times the time-out of a job: the wait for another execution, two jobs and their crawls.
    """
    if not loads:
        return 8 * job_timeout_seconds
    task_seconds = job_timeout_seconds + TASK_RESERVE_SECONDS
    return 8 * job_timeout_seconds + load_states.longest_load(task_seconds, CONCURRENT_RUN)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Physical names and limits that the definition needs.

    - `jobs` maps a job's kind (raw_to_processed, processed_to_curated) to its physical name.
    - `catalog_function`: ARN of the function that reconciles and validates the catalog, and logs executions.
    - `crawls` maps a zone (processed, curated) to its crawl; a zone without one is not crawled.
      `crawls_always`: crawl in every execution with new rows, and not only after drops.
    - `wait_seconds`: time between two checks of a crawler.
    - `serving`: None: the pipeline does not publish to a serving store.
    - `load`: None: the pipeline does not load the relational copy.
    - `dashboards`: None: there are no datasets to refresh after a publication.
    """

    domain: str
    jobs: dict[str, str]
    catalog_function: str
    crawls: dict[str, ZoneCrawl]
    processed_bucket: str
    lease_table: str
    topic_arn: str
    wait_seconds: int
    job_timeout_seconds: int
    serving: ServingPlan | None = None
    load: LoadPlan | None = None
    dashboards: DashboardsPlan | None = None
    crawls_always: bool = False

    @property
    def timeout_seconds(self) -> int:
        """Time-out of an execution."""
        return execution_seconds(self.job_timeout_seconds, loads=self.load is not None)

    @property
    def lease_wait_seconds(self) -> int:
        """Time between two attempts to acquire the lease. All together take four times a job's time-out."""
        return max(self.wait_seconds, 4 * self.job_timeout_seconds // LEASE_ATTEMPTS)
