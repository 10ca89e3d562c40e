"""`quality_by_run`: the log of what the checks counted, which every domain publishes beside its marts.

Lines of two kinds. A batch tells what the checks on arrival counted in the rows that it read. An execution
tells how many references lead nowhere (`<column>.unknown`) in the rows of silver that it recomputed: the
same row is checked again whenever its month is, because the row that it means may have come meanwhile.

It is no mart of the domain: a full refresh changes none of its lines, and adds its own.
"""

from __future__ import annotations

from lake.model.columns import bigint, text, timestamp
from lake.model.marts import Mart
from lake.naming import QUALITY_LOG

QUALITY_BY_RUN = Mart(
    name=QUALITY_LOG,
    description="What each check counted in each run: a log, a line per run, table and check.",
    grain=("run_id", "domain", "table_name", "check_name"),
    inputs=(),
    columns=(
        text("run_id", "The run: the batch that it committed; for .unknown the execution that published."),
        text("domain", "Domain of the table."),
        text("table_name", "Table whose rows were checked."),
        text("check_name", "The check, as quality_flags and failed_checks name it."),
        bigint("rows_checked", "Rows of the table that the run read; for .unknown: that it recomputed."),
        bigint("rows_flagged", "Rows that failed the check and were kept."),
        bigint("rows_quarantined", "Rows that failed the check and went to quarantine."),
        text("execution", "Execution of the job that checked."),
        timestamp("checked_at", "When the batch was committed, or silver recomputed; UTC."),
    ),
)
