"""A batch of the toy domain's files in fresh buckets."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from glue_jobs.ingest.ingest import IngestContext
from tests.fakes import FolderStore


@pytest.fixture
def context(spark: SparkSession, tmp_path: Path, toy: str) -> IngestContext:
    """Return the context of the batch `b-1` on empty buckets."""
    return IngestContext(
        spark=spark, store=FolderStore(tmp_path), raw_bucket="raw", processed_bucket="processed", domain=toy,
        batch_id="b-1", ingest_ts=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
