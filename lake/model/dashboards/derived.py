"""The dashboard that every domain has without declaring it: data quality and pipeline."""

from __future__ import annotations

from lake.model.dashboards.fields import (
    Dimension,
    Format,
    Unit,
    gold,
    last_days,
    ratio,
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
from lake.naming import QUALITY_LOG

_CHECKS = gold(QUALITY_LOG, date="checked_at")

_CHECKED = total("rows_checked", "Checked", Format.COUNT)
_FLAGGED = total("rows_flagged", "Flagged", Format.COUNT)
_QUARANTINED = total("rows_quarantined", "Quarantined", Format.COUNT)

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

PIPELINE = Dashboard(
    key="data-quality",
    title="Data quality",
    headline=(
        "{quarantined} results of checks set rows aside in {month}, {quarantined.change} than in "
        "{month_before}."
    ),
    first_headline="{quarantined} results of checks set rows aside in {month}; {flagged} flagged rows stay.",
    sheets=(_QUALITY,),
    filters=(
        Filter(key="month", label="Month"),
        Filter(key="table", label="Table", column="table_name"),
    ),
)
"""Read from logs in gold, whose names are the same for every domain."""
