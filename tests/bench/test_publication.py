"""The publication of a lake's files is measured; the compared orders differ in what a reader sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import publication
from bench.measure import NAMES
from bench.publication import newest_month, orders, publish_and_read, tables
from lake.model.discovery import load_domain

SHOP = load_domain("ecommerce")
FILES = (
    f"{NAMES.processed_bucket}/silver/ecommerce/orders/year=2024/month=9/part-00000.parquet",
    f"{NAMES.processed_bucket}/silver/ecommerce/orders/year=2024/month=10/part-00000.parquet",
    f"{NAMES.curated_bucket}/ecommerce/fact_orders_enriched/year=2024/month=9/part-00000.parquet",
    f"{NAMES.curated_bucket}/ecommerce/fact_orders_enriched/year=2024/month=10/part-00000.parquet",
    f"{NAMES.curated_bucket}/ecommerce/sales_by_month/year=2024/part-00000.parquet",
    f"{NAMES.curated_bucket}/ecommerce/customer_rfm/part-00000.parquet",
)


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, list[str]]]:
    for name in FILES:
        file = tmp_path / "s3" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    monkeypatch.setattr(publication, "LATENCY", 0.1)
    return tables(tmp_path, SHOP)


def test_partitions_of_a_lake_are_found(lake: dict[str, dict[str, list[str]]]) -> None:
    assert sorted(lake["orders"]) == ["year=2024/month=10", "year=2024/month=9"]
    assert lake["customer_rfm"] == {"": ["customer_rfm//part-00000.parquet"]}
    assert lake["reviews"] == {}
    assert list(newest_month(lake["orders"])) == ["year=2024/month=10"]
    assert list(newest_month(lake["customer_rfm"])) == [""]


def test_marts_are_newer_only_if_inputs_do_not_come_first(lake: dict[str, dict[str, list[str]]]) -> None:
    newer = {
        name: publish_and_read(SHOP, lake, ranks=ranks, month=False).newer > 0
        for name, ranks in orders(SHOP).items()
    }
    assert newer == {
        "by name": True,
        "inputs first, one table at a time": False,
        "inputs first, one rank at a time": False,
    }


def test_marts_are_newer_if_partitions_are_registered_last(lake: dict[str, dict[str, list[str]]]) -> None:
    late = publish_and_read(SHOP, lake, ranks=SHOP.ranks, month=True, register_late=True)
    assert late.newer > 0
    assert publish_and_read(SHOP, lake, ranks=SHOP.ranks, month=True).newer == 0
