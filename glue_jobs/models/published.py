"""The record of the version that gold was computed with last. Only `processed_to_curated` writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime

from glue_jobs.ledger.damage import parsing
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.naming import COLD_START


@dataclass(frozen=True, kw_only=True)
class PublishedModel:
    """What gold shows of a model.

    - `version`: the version of the last complete publication.
    - `publishing`: the version that a publication had begun to write, if another than `version`. It stays
      after a run that died: the marts may then be half on either version.
    - `drift`: by value of the watched column, the rows that were compared and those outside of the bounds.
    - `corrected_months`: months whose training data has changed since the version was trained.
    """

    version: str = COLD_START
    publishing: str | None = None
    execution: str = ""
    at: str = ""
    drift: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    corrected_months: tuple[str, ...] = ()

    def is_whole_on(self, version: str) -> bool:
        """Return whether the marts are on this version, all of them and whole."""
        return self.publishing is None and self.version == version


def read_published(store: ObjectStore, bucket: str, domain: str, model: str) -> PublishedModel:
    """Return the record. Before the first one gold was computed with the cold start.

    Raises DamagedEntryError.
    """
    key = naming.published_model_key(domain, model)
    try:
        body = store.read(bucket, key)
    except FileNotFoundError:
        return PublishedModel()
    with parsing("a record of a published model", bucket, key):
        data = json.loads(body)
        if not isinstance(data["version"], str):
            raise TypeError("the version is no text")
        data["corrected_months"] = tuple(data["corrected_months"])
        return PublishedModel(**data)


def begin(
    store: ObjectStore, bucket: str, domain: str, model: str, before: PublishedModel, version: str
) -> None:
    """Record that the marts are about to change to a version, if they are not on it."""
    if not before.is_whole_on(version):
        _write(store, bucket, domain, model, replace(before, publishing=version))


def finish(
    store: ObjectStore,
    bucket: str,
    domain: str,
    model: str,
    *,
    version: str,
    execution: str,
    at: datetime,
    drift: Mapping[str, Mapping[str, int]],
    corrected_months: tuple[str, ...],
) -> None:
    """Record that the marts are on a version."""
    record = PublishedModel(
        version=version, execution=execution, at=at.astimezone(UTC).isoformat(), drift=drift,
        corrected_months=corrected_months,
    )  # fmt: skip
    _write(store, bucket, domain, model, record)


def _write(store: ObjectStore, bucket: str, domain: str, model: str, record: PublishedModel) -> None:
    body = json.dumps(asdict(record), indent=1, sort_keys=True).encode() + b"\n"
    store.write(bucket, naming.published_model_key(domain, model), body)
