"""Mermaid diagrams of a domain."""

from __future__ import annotations

from lake.documentation.diagrams import lineage, relations
from lake.model.columns import bigint, date, money
from lake.model.spec import Domain, Mart, PartitionUnit, Reference, Table

GUESTS = Table(name="guests", description="Guests.", key=("id",), columns=(bigint("id", "Id."),))
STAYS = Table(
    name="stays",
    description="Stays.",
    key=("stay_id",),
    dated_by="arrival",
    columns=(
        bigint("stay_id", "Id."),
        bigint("guest_id", "Guest."),
        date("arrival", "First night."),
        money("paid", "Paid."),
    ),
    references=(Reference(column="guest_id", table="guests"),),
)
DAILY = Mart(
    name="paid_by_day",
    description="Paid per day.",
    grain=("arrival",),
    inputs=("stays",),
    partition_by=PartitionUnit.MONTH,
    dated_by="arrival",
    columns=(date("arrival", "Day."), money("paid", "Paid.")),
)
TOTAL = Mart(
    name="paid",
    description="Paid.",
    without_grain="Sums repeat.",
    inputs=("paid_by_day",),
    columns=(money("paid", "Paid."),),
)
HOTEL = Domain(name="hotel", description="A hotel.", tables=(GUESTS, STAYS), marts=(TOTAL, DAILY))


def test_relations_show_keys_and_references() -> None:
    assert relations(HOTEL) == "\n".join(
        [
            "```mermaid",
            "erDiagram",
            "    guests {",
            "        bigint id PK",
            "    }",
            "    stays {",
            "        bigint stay_id PK",
            "        bigint guest_id FK",
            "    }",
            '    guests ||--o{ stays : "guest_id"',
            "```",
        ]
    )


def test_lineage_leads_from_silver_tables_to_marts() -> None:
    assert lineage(HOTEL) == "\n".join(
        [
            "```mermaid",
            "flowchart LR",
            "    stays[(silver stays)] --> paid_by_day",
            "    paid_by_day --> paid",
            "```",
        ]
    )
