"""The configuration of each environment. Other code reads these fields and never the environment's name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any

from lake.errors import CaudalError, UnknownNameError
from lake.naming import AVAILABLE_NOW, CONTINUOUS, TRIGGERS

MEBIBYTE = 1024 * 1024
GIBIBYTE = 1024 * MEBIBYTE

PIPE_BATCH_LIMIT = 200
"""Most keys per execution: its input holds 262,144 characters, and 200 keys of 1,024 bytes fit."""

LOCAL = "local"


_KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")


_PRINCIPAL_ARN = re.compile(
    r"arn:aws[a-z-]*:quicksight:[a-z0-9-]+:\d{12}:(user|group)/[a-zA-Z0-9._-]+/[\w+=,.@/-]+"
)


class ConfigError(CaudalError):
    """A setting has a value that cannot be deployed."""


DROPS = "drops"
ALWAYS = "always"
NEVER = "never"
CRAWLS = (DROPS, ALWAYS, NEVER)

MONTHLY = "monthly"
TRAININGS = (MONTHLY, NEVER)

LAST_DAY_OF_EVERY_MONTH, HOURS_OF_DAY = 28, 24


def _switch(default: Any, help: str, metavar: str = "") -> Any:
    return field(default=default, metadata={"help": help, "metavar": metavar})


@dataclass(frozen=True, kw_only=True)
class Switches:
    """What a person decides about a deployment: options of the commands, and context of the app.

    - `alarm_email`: address subscribed to every domain's topic; empty: no subscription.
    - `stream_trigger`: an `available-now` streaming job processes the files that have arrived and ends; a
      `continuous` one runs, and is billed, all the time.
    - `crawl`: which executions run the crawlers. The jobs register their partitions themselves, so that
      Athena needs no crawl. DROPS: those that bring new partitions from CSV drops. ALWAYS: all that bring new
      rows. NEVER: none; the stacks have no crawlers.
    - `training`: MONTHLY: a schedule trains the models of each domain that has some. NEVER: only a person
      does.
    - `serving`: display name of the database that serves gold. Empty: the stacks have no function, secret
      or publishing step. LOCAL: the Data API of the local cloud.
    - `encrypted_logs`: encrypt log groups and job bookmarks of each domain with a customer managed key, at $1
      a month per domain; jobs and crawlers then have a security configuration.
    - `job_metrics`: let Glue send its metrics of every job run to CloudWatch, which bills them by run.
    - `relational`: load the relational copy into a MySQL database, which costs at rest: an endpoint, storage
      and a secret. `relational_cidr`: addresses from which applications reach it, in peered networks; empty:
      none. `relational_personal`: personal data that applications get, as
      `<table>.<column>,…`; empty: none.
    - `quicksight`: ARN of the QuickSight user or group that owns the domains' dashboards there. Empty: the
      stacks have nothing of QuickSight.
    - `assets_key`: ARN of the customer managed key with which the CDK bootstrap encrypts assets; jobs read
      their code from there. Empty: the bootstrap uses no key of the customer.
    """

    alarm_email: str = _switch(
        "", "Address that is subscribed to the notifications of every domain.", "ADDRESS"
    )
    stream_trigger: str = _switch(
        AVAILABLE_NOW, f"{AVAILABLE_NOW} runs on a schedule; {CONTINUOUS} is billed all the time."
    )
    crawl: str = _switch(DROPS, "Executions that crawl: drops (with new partitions), always, never.")
    training: str = _switch(MONTHLY, f"When models are trained: {MONTHLY}, or {NEVER} by a schedule.")
    serving: str = _switch("", "Serve gold from this database; its secret is created.", "DATABASE")
    encrypted_logs: bool = _switch(False, "Encrypt logs with a key of each domain, at $1 a month each.")
    job_metrics: bool = _switch(False, "Send Glue's metrics of every job run, billed by run.")
    relational: bool = _switch(False, "Load the relational copy into MySQL, at a price at rest.")
    relational_cidr: str = _switch("", "Addresses from which applications reach MySQL.", "CIDR")
    relational_personal: str = _switch("", "Personal data in MySQL: table.column,…", "COLUMNS")
    quicksight: str = _switch("", "Deploy the dashboards to QuickSight, for this user or group of it.", "ARN")
    assets_key: str = _switch("", "Key with which the CDK bootstrap encrypts assets, if it is yours.", "ARN")


@dataclass(frozen=True, kw_only=True)
class Config(Switches):
    """The settings of one environment, beside its switches.

    - `workers`: most G.1X workers of a batch job with auto scaling; at least 2.
    - `job_timeout_minutes`: longest run of a job. `wait_seconds`: time between two checks of a crawler or
      of a held lease.
    - `batch_window_seconds`, `batch_size`: the pipe starts an execution after this time or this number of
      files, whichever is first.
    - `noncurrent_days`, `results_days`, `artifacts_days`, `access_log_days`, `log_days`: how long
      replaced objects, query results, Spark event logs, access logs and CloudWatch logs are kept.
    - `scan_limit_bytes`: Athena cancels a query that reads more.
    - `stream_rate`: how often the schedule starts a streaming job, which also restarts a continuous one that
      ended. `stream_files`: most files of a micro-batch.
    - `batch_rate`: how often the schedule starts the pipeline of a domain with streams.
    - `training_day`, `training_hour`: day of the month, at most 28, and hour in UTC at which models are
      trained.
    - `office_zone`, `office_start`, `office_hours`: the database of the relational copy runs on weekdays in
      this time zone, from this hour, for as many hours.
    - `topic_key`: encrypt each topic with a customer managed key, at $1 a month per domain.
    - `termination_protection`: CloudFormation refuses to delete the stacks.
    - `disposable`: first switch for deleting data; `delete_data` is the second.
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
    stream_rate: str = "1 hour"
    stream_files: int = 200
    batch_rate: str = "1 day"
    training_day: int = 2
    training_hour: int = 4
    office_zone: str = "Etc/UTC"
    office_start: int = 8
    office_hours: int = 8
    topic_key: bool = False
    termination_protection: bool = False
    disposable: bool = False
    delete_data: bool = False

    def __post_init__(self) -> None:
        if self.stream_trigger not in TRIGGERS:
            raise UnknownNameError("stream trigger", self.stream_trigger, TRIGGERS)
        if self.assets_key and not _KEY_ARN.fullmatch(self.assets_key):
            raise ConfigError(
                f"'{self.assets_key}' is not the ARN of a key.",
                where="assets_key",
                hint="Permissions name a key, not its alias: arn:aws:kms:<region>:<account>:key/<id>, as "
                "`aws kms describe-key --key-id <alias>` shows it.",
            )
        if self.quicksight and not _PRINCIPAL_ARN.fullmatch(self.quicksight):
            raise ConfigError(
                f"'{self.quicksight}' is not the ARN of a QuickSight user or group.",
                where="quicksight",
                hint="It looks like arn:aws:quicksight:<region>:<account>:group/default/<name>; "
                "`aws quicksight list-groups --namespace default --aws-account-id <account>` shows it.",
            )
        if self.crawl not in CRAWLS:
            raise UnknownNameError("rule for crawls", self.crawl, CRAWLS)
        if self.training not in TRAININGS:
            raise UnknownNameError("rule for trainings", self.training, TRAININGS)
        if not (1 <= self.training_day <= LAST_DAY_OF_EVERY_MONTH and 0 <= self.training_hour < HOURS_OF_DAY):
            raise ConfigError(
                f"models cannot be trained on day {self.training_day} at {self.training_hour} of each month.",
                where="training_day, training_hour",
                hint=f"Choose a day from 1 to {LAST_DAY_OF_EVERY_MONTH} and an hour from 0 to 23.",
            )

    @property
    def is_local(self) -> bool:
        """Whether the stacks run in the local cloud, whose environment has the packages from PyPI."""
        return self.serving == LOCAL

    @property
    def destroys_data(self) -> bool:
        """Whether deleting a stack deletes its buckets: environment and caller both allow it."""
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


def config_for(env: str, *, delete_data: bool = False, **switches: Any) -> Config:
    """Return the configuration of `env` with the given fields of Switches.

    Raises UnknownNameError for an unknown environment or switch, ConfigError for a key that is no key's ARN.
    """
    if env not in CONFIGS:
        raise UnknownNameError("environment", env, sorted(CONFIGS))
    return replace(CONFIGS[env], delete_data=delete_data, **switches)


def switches_of(read: Callable[[str], str]) -> dict[str, Any]:
    """Return the switches that `read` finds by name as text.

    `true` turns one on, an empty text leaves its default.
    """
    found = {each: read(each.name) for each in fields(Switches)}
    return {
        each.name: text == "true" if isinstance(each.default, bool) else text
        for each, text in found.items()
        if text
    }
