"""What one run costs: of a job, of a crawler, of a pipeline."""

from __future__ import annotations

from infra.ops.costs.measured import predicted
from infra.ops.costs.prices import (
    CRAWL_TRANSITIONS,
    GLUE_METRICS,
    IDLE_MINUTES,
    IDLE_TRANSITIONS,
    JOB_MINUTES,
    LOG_GB,
    LOG_MB,
    METRIC_HOUR,
    READ,
    READS,
    TABLE_METRICS,
    TRAIN_MINUTES,
    TRAIN_TRANSITIONS,
    TRANSITION,
    TRANSITIONS,
    WRITE,
    WRITES,
)
from infra.ops.costs.stacks import Job, Stack
from lake import looks
from lake.prices import DPU_HOUR, crawl_dollars, job_dollars_of

LOGS = LOG_MB / 1024 * LOG_GB
REQUESTS = READS * READ + WRITES * WRITE


def compute(job: Job, minutes: float) -> float:
    """Return the dollars of a job's DPUs for this time."""
    return job.dpus * minutes / 60 * float(DPU_HOUR)


def beside(job: Job, *, idle: bool = False) -> float:
    """Return the dollars of a run besides its DPUs: logs, requests, and Glue's metrics where they are on."""
    metrics = GLUE_METRICS * METRIC_HOUR if job.sends_metrics else 0.0
    return LOGS + (REQUESTS / 10 if idle else _requests(job)) + metrics


def _requests(job: Job) -> float:
    """Return the dollars of the requests of a run with new rows: predicted, or of the assumed number."""
    found = predicted(job)
    if found is None:
        return REQUESTS
    return (found.requests.reads * READ + found.requests.writes * WRITE) / found.measures.runs


def looks_for(hours: float) -> float:
    """Return the dollars of a continuous stream's looks for new objects; at most a thousand files are raw."""
    return hours * 3600 * (1 / looks.FOR_FILES + 1 / looks.FOR_BRONZE) * WRITE


def minutes(job: Job) -> float:
    """Return the assumed minutes of a job run with new rows, of which nothing is recorded."""
    return TRAIN_MINUTES if job.is_training else JOB_MINUTES


def compute_of_run(job: Job) -> float:
    """Return the dollars of the DPUs of a job run with new rows: predicted, or of the assumed minutes."""
    if found := predicted(job):
        return float(job_dollars_of(found.dpu_seconds))
    return compute(job, minutes(job))


def basis(job: Job) -> str:
    """Return what `compute_of_run` is computed from."""
    if found := predicted(job):
        return found.basis
    return f"{minutes(job):g} min on {job.dpus:g} DPU"


def job_run(job: Job, *, idle: bool = False) -> float:
    """Return the dollars of a job run with new rows; `idle`: without."""
    return (compute(job, IDLE_MINUTES) if idle else compute_of_run(job)) + beside(job, idle=idle)


def crawl() -> float:
    """Return the dollars of a crawl and its states."""
    return float(crawl_dollars()) + CRAWL_TRANSITIONS * TRANSITION


def pipeline_run(stack: Stack, *, crawls: int) -> float:
    """Return the dollars of an execution that publishes new rows."""
    jobs = sum(job_run(job) for job in stack.jobs if job.is_of_pipeline)
    return jobs + TRANSITIONS * TRANSITION + crawls * crawl()


def idle_pipeline_run(stack: Stack) -> float:
    """Return the dollars of an execution without new rows: it ends after its first job."""
    jobs = [job for job in stack.jobs if job.is_of_pipeline][:1]
    return sum(job_run(job, idle=True) for job in jobs) + IDLE_TRANSITIONS * TRANSITION


def training(stack: Stack) -> float:
    """Return the dollars of a training. It takes as long if the data has not changed."""
    jobs = sum(job_run(job) for job in stack.jobs if job.is_training)
    return jobs + TRAIN_TRANSITIONS * TRANSITION


def table_metrics(tables: int) -> float:
    """Return the dollars of the metrics that a run sends for tables with new rows."""
    return tables * TABLE_METRICS * METRIC_HOUR
