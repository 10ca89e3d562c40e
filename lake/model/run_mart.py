"""`pipeline_runs`: the log of executions and of streams' runs, which every domain publishes beside its marts.

Like the log of checks it is not one of the domain's marts: a full refresh changes none of its rows and adds
its own.
"""

from __future__ import annotations

from lake.model.columns import bigint, decimal, measure, text, timestamp
from lake.model.marts import Mart, PartitionUnit
from lake.naming import RUN_LOG

PIPELINE_RUNS = Mart(
    name=RUN_LOG,
    description="Log of runs: one row per execution of the pipeline that published or failed, and per "
    "run of a stream's job that committed files.",
    grain=("run_id",),
    inputs=(),
    partition_by=PartitionUnit.YEAR,
    dated_by="started_at",
    columns=(
        text("run_id", "Name of the execution; for a stream the id of its job's run."),
        text("flow", "`batch` for an execution of the pipeline; otherwise the stream's table."),
        timestamp("started_at", "Start of the run, UTC. An execution may wait for the one before it."),
        decimal(18, 3)("seconds", "Time from the start to the entry in this log."),
        text(
            "status",
            "OK: published, for a stream written to bronze. PARTIAL: gold is published, but the serving "
            "store or the relational copy is behind, or another step failed afterwards. REJECTED: stopped "
            "by the quality gate. FAILED: any other error.",
        ),
        bigint("files", "Files that the run read; null, as the rows, if it failed before it counted them."),
        bigint("rows_read", "Rows of these files. An execution counts those of drops, a stream its own."),
        bigint("rows_bronze", "Rows that went to bronze."),
        bigint("rows_quarantined", "Rows that went to quarantine."),
        measure(
            "predicted_usd",
            "Predicted cost of the run's jobs that ended, without crawls, in US dollars. Null if none ended.",
        ),
    ),
)
