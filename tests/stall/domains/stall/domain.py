"""A small test domain about a market stall, with a model: the usual takings of a day, and their bounds.

The model's marts are one by month, and one that depends on it and is rewritten whole.
"""

from __future__ import annotations

from lake.model.checks import allowed
from lake.model.columns import bigint, boolean, date, money, text
from lake.model.models import Fingerprint, Model, Watch
from lake.model.spec import Domain, Mart, PartitionUnit, Table

TAKINGS = Table(
    name="takings",
    description="Takings of a stall's day.",
    key=("stall", "day"),
    dated_by="day",
    columns=(text("stall", "Stall."), date("day", "Day."), money("taken", "Takings.", required=True)),
)

VERDICTS = Table(
    name="verdicts",
    description="What people say about a day.",
    key=("stall", "day"),
    columns=(text("stall", "Stall."), date("day", "Day."), text("verdict", "Verdict.", required=True)),
    checks=(allowed("verdict", ("planned", "odd")),),
)

TAKINGS_BY_DAY = Mart(
    name="takings_by_day",
    description="Takings by day.",
    grain=("stall", "day"),
    inputs=("takings",),
    partition_by=PartitionUnit.MONTH,
    dated_by="day",
    columns=(text("stall", "Stall."), date("day", "Day."), money("taken", "Takings.")),
)

ODD_DAYS = Mart(
    name="odd_days",
    description="Days with their bounds: those of the model, or 0 to 100.",
    grain=("stall", "day"),
    inputs=("takings_by_day", "verdicts"),
    model="usual_takings",
    partition_by=PartitionUnit.MONTH,
    dated_by="day",
    whole=True,
    columns=(
        text("stall", "Stall."),
        date("day", "Day."),
        money("taken", "Takings."),
        money("low", "Lower bound."),
        money("high", "Upper bound."),
        boolean("is_odd", "Outside of the bounds."),
        text("verdict", "What people say."),
        text("model_version", "Version."),
    ),
)

ODD_BY_VERSION = Mart(
    name="odd_by_version",
    description="Number of odd days.",
    grain=("model_version",),
    inputs=("odd_days",),
    columns=(text("model_version", "Version."), bigint("odd", "Odd days.")),
)

USUAL_TAKINGS = Model(
    name="usual_takings",
    description="The usual takings.",
    inputs=("takings_by_day", "verdicts"),
    fingerprint=Fingerprint(mart="takings_by_day", dated_by="day", columns=("stall", "day", "taken")),
    watch=Watch(
        mart="odd_days",
        value="taken",
        lower="low",
        upper="high",
        by="stall",
        verdict="verdict",
        explained=("planned",),
    ),
    feedback="verdicts",
    key=("stall",),
    parameters=(text("stall", "Stall; null for all."), money("low", "Lower."), money("high", "Upper.")),
)

DOMAIN = Domain(
    name="stall",
    description="A market stall.",
    tables=(TAKINGS, VERDICTS),
    marts=(TAKINGS_BY_DAY, ODD_DAYS, ODD_BY_VERSION),
    models=(USUAL_TAKINGS,),
)
