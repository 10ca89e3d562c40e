"""Holds: batches of a stream that are not published until an operator releases them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from lake.errors import CaudalError


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
        moment = at.astimezone(UTC)
        return cls(
            hold_id=f"h-{moment:%Y%m%dT%H%M%S%f}-{table}", table=table, batches=batches, reason=reason,
            execution=execution, held_at=moment.isoformat(),
        )  # fmt: skip

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, body: bytes, where: str) -> Hold:
        """Parse a hold; `where` is its key. Raises CaudalError if the object is no hold."""
        try:
            data = json.loads(body)
            return cls(**{**data, "batches": tuple(data["batches"])})
        except (ValueError, KeyError, TypeError) as error:
            raise CaudalError(
                f"the object is not a hold ({error}).",
                where=where,
                hint="Only the jobs write holds: restore the object's earlier version.",
            ) from error
