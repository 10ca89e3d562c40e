"""Read a partition of gold from S3 in chunks, so that memory does not grow with the partition."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import awswrangler as wr
import pyarrow as pa

from lake.model.serving import period_number
from lake.model.spec import Mart
from lake.naming import layer_prefix
from serving.publish.errors import ChangedError, PublishingError
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
    paths = [f"s3://{bucket}/{key}" for key in listed]

    def batches() -> Iterator[pa.RecordBatch]:
        for frame in _frames(paths, columns):
            table = pa.Table.from_pandas(frame, preserve_index=False)
            yield from table.replace_schema_metadata(None).to_batches()
        if _listed(client, bucket, prefix) != listed:
            raise ChangedError(
                "the files changed while they were read.",
                where=f"s3://{bucket}/{prefix}",
                hint="Nothing was published. Publish the partition again.",
            )

    return Source(
        batches=batches(),
        # The number of rows decides the number of buckets; one column is enough to count them.
        rows=sum(len(frame) for frame in _frames(paths, columns[:1])),
        fingerprint=hashlib.sha256(repr(listed).encode()).hexdigest(),
    )


def _listed(client: Any, bucket: str, prefix: str) -> dict[str, str]:
    """Return key → ETag of the Parquet files under a prefix, in the order of their keys."""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    objects = (item for page in pages for item in page.get("Contents", ()))
    return {item["Key"]: item["ETag"] for item in objects if item["Key"].endswith(".parquet")}


def _frames(paths: list[str], columns: list[str]) -> Iterator[Any]:
    """Yield data frames of at most CHUNK_ROWS rows.

    Their columns have Arrow types, which keep decimals, dates and integers beside nulls exact.
    """
    for path in paths:
        frames = wr.s3.read_parquet(
            # One file per call: given several, awswrangler copies rows to fill a chunk across files.
            path=[path], columns=columns, chunked=CHUNK_ROWS, dtype_backend="pyarrow", use_threads=False
        )  # fmt: skip
        try:
            yield from frames
        except KeyError as error:
            raise PublishingError(
                f"{error.args[0]}.",
                where=path,
                hint='Run the pipeline with {"full_refresh": "true"}, which writes the mart again.',
            ) from error
