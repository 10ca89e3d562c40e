"""Gold is written so that whoever publishes it can read it."""

from __future__ import annotations

import pyarrow.parquet as pq

from tests.pipeline import Pipeline


def test_gold_is_compressed_with_what_the_publishers_layer_knows(published_once: Pipeline) -> None:
    files = list((published_once.root / "curated" / "toy").glob("*/**/part-*.parquet"))
    assert files
    codecs = {
        group.column(number).compression
        for file in files
        for group in [pq.read_metadata(file).row_group(0)]
        for number in range(group.num_columns)
    }
    assert codecs <= {"SNAPPY", "UNCOMPRESSED"}
