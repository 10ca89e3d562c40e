"""Marts: their partition keys, and which are recomputed whole."""

from __future__ import annotations

from dataclasses import replace

from lake.model.columns import date
from lake.model.discovery import load_domain
from lake.model.marts import Mart, PartitionUnit

SHOP = load_domain("ecommerce")


def test_partition_keys_follow_the_partition_unit() -> None:
    day = date("day", "Day.")
    mart = Mart(name="m", description="-", grain=("day",), inputs=(), columns=(day,), dated_by="day")
    assert replace(mart, partition_by=PartitionUnit.MONTH).partition_keys == ("year", "month")
    assert replace(mart, partition_by=PartitionUnit.YEAR).partition_keys == ("year",)
    assert replace(mart, dated_by=None).partition_keys == ()


def test_mart_is_whole_without_partitions_or_by_declaration() -> None:
    assert SHOP.mart("customer_rfm").is_whole
    assert not SHOP.mart("sales_by_month").is_whole
    assert replace(SHOP.mart("sales_by_month"), whole=True).is_whole
