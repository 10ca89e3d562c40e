"""Read a partition of gold from S3 in chunks, so that memory does not grow with the partition."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lake.model.serving import period_number
from lake.model.spec import Mart
from lake.naming import layer_prefix
from serving.publish.errors import ChangedError, PublishingError
from serving.publish.objects import StoredFile
from serving.publish.publication import Source

CHUNK_ROWS = 20_000
"""Most rows of a chunk."""


@dataclass(frozen=True, kw_only=True)
class Partition:
    """A partition of a mart as the run summary names it: `year=2025/month=8`, `year=2025`, or empty."""

    text: str
    period: int

    @classmethod
    def parse(cls, text: str, mart: Mart) -> Partition:
        """Return the partition that `text` names.

        Raises PublishingError when the text does not fit the mart's partition keys.
        """
        text = text.strip("/")
        parts = [part.split("=", 1) for part in text.split("/") if part]
        keys = tuple(part[0] for part in parts)
        if keys != mart.partition_keys or not all(re.fullmatch(r"\d+", part[-1]) for part in parts):
            raise PublishingError(
                f"'{text}' is no partition of the mart.",
                where=f"mart {mart.name}",
                hint=f"Expected: {'/'.join(f'{key}=<number>' for key in mart.partition_keys) or 'nothing'}.",
            )
        return cls(text=text, period=period_number(*(int(part[1]) for part in parts)))


def gold_source(
    client: Any, *, bucket: str, domain: str, mart: Mart, partition: Partition, columns: list[str]
) -> Source:
    """Return the rows of a partition, streamed from S3 chunk by chunk; none without files.

    Counting and reading raise PublishingError if a file lacks a column. After the last row, reading
    raises ChangedError if the files are no longer those that were listed first.
    """
    prefix = layer_prefix("gold", domain, mart.name) + (f"{partition.text}/" if partition.text else "")
    listed = _listed(client, bucket, prefix)

    def batches() -> Iterator[pa.RecordBatch]:
        for file in listed:
            yield from _batches(client, file, columns)
        if _listed(client, bucket, prefix) != listed:
            raise ChangedError(
                "the files changed while they were read.",
                where=f"s3://{bucket}/{prefix}",
                hint="Nothing was published. Publish the partition again.",
            )

    return Source(
        batches=batches(),
        # The number of rows, which is in the files' footers, decides the number of buckets.
        rows=sum(_parquet(client, file, columns).metadata.num_rows for file in listed),
        fingerprint=hashlib.sha256(repr({file.key: file.etag for file in listed}).encode()).hexdigest(),
    )


def _listed(client: Any, bucket: str, prefix: str) -> list[StoredFile]:
    """Return the Parquet files under a prefix, in the order of their keys."""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [
        StoredFile(bucket=bucket, key=item["Key"], etag=item["ETag"], size=item["Size"])
        for page in pages
        for item in page.get("Contents", ())
        if item["Key"].endswith(".parquet")
    ]


def _batches(client: Any, file: StoredFile, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a file, at most CHUNK_ROWS at a time, with its exact types."""
    reader = _parquet(client, file, columns)
    for batch in reader.iter_batches(CHUNK_ROWS, columns=columns, use_threads=False):
        # Without metadata, in which the files may differ.
        yield pa.RecordBatch.from_arrays([batch.column(name) for name in columns], names=columns)


def _parquet(client: Any, file: StoredFile, columns: list[str]) -> pq.ParquetFile:
    """Return the reader of a file. Raises PublishingError if it lacks a column."""
    # Not the default, which reads the columns of all row groups ahead and so holds the whole file.
    reader = pq.ParquetFile(file.open(client), pre_buffer=False)
    if missing := [name for name in columns if name not in reader.schema_arrow.names]:
        raise PublishingError(
            f"Column {missing[0]} does not exist.",
            where=file.url,
            hint='Run the pipeline with {"full_refresh": "true"}, which writes the mart again.',
        )
    return reader
