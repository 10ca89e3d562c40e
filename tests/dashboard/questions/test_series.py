"""A trend has the same series on the web and in QuickSight: the largest singly, the others as one."""

from __future__ import annotations

from decimal import Decimal

from lake.model.dashboards.fields import Dimension, Format, Unit, total
from lake.model.dashboards.fields import gold as dataset
from lake.model.dashboards.visuals import Mark, Trend
from tests.dashboard import pages
from tests.dashboard.gold import Gold, day
from tests.dashboard.questions.compiled import compiled
from tests.dashboard.questions.three_ways import plain
from tests.infra.dashboards.declared import with_visuals


def usage(**costs: int) -> Gold:
    """Return the costs of services on two days, on the second one US$ more."""
    gold = Gold("cloud_provider")
    for date, more in (("2025-08-30", 0), ("2025-08-31", 1)):
        for service, cost in costs.items():
            gold.add(
                "org_daily_usage_by_service",
                {
                    "org_id": "org_a",
                    "service": service,
                    "usage_date": day(date),
                    "cost_usd": Decimal(cost + more),
                },
            )
    return gold


def web(gold: Gold, dashboard: str, visual: str) -> tuple[list[str], list[list[str]]]:
    """Return the names of a trend's series, and the rows of its table."""
    cells = pages.card(pages.page(gold, dashboard), visual).cells
    assert cells is not None
    return list(cells.headings[1:]), cells.shown()


def test_the_largest_services_are_shown_singly_and_the_others_as_one() -> None:
    gold = usage(compute=5, database=40, storage=1, networking=30, analytics=20, security=2)
    names, rows = web(gold, "finops", "daily_cost")
    assert [name.lower() for name in names] == ["database", "networking", "analytics", "other"]
    lines = compiled(gold, "finops").shown("daily_cost").lines
    assert [(str(date), name, plain(cost)) for date, name, cost in lines] == [
        (date, name, plain(cost)) for date, *costs in rows for name, cost in zip(names, costs, strict=True)
    ]
    assert [cost for _, _, cost in lines] == [40, 30, 20, 8, 41, 31, 21, 11]


def test_as_many_services_as_colours_are_as_many_series() -> None:
    gold = usage(compute=5, database=40, storage=1, networking=30)
    names, rows = web(gold, "finops", "daily_cost")
    lines = compiled(gold, "finops").shown("daily_cost").lines
    assert [name.lower() for name in names] == ["database", "networking", "compute", "storage"]
    assert [str(name).lower() for _, name, _ in lines[:4]] == ["database", "networking", "compute", "other"]
    assert [plain(cost) for _, _, cost in lines] == [plain(cost) for _, *costs in rows for cost in costs]


def test_ordered_groups_come_in_the_order_of_their_names() -> None:
    gold = Gold("ecommerce")
    weekly = Trend(
        key="weekly",
        title="W?",
        unit="US$",
        dataset=dataset("sales_by_week", date="week_start"),
        value=total("revenue_usd", "Revenue", Format.DOLLARS),
        by=Dimension(
            column="device",
            label="Device",
            names=(("mobile", "Mobile"), ("desktop", "Desktop"), ("tablet", "Tablet")),
            ordered=True,
        ),
        unit_of_time=Unit.WEEK,
        mark=Mark.STACKED,
    )
    gold.domain = with_visuals(weekly, filters=())
    for place, device in enumerate(("watch", "tablet", "desktop", "mobile", "console")):
        gold.add(
            "sales_by_week",
            {"week_start": day("2025-09-01"), "device": device, "revenue_usd": Decimal(10 - place)},
        )
    names, [row] = web(gold, "board", "weekly")
    assert names == ["Mobile", "Desktop", "Tablet", "Other"]
    lines = compiled(gold, "board").shown("weekly").lines
    assert [(name, plain(revenue)) for _, name, revenue in lines] == [
        (name, plain(revenue)) for name, revenue in zip(names, row[1:], strict=True)
    ]
