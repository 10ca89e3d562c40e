"""Prices besides those of job runs (`lake.prices`), and what a run is assumed to use."""

from __future__ import annotations

from collections.abc import Mapping

AT_REST: Mapping[str, float] = {
    "AWS::CloudWatch::Alarm": 0.10,
    "AWS::KMS::Key": 1.00,
    "AWS::SecretsManager::Secret": 0.40,
}
"""Resource type → dollars a month, used or not. Other types cost nothing at rest."""

QUICKSIGHT_AUTHOR, QUICKSIGHT_READER = 24.00, 3.00
"""A user a month; an author's price includes 10 GB of SPICE."""

SPICE_GB_MONTH = 0.38
REFRESH_MB = 10
"""What Athena bills at least for the query of a refresh."""

TRANSITION = 0.025 / 1000
S3_GB_MONTH = 0.023
SCAN_TB = 5.00
LOG_GB = 0.50
READ, WRITE = 0.0004 / 1000, 0.005 / 1000
"""An S3 request: GET and HEAD; PUT, COPY and LIST."""

SQS_REQUEST = 0.40 / 1_000_000
METRIC_HOUR = 0.30 / 730
"""A CloudWatch metric, for each hour in which it receives a value."""

HOURS = 730
"""Hours of a month."""
DAYS = HOURS / 24

JOB_MINUTES, IDLE_MINUTES = 2, 1
"""Assumed duration of a job run with and without new rows; Glue bills at least one minute."""

TRAIN_MINUTES, TRAIN_TRANSITIONS = 5, 8
"""Assumed duration of a training, also of unchanged data, and the state transitions of its execution."""

TRANSITIONS, IDLE_TRANSITIONS = 20, 12
"""State transitions of an execution that publishes, and of one without new rows; no wait for a lease."""

CRAWL_TRANSITIONS = 10
"""Further state transitions of a crawl that is ready after some minutes, and of its validation."""

READS, WRITES = 2_000, 500
"""S3 requests of a job run with new rows. A run without finds out with a tenth of them."""

LOG_MB = 1.0
"""Log lines of a job run, in MB."""

GLUE_METRICS = 60
"""Metrics that Glue sends for each run, under its run id, with the switch for the metrics of jobs."""

TABLE_METRICS = 2
"""Metrics that a run sends for each table with new rows."""

POLLS = 5 * 3 * 60
"""Requests an hour with which a pipe polls its queue: five pollers, each waiting up to 20 seconds."""
