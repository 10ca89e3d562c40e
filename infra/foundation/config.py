"""What differs between environments, in one typed place. Nothing else may ask which one it is in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lake.errors import UnknownNameError

MEBIBYTE = 1024 * 1024
GIBIBYTE = 1024 * MEBIBYTE

PIPE_BATCH_LIMIT = 200
"""An execution's input is at most 262,144 characters; 200 keys of 1,024 bytes fit with room to spare."""

AVAILABLE_NOW = "available-now"
CONTINUOUS = "continuous"
LOCAL = "local"
TRIGGERS = (AVAILABLE_NOW, CONTINUOUS)


@dataclass(frozen=True, kw_only=True)
class Config:
    """One environment.

    - `workers`: G.1X workers that a job may grow to; at least 2.
    - `job_timeout_minutes`, `wait_seconds`: how long one job may run, and how often a crawler or a
      held lease is looked at again.
    - `batch_window_seconds`, `batch_size`: how long and for how many files the pipe waits before
      it starts an execution.
    - `noncurrent_days`, `results_days`, `artifacts_days`, `access_log_days`, `log_days`: how long
      replaced objects, query results, Spark event logs, access logs and CloudWatch logs are kept.
    - `scan_limit_bytes`: an Athena query that reads more is cancelled.
    - `stream_trigger`: `available-now` streams take what is there and end, `continuous` ones run and
      are billed all the time. `stream_rate`: how often a stream's job is started, which restarts a
      continuous one that ended. `stream_files`: most files of a micro-batch.
    - `batch_rate`: how often the pipeline of a domain with streams starts by itself.
    - `serving`: what the database that serves gold is called, for people; empty: nothing is served and
      no function, secret or publishing step exists. LOCAL means the Data API of the local cloud.
    - `alarm_email`: subscribes to every domain's topic; None leaves subscribing to the operator.
    - `topic_key`: topics are encrypted with a key of their own, at $1 a month per domain.
    - `disposable`: first switch for deleting data, `delete_data` is the second.
    """

    env: str
    workers: int = 2
    job_timeout_minutes: int = 60
    wait_seconds: int = 30
    batch_window_seconds: int = 60
    batch_size: int = PIPE_BATCH_LIMIT
    noncurrent_days: int = 30
    results_days: int = 7
    artifacts_days: int = 30
    access_log_days: int = 30
    log_days: int = 14
    scan_limit_bytes: int = 10 * GIBIBYTE
    stream_trigger: str = AVAILABLE_NOW
    stream_rate: str = "1 hour"
    stream_files: int = 200
    batch_rate: str = "1 day"
    serving: str = ""
    alarm_email: str | None = None
    topic_key: bool = False
    termination_protection: bool = False
    disposable: bool = False
    delete_data: bool = False

    def __post_init__(self) -> None:
        if self.stream_trigger not in TRIGGERS:
            raise UnknownNameError("stream trigger", self.stream_trigger, TRIGGERS)

    @property
    def destroys_data(self) -> bool:
        """Whether buckets go with their stack: the environment allows it and the caller asked for it."""
        return self.disposable and self.delete_data


DEV = Config(env="dev", disposable=True)

PROD = Config(
    env="prod",
    workers=10,
    job_timeout_minutes=180,
    batch_window_seconds=300,
    noncurrent_days=365,
    results_days=30,
    artifacts_days=90,
    access_log_days=365,
    log_days=365,
    scan_limit_bytes=100 * GIBIBYTE,
    stream_rate="15 minutes",
    topic_key=True,
    termination_protection=True,
)

CONFIGS = {config.env: config for config in (DEV, PROD)}


def config_for(
    env: str,
    *,
    alarm_email: str | None = None,
    delete_data: bool = False,
    stream_trigger: str = AVAILABLE_NOW,
    serving: str = "",
) -> Config:
    """The configuration of `env`. Raises UnknownNameError for an environment or trigger there is not."""
    if env not in CONFIGS:
        raise UnknownNameError("environment", env, sorted(CONFIGS))
    return replace(
        CONFIGS[env],
        alarm_email=alarm_email,
        delete_data=delete_data,
        stream_trigger=stream_trigger,
        serving=serving,
    )
