"""Holds: batches of a stream that are not published until an operator releases them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from glue_jobs.ledger.damage import parsing
from lake import naming


@dataclass(frozen=True, kw_only=True)
class Hold:
    """Batches of a stream table that the quality gate hides from readers, with its reason.

    `held_at` is an ISO 8601 time in UTC.
    """

    hold_id: str
    table: str
    batches: tuple[str, ...]
    reason: str
    execution: str
    held_at: str

    @classmethod
    def of(cls, table: str, batches: tuple[str, ...], reason: str, *, execution: str, at: datetime) -> Hold:
        """Return a hold on `batches` whose id contains its time and table."""
        return cls(
            hold_id=naming.hold_id(at, table), table=table, batches=batches, reason=reason,
            execution=execution, held_at=at.astimezone(UTC).isoformat(),
        )  # fmt: skip

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, body: bytes, bucket: str, key: str) -> Hold:
        """Parse a hold. Raises DamagedEntryError if the object at bucket and key is no hold."""
        with parsing("a hold", bucket, key):
            data = json.loads(body)
            return cls(**{**data, "batches": tuple(data["batches"])})
