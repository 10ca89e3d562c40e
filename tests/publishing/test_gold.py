"""Partitions by the names that run summaries give them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lake.spec import Every
from publishing.errors import PublishingError
from publishing.gold import Partition
from tests.publishing.conftest import MART

YEARLY = replace(MART, every=Every.YEAR)
WHOLE = replace(MART, every=None, dated_by=None)


def test_partitions_have_numbers() -> None:
    assert Partition.parse("year=2025/month=8", MART).period == 202508
    assert Partition.parse("year=2025/", YEARLY).period == 2025
    assert Partition.parse("", WHOLE).period == 0


@pytest.mark.parametrize(
    "text", ["year=2025", "month=8/year=2025", "year=2025/month=august", "year/month", ""]
)
def test_what_is_no_partition_of_the_mart_is_told(text: str) -> None:
    with pytest.raises(PublishingError, match="Expected: year=<number>/month=<number>"):
        Partition.parse(text, MART)
