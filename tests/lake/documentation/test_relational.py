"""The data dictionary draws the relational tables and lists their columns with MySQL types."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lake.documentation.relational import relational_blocks
from lake.model.discovery import load_domain

SHOP = load_domain("ecommerce")
LINES = [line for block in relational_blocks(SHOP) for line in block.splitlines()]


@pytest.mark.parametrize(
    "line",
    [
        "erDiagram",
        "        bigint order_id PK, FK",
        "        datetime order_time",
        '    orders ||--o{ order_items : "order_id"',
        "### order_items (MySQL)",
        "- Key: `order_id`, `line_no`. Copies the silver table `order_items`.",
        "- `product_id` refers to `products`.",
        "- Key: `week_start`, `device`. Copies the mart `sales_by_week`.",
        "- Indexes: `customer_id`; `order_time`.",
        "- Without `name`, `email`: personal data, unless the configuration names it.",
        "| `order_id` | bigint | Order that the line belongs to. Not null. |",
        "| `review_text` | text | Text of the review. |",
    ],
)
def test_section_contains_the_line(line: str) -> None:
    assert line in LINES


def test_hidden_columns_are_not_described() -> None:
    assert not [line for line in LINES if "stored_month" in line or "device_key" in line]


def test_a_domain_without_relational_tables_has_no_section() -> None:
    assert list(relational_blocks(replace(SHOP, relational=()))) == []
