"""Steps towards a goal, and those that leave between two steps."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from dashboard import formats
from dashboard.views.cards import Card
from dashboard.views.groups import groups, in_order, percent_of, share
from dashboard.views.scope import Scope
from dashboard.views.tables import Cells
from lake.model.dashboards.fields import Format
from lake.model.dashboards.visuals import Funnel


def card(visual: Funnel, scope: Scope) -> Card:
    """Return the card of a funnel. The step with the largest positive share that leaves is marked."""
    found = in_order(groups(scope, scope.shown, (visual.steps,), (visual.value,)), visual.steps)
    numbers = [Decimal(group.numbers[0] or 0) for group in found]
    names = [visual.steps.shown(group.key[0]) for group in found]
    losses: list[tuple[Decimal, Decimal | None]] = [
        (before - now, share(before - now, before)) for before, now in pairwise(numbers)
    ]
    positive = [(part, -place) for place, (_, part) in enumerate(losses) if part is not None and part > 0]
    worst = -max(positive)[1] if positive else None
    first = numbers[0] if numbers else None
    steps = [
        {
            "name": name,
            "number": formats.shown(number, visual.value.format),
            "length": percent_of(number, max(numbers)),
            "part": formats.shown(share(number, first), Format.PERCENT),
            "lost": _lost(*losses[place], visual) if place < len(losses) else "",
            "is_worst": place == worst,
        }
        for place, (name, number) in enumerate(zip(names, numbers, strict=True))
    ]
    facts = {"month": formats.month_name(scope.month)} if scope.month else {}
    if worst is not None:
        lost, part = losses[worst]
        facts |= {
            "lost": formats.shown(lost, visual.value.format),
            "lost_share": formats.shown(part, Format.PERCENT),
            "lost_after": names[worst].lower(),
            "lost_before": names[worst + 1].lower(),
            "completed": formats.shown(share(numbers[-1], first), Format.PERCENT),
        }
    return Card(
        key=visual.key,
        kind="funnel",
        title=visual.title,
        subtitle=visual.unit,
        width=visual.width,
        body={"steps": steps},
        cells=Cells(
            [visual.steps.label, visual.value.label, "Lost before the next", "Share lost"],
            [False, True, True, True],
            [
                [name, number, *(losses[place] if place < len(losses) else (None, None))]
                for place, (name, number) in enumerate(zip(names, numbers, strict=True))
            ],
        ),
        facts=facts,
        empty="" if found else "No rows in this selection.",
    )


def _lost(lost: Decimal, part: Decimal | None, visual: Funnel) -> str:
    if lost < 0:
        return f"{formats.shown(-lost, visual.value.format)} more than the step before"
    return f"{formats.shown(lost, visual.value.format)} leave ({formats.shown(part, Format.PERCENT)})"
