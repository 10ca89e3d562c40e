"""Reads a partition of gold from S3, file by file, in batches."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lake.naming import layer_prefix
from lake.serving import period_number
from lake.spec import Mart
from publishing.errors import PublishingError
from publishing.publication import Source

BATCH_ROWS = 20_000


@dataclass(frozen=True, kw_only=True)
class Partition:
    """A partition of a mart as the run summary names it: `year=2025/month=8`, `year=2025`, or empty."""

    text: str
    period: int

    @classmethod
    def parse(cls, text: str, mart: Mart) -> Partition:
        """Raises PublishingError when the text does not fit the mart's partition keys."""
        text = text.strip("/")
        parts = [part.split("=", 1) for part in text.split("/") if part]
        keys = tuple(part[0] for part in parts)
        if keys != mart.partition_keys or not all(re.fullmatch(r"\d+", part[-1]) for part in parts):
            raise PublishingError(
                f"'{text}' is no partition of it.",
                where=f"mart {mart.name}",
                hint=f"Expected: {'/'.join(f'{key}=<number>' for key in mart.partition_keys) or 'nothing'}.",
            )
        return cls(text=text, period=period_number(*(int(part[1]) for part in parts)))


def gold_source(
    client: Any,
    *,
    bucket: str,
    domain: str,
    mart: Mart,
    partition: Partition,
    columns: list[str],
    scratch: Path,
) -> Source:
    """The rows of a partition. Files are fetched to `scratch` one after the other, so that memory and
    disk hold one at a time. A partition without files has no rows."""
    prefix = layer_prefix("gold", domain, mart.name) + (f"{partition.text}/" if partition.text else "")
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    objects = [
        item for page in pages for item in page.get("Contents", ()) if item["Key"].endswith(".parquet")
    ]
    listed = "\n".join(f"{item['Key']} {item['ETag']}" for item in objects)
    files = _Files(client, bucket, scratch)
    keys = [item["Key"] for item in objects]
    rows = sum(files.count(key) for key in keys)
    return Source(
        batches=(batch for key in keys for batch in files.batches(key, columns)),
        rows=rows,
        fingerprint=hashlib.sha256(listed.encode()).hexdigest(),
    )


@dataclass
class _Files:
    """Files of a bucket, of which the last one fetched lies on disk."""

    client: Any
    bucket: str
    scratch: Path
    fetched: str | None = None

    def open(self, key: str) -> pq.ParquetFile:
        path = self.scratch / "gold.parquet"
        if self.fetched != key:
            self.client.download_file(self.bucket, key, str(path))
            self.fetched = key
        return pq.ParquetFile(path)

    def count(self, key: str) -> int:
        with self.open(key) as file:
            return int(file.metadata.num_rows)

    def batches(self, key: str, columns: list[str]) -> Iterator[pa.RecordBatch]:
        with self.open(key) as file:
            missing = sorted(set(columns) - set(file.schema_arrow.names))
            if missing:
                raise PublishingError(
                    f"column(s) {', '.join(missing)} are not in the file.",
                    where=f"s3://{self.bucket}/{key}",
                    hint="Publish the mart again from the job that writes it.",
                )
            yield from file.iter_batches(batch_size=BATCH_ROWS, columns=columns)
