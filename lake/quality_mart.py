"""`quality_by_run`: the log of what the checks counted, which every domain publishes beside its marts.

It is no mart of the domain: nothing computes it from silver, and a full refresh does not change it.
"""

from __future__ import annotations

from lake.columns import bigint, text, timestamp
from lake.naming import QUALITY_LOG
from lake.spec import Mart

QUALITY_BY_RUN = Mart(
    name=QUALITY_LOG,
    description="What each check counted in each run over new rows: a log, a line per run, table and check.",
    grain=("run_id", "domain", "table_name", "check_name"),
    inputs=(),
    columns=(
        text("run_id", "The run, by the batch that it committed."),
        text("domain", "Domain of the table."),
        text("table_name", "Table whose new rows were checked."),
        text("check_name", "The check, as quality_flags and failed_checks name it."),
        bigint("rows_checked", "Rows of the table that the run read."),
        bigint("rows_flagged", "Rows that failed the check and were kept."),
        bigint("rows_quarantined", "Rows that failed the check and went to quarantine."),
        text("execution", "Execution of the job that checked."),
        timestamp("checked_at", "When the batch was committed, UTC."),
    ),
)
