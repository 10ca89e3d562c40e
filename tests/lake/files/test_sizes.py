"""Compressed files count as what they become."""

from __future__ import annotations

import pytest

from lake.files.sizes import unpacked_bytes


@pytest.mark.parametrize(
    ("key", "size"),
    [
        ("shop/orders/0123456789ab/orders.csv", 7),
        ("shop/orders/0123456789ab/orders.csv.gz", 70),
        ("silver/shop/orders/part-0.snappy.parquet", 70),
        ("shop/orders/0123456789ab/parquet.csv", 7),
    ],
)
def test_compressed_files_count_tenfold(key: str, size: int) -> None:
    assert unpacked_bytes(key, 7) == size
