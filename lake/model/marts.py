"""Marts: the tables that a domain publishes in gold, and the logs that every domain publishes beside them.

`quality_by_run`, the log of check results, has two kinds of rows. A batch records the results of the checks
on arrival, over the rows that it read. An execution records the references without a parent row
(`<column>.unknown`), over the silver rows that it recomputed: a row is checked again whenever its month is
recomputed, because its parent may have arrived since. `pipeline_runs` has the executions and the runs of
streams' jobs.

The logs are none of the domain's marts: a full refresh changes none of their rows and adds its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lake.model.columns import Column, bigint, decimal, measure, text, timestamp
from lake.naming import QUALITY_LOG, RUN_LOG


class PartitionUnit(Enum):
    """The unit in which a published table is partitioned."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, kw_only=True)
class Mart:
    """A published gold table, computed by `gold/<name>.py` from `inputs` (silver tables or other marts).

    - `grain`: the columns that identify a row. A run that would publish two rows with equal values fails.
    - `without_grain`: why no columns identify a row. A mart declares this or a grain.
    - `partition_by`, `dated_by`: the mart is partitioned by the month or year of the date column `dated_by`.
      A mart with neither is not partitioned, and each run rewrites it whole.
    - `whole`: each run recomputes the partitioned mart from all of its inputs (a model fitted on all data).
    - `model`: the model whose parameters `build` takes by that name; see `Model`.
    - `looked_up`: dated inputs that rows join by key regardless of the month; the job reads them whole.
      Of the other dated inputs the job reads only the months that it recomputes.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    inputs: tuple[str, ...]
    grain: tuple[str, ...] = ()
    without_grain: str = ""
    partition_by: PartitionUnit | None = None
    dated_by: str | None = None
    whole: bool = False
    looked_up: tuple[str, ...] = ()
    model: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether each run recomputes the mart from all of its inputs, whichever partitions are touched."""
        return self.whole or self.partition_by is None

    @property
    def arguments(self) -> tuple[str, ...]:
        """Names of what `build` takes: the inputs, and the model if the mart has one."""
        return self.inputs if self.model is None else (*self.inputs, self.model)

    @property
    def partition_keys(self) -> tuple[str, ...]:
        """Names of the partition keys: year and month, year, or none."""
        if self.partition_by is PartitionUnit.MONTH:
            return ("year", "month")
        return ("year",) if self.partition_by is PartitionUnit.YEAR else ()


QUALITY_BY_RUN = Mart(
    name=QUALITY_LOG,
    description="Log of check results: one row per run, table and check.",
    grain=("run_id", "domain", "table_name", "check_name"),
    inputs=(),
    columns=(
        text("run_id", "Batch that the run committed; for .unknown checks the execution that published."),
        text("domain", "Domain of the table."),
        text("table_name", "Table whose rows were checked."),
        text("check_name", "Name of the check, as in quality_flags and failed_checks."),
        bigint(
            "rows_checked",
            "Rows of the table that the run read; for .unknown checks: recomputed; for file checks: files.",
        ),
        bigint("rows_flagged", "Rows that failed the check and were kept."),
        bigint("rows_quarantined", "Rows that failed the check and went to quarantine."),
        text("execution", "Execution whose job ran the check."),
        timestamp("checked_at", "Time of the batch's commit, or of silver's recomputation; UTC."),
    ),
)

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
