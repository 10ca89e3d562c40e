"""The dashboard that every domain has without declaring it: data quality and pipeline."""

from __future__ import annotations

from lake.model.dashboards.fields import (
    Dimension,
    Format,
    Unit,
    gold,
    last_days,
    present,
    ratio,
    rows,
    total,
)
from lake.model.dashboards.visuals import (
    Bars,
    Better,
    Dashboard,
    Filter,
    Kpi,
    Mark,
    Sheet,
    Table,
    Text,
    Trend,
)
from lake.naming import BATCH_FLOW, QUALITY_LOG, RUN_LOG, RunOutcome

_CHECKS = gold(QUALITY_LOG, date="checked_at")

_CHECKED = total("rows_checked", "Checked", Format.COUNT)
_FLAGGED = total("rows_flagged", "Flagged", Format.COUNT)
_QUARANTINED = total("rows_quarantined", "Quarantined", Format.COUNT)

_RUNS = gold(RUN_LOG, date="started_at")

_NUMBER = rows("Runs")
_SECONDS = total("seconds", "Duration", Format.SECONDS)
_MEAN_SECONDS = ratio(_SECONDS, _NUMBER, "Mean duration", Format.SECONDS)
_BATCH = ("flow", BATCH_FLOW)
_EXECUTION_SECONDS = ratio(
    total("seconds", "Duration of executions", Format.SECONDS, only=_BATCH),
    rows("Executions", only=_BATCH),
    "Mean duration",
    Format.SECONDS,
)
_COST = total("predicted_usd", "Predicted cost", Format.PRICE)
_COSTED = present("predicted_usd", "Runs with a cost")
_READ = total("rows_read", "Rows in", Format.COUNT)
_BRONZE = total("rows_bronze", "Rows out", Format.COUNT)
_SET_ASIDE = total("rows_quarantined", "Quarantined", Format.COUNT)
_FILES = total("files", "Files", Format.COUNT)

_FLOW = Dimension(column="flow", label="Flow")
_DAY = Dimension(column="started_at", label="Day")
_STARTED = Dimension(column="started_at", label="Started", has_time=True)
_STATUS = Dimension(column="status", label="Status")

_CHECK = Dimension(column="check_name", label="Check")
_TABLE = Dimension(column="table_name", label="Table")

_QUALITY = Sheet(
    title="Data quality",
    visuals=(
        Kpi(
            key="quarantined",
            title="Quarantined",
            unit="results of checks that set a row aside",
            dataset=_CHECKS,
            value=_QUARANTINED,
            better=Better.LESS,
        ),
        Kpi(
            key="flagged",
            title="Flagged",
            unit="results of checks that kept the row",
            dataset=_CHECKS,
            value=_FLAGGED,
            better=Better.LESS,
        ),
        Kpi(
            key="checked",
            title="Checked",
            unit="rows × checks",
            dataset=_CHECKS,
            value=_CHECKED,
            better=Better.NEITHER,
        ),
        Kpi(
            key="quarantine_rate",
            title="Quarantine rate",
            unit="per row and check",
            dataset=_CHECKS,
            value=ratio(_QUARANTINED, _CHECKED, "Quarantine rate", Format.PERCENT),
            better=Better.LESS,
        ),
        Trend(
            key="quarantined_by_check",
            title="Which checks set rows aside, and when?",
            unit="Rows quarantined per day, by check",
            dataset=_CHECKS,
            value=_QUARANTINED,
            by=_CHECK,
            mark=Mark.STACKED,
            unit_of_time=Unit.DAY,
            period=last_days(30),
        ),
        Bars(
            key="quarantined_by_table",
            title="Which tables lose rows?",
            unit="Rows quarantined",
            dataset=_CHECKS,
            by=_TABLE,
            values=(_QUARANTINED,),
            compares=True,
            width=4,
        ),
        Table(
            key="checks",
            title="Which checks find something?",
            unit="Results of all checks of the month",
            dataset=_CHECKS,
            by=(_TABLE, _CHECK),
            values=(_CHECKED, _FLAGGED, _QUARANTINED),
            sort="Quarantined",
            most=15,
            bar="Quarantined",
            width=8,
        ),
        Text(
            key="reading",
            title="How to read this",
            text=(
                "A quarantined row is kept with its raw text and can be corrected and sent again. A flagged "
                "row stays in the tables, and its fix is named in quality_flags. A month is the month of the "
                "run, not that of the data."
            ),
        ),
    ),
)

_PIPELINE = Sheet(
    title="Pipeline",
    visuals=(
        Kpi(
            key="runs",
            title="Runs",
            unit="that published, wrote or failed",
            dataset=_RUNS,
            value=_NUMBER,
            better=Better.NEITHER,
            words=("more", "fewer"),
        ),
        Kpi(
            key="failed",
            title="Failed runs",
            unit="without those that the quality gate stopped",
            dataset=_RUNS,
            value=rows("Failed", only=("status", RunOutcome.FAILED)),
            better=Better.LESS,
            words=("more", "fewer"),
        ),
        Kpi(
            key="duration",
            title="Duration",
            unit="mean of an execution, its wait included, without streams",
            dataset=_RUNS,
            value=_EXECUTION_SECONDS,
            better=Better.LESS,
        ),
        Kpi(
            key="run_cost",
            title="Cost per run",
            unit="US$ predicted, of runs whose jobs ended, without crawls",
            dataset=_RUNS,
            value=ratio(_COST, _COSTED, "Cost per run", Format.PRICE),
            better=Better.LESS,
        ),
        Trend(
            key="rows_per_day",
            title="How many rows come in?",
            unit="Rows read per day by flow",
            dataset=_RUNS,
            value=_READ,
            by=_FLOW,
            mark=Mark.STACKED,
            unit_of_time=Unit.DAY,
            period=last_days(30),
            width=7,
        ),
        Table(
            key="freshness",
            title="When did data last arrive?",
            unit="Days on which a run published or wrote rows, the newest first",
            dataset=_RUNS,
            by=(_DAY, _FLOW),
            values=(_FILES, _READ, _BRONZE, _SET_ASIDE),
            only=("status", RunOutcome.OK, RunOutcome.PARTIAL),
            sort="Day",
            most=8,
            period=last_days(30),
            width=5,
        ),
        Trend(
            key="duration_per_day",
            title="Do runs take longer?",
            unit="Mean duration of a run per day by flow, seconds",
            dataset=_RUNS,
            value=_MEAN_SECONDS,
            by=_FLOW,
            mark=Mark.LINE,
            unit_of_time=Unit.DAY,
            period=last_days(30),
            width=5,
        ),
        Table(
            key="newest_runs",
            title="How did the newest runs end?",
            unit="One line per run, the newest first, UTC",
            dataset=_RUNS,
            by=(_STARTED, _FLOW, _STATUS, Dimension(column="run_id", label="Run")),
            values=(_SECONDS, _READ, _BRONZE, _SET_ASIDE, _COST),
            sort="Started",
            most=12,
            period=last_days(30),
        ),
    ),
)

PIPELINE = Dashboard(
    key="data-quality",
    title="Data quality and pipeline",
    headline=(
        "{quarantined} results of checks set rows aside in {month}, {quarantined.change} than in "
        "{month_before}."
    ),
    first_headline="{quarantined} results of checks set rows aside in {month}; {flagged} flagged rows stay.",
    sheets=(_QUALITY, _PIPELINE),
    filters=(
        Filter(key="month", label="Month"),
        Filter(key="table", label="Table", column="table_name"),
        Filter(key="flow", label="Flow", column="flow"),
    ),
)
"""Read from logs in gold, whose names are the same for every domain."""
