"""A small test domain about electricity meters, for batches of streams.

It has a master, two streams and a mart by month.
"""

from __future__ import annotations

from lake.model.checks import at_least
from lake.model.columns import bigint, date, text, timestamp
from lake.model.spec import Domain, Mart, PartitionUnit, Reference, Stream, Table

METERS = Table(
    name="meters",
    description="Meters and their sites.",
    key=("meter_id",),
    columns=(text("meter_id", "Identifies the meter."), text("site", "Site of the meter.")),
)

READINGS = Table(
    name="readings",
    description="Readings of meters.",
    key=("reading_id",),
    dated_by="read_at",
    columns=(
        text("reading_id", "Identifies the reading."),
        timestamp("read_at", "Time of the reading."),
        text("meter_id", "Meter of the reading."),
        bigint("kwh", "Energy since the last reading."),
    ),
    checks=(at_least("kwh", 0),),
    references=(Reference(column="meter_id", table="meters"),),
    stream=Stream(folders=("readings",), rank=("read_at",)),
)

ALERTS = Table(
    name="alerts",
    description="Alerts of meters.",
    key=("alert_id",),
    dated_by="raised_at",
    columns=(text("alert_id", "Identifies the alert."), timestamp("raised_at", "Time of the alert.")),
    stream=Stream(folders=("alerts",), rank=("raised_at",)),
)

KWH_BY_MONTH = Mart(
    name="kwh_by_month",
    description="Energy of each month.",
    grain=("read_month",),
    inputs=("readings",),
    partition_by=PartitionUnit.MONTH,
    dated_by="read_month",
    columns=(
        date("read_month", "First day of the month."),
        bigint("readings", "Number of readings."),
        bigint("kwh", "Energy of all meters."),
    ),
)

DOMAIN = Domain(
    name="meters",
    description="Meters.",
    tables=(METERS, READINGS, ALERTS),
    marts=(KWH_BY_MONTH,),
)
