"""Buckets of rows: their number, their slots, and their files beside a bounded memory."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from lake.model.serving import SLOTS
from serving.publish.buckets import Buckets, bucket_count, slot_range
from serving.publish.documents import documents
from tests.serving.publish.conftest import EMBEDDED, MART, PERIOD, month, source


def test_more_rows_make_more_buckets() -> None:
    assert [bucket_count(rows) for rows in (0, 10_000, 10_001, 10**9)] == [1, 1, 2, 512]


@pytest.mark.parametrize("buckets", [1, 2, 3, 7, 512])
def test_every_slot_belongs_to_one_bucket(tmp_path: Path, buckets: int) -> None:
    ranges = [slot_range(bucket, buckets) for bucket in range(buckets)]
    assert (ranges[0][0], ranges[-1][1]) == (0, SLOTS - 1)
    assert all(before[1] + 1 == after[0] for before, after in itertools.pairwise(ranges))
    assert all(slot * buckets // SLOTS == bucket for bucket, ends in enumerate(ranges) for slot in ends)


def test_rows_of_a_large_mart_are_kept_in_files(tmp_path: Path) -> None:
    rows = month(orgs=20, days=10)
    buckets = Buckets(EMBEDDED, MART, PERIOD, count=8, scratch=tmp_path)
    buckets.fill(source(rows).batches)
    assert buckets._in_memory == {}
    assert 5 <= len(list(tmp_path.iterdir())) <= 8
    found = [documents(buckets, bucket) for bucket in range(8)]
    assert sum(map(len, found)) == 21
    for bucket, part in enumerate(found):
        first, last = slot_range(bucket, 8)
        assert all(first <= document["slot"] <= last for document in part.values())
