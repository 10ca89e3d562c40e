"""The S3 calls that the roles of jobs made, reduced to what a policy can tell apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lake.model.spec import Domain
from lake.naming import PROCESSED_TO_CURATED, RAW_TO_PROCESSED, TRAIN_ANOMALY_MODEL, Names, stream_job

OBJECTS = "*"
"""The rest of a key below a domain's or table's folder. Grants do not look further."""


@dataclass(frozen=True, order=True)
class Call:
    """A call of a job's role: the job's kind, the action, the bucket, and the key or the listed prefix."""

    job: str
    action: str
    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{self.job} {self.action} {self.bucket}/{self.key}"


def recorded(recording: Path) -> list[dict[str, Any]]:
    """Return the entries of `iam-calls.jsonl`: role, action, resource, allowed, perhaps a listed prefix."""
    return [json.loads(line) for line in recording.read_text(encoding="utf-8").splitlines()]


def job_calls(recording: Path, domain: Domain, names: Names) -> Iterator[Call]:
    """Yield the S3 calls of a domain's jobs. Calls on buckets that are not the lake's are left out."""
    kinds = [
        RAW_TO_PROCESSED,
        PROCESSED_TO_CURATED,
        *(stream_job(each.name) for each in domain.stream_tables),
        *([TRAIN_ANOMALY_MODEL] if domain.models else []),
    ]
    jobs = {names.role(domain.name, kind): kind for kind in kinds}
    buckets = {bucket: layer for layer, bucket in names.buckets.items()}
    tables = {table.name for table in domain.tables} | {mart.name for mart in domain.marts}
    for entry in recorded(recording):
        job = jobs.get(entry["role"].rpartition("/")[2])
        if job is None or not entry["action"].startswith("s3:"):
            continue
        bucket, _, key = entry["resource"].removeprefix("arn:aws:s3:::").partition("/")
        if bucket in buckets:
            place = reduced(entry.get("prefix", key), domain.name, tables)
            yield Call(job, entry["action"], buckets[bucket], place)


def reduced(key: str, domain: str, tables: set[str]) -> str:
    """Return the folder of a key, with `<domain>` and `<table>` in place of names; OBJECTS is what follows.

    The folder's own key has no slash at its end, and is no object below it: S3A asks for `bronze/shop`.
    """
    first, *rest = key.split("/")
    if rest == [""] and first != domain:
        return key
    kept = [] if first == domain else [first]
    for part in [first, *rest][len(kept) :]:
        if part == domain:
            kept.append("<domain>")
        elif part in tables:
            kept.append("<table>")
        else:
            return "/".join([*kept, OBJECTS])
    return "/".join(kept)
