"""`quality_by_run`: the log of check results, which every domain publishes beside its marts.

The log has two kinds of rows. A batch records the results of the checks on arrival, over the rows that it
read. An execution records the references without a parent row (`<column>.unknown`), over the silver rows
that it recomputed: a row is checked again whenever its month is recomputed, because its parent may have
arrived since.

The log is not one of the domain's marts: a full refresh changes none of its rows and adds its own.
"""

from __future__ import annotations

from lake.model.columns import bigint, text, timestamp
from lake.model.marts import Mart
from lake.naming import QUALITY_LOG

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
