"""Words that jobs, functions, the state machine and the tools exchange: triggers, and statuses of runs."""

from __future__ import annotations

AVAILABLE_NOW = "available-now"
"""Trigger of a streaming job that processes the files that have arrived, and ends."""

CONTINUOUS = "continuous"
"""Trigger of a streaming job that runs, and is billed, all the time."""

TRIGGERS = (AVAILABLE_NOW, CONTINUOUS)


class RunStatus:
    """`status` in the run summary of a job."""

    COMMITTED = "COMMITTED"
    """Files were ingested as a batch."""

    REJECTED = "REJECTED"
    """The quality gate rejected the batch, or has held a stream while there is nothing else to publish."""

    NOTHING_NEW = "NOTHING_NEW"
    """There were no new files."""

    PUBLISHED = "PUBLISHED"
    """Silver and gold were recomputed."""

    NOTHING_TO_DO = "NOTHING_TO_DO"
    """Silver and gold, or the relational copy, were up to date."""

    PARTIAL = "PARTIAL"
    """The relational copy lacks rows that MySQL cannot hold."""

    PROMOTED = "PROMOTED"
    """A training found a better version, and the pointer names it."""

    KEPT = "KEPT"
    """A training found no version that is better by enough, and the pointer stays."""

    UNCHANGED = "UNCHANGED"
    """A training found the version that is promoted already: neither data nor code has changed."""

    TOO_LITTLE_DATA = "TOO_LITTLE_DATA"
    """There is too little data to train on, and the pointer stays."""

    ALREADY_RUNNING = "ALREADY_RUNNING"
    """Another training of the domain runs. Only the state machine sets it."""


class RunOutcome:
    """`status` of a run in the log of runs."""

    OK = "OK"
    PARTIAL = "PARTIAL"
    """Gold is published, but the serving store, the relational copy or another step after it is behind."""

    FAILED = "FAILED"
    REJECTED = "REJECTED"
    """The quality gate stopped the run."""


BATCH_FLOW = "batch"
"""`flow` of the state machine's executions in the log of runs."""

BATCH_REJECTED = "BatchRejected"
"""Error of an execution that the quality gate stopped."""


class ServingStatus:
    """`status` of a partition, or of a whole mart, that is published to the serving store."""

    PUBLISHED = "PUBLISHED"
    """The store equals the mart."""

    PARTIAL = "PARTIAL"
    """It does, except for documents that the store refused."""

    CONTINUE = "CONTINUE"
    """The function ran out of time: it has to be invoked again with the answer's `continuation`."""

    FAILED = "FAILED"
    """The function raised an error. Only the state machine sets it, for a mart."""


class LoadStatus:
    """The outcome of a load of the relational copy, in an execution."""

    LOADED = "LOADED"
    """MySQL equals silver and gold."""

    PARTIAL = "PARTIAL"
    """It does not: the load failed, or left out rows that MySQL cannot hold."""


class DatabaseStatus:
    """The answer of the function that starts and stops the database."""

    READY = "READY"
    """The database is available."""

    WAIT = "WAIT"
    """It starts, or is between two states: ask again."""

    UNUSABLE = "UNUSABLE"
    """It is in a state from which it does not start by itself."""

    ASLEEP = "ASLEEP"
    """It is stopped, or stops."""


class FileStatus:
    """The outcome of a raw file, in the ledger."""

    INGESTED = "ingested"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"


class BatchStatus:
    """Whether readers may use a batch: a rejected one is hidden until it is released."""

    COMMITTED = "committed"
    REJECTED = "rejected"
