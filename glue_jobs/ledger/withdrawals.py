"""Withdrawn files: raw files that were ingested, and whose rows count no more.

Every decision is one object: a withdrawal with its reason, or the withdrawal's end. The newest decision on a
file counts. A decision is *applied* once silver and gold follow it, which a marker like a batch's records.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from glue_jobs.ledger.damage import parsing
from glue_jobs.runtime.store import ObjectStore
from lake import naming


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A decision on one raw file; `withdrawn` is false for one that takes a withdrawal back.

    `at` is an ISO 8601 time in UTC. `decision_id` sorts in the order of time.
    """

    decision_id: str
    key: str
    withdrawn: bool
    why: str
    by: str
    at: str

    @classmethod
    def of(cls, key: str, *, withdrawn: bool, why: str, by: str, at: datetime) -> Decision:
        """Return a new decision, whose id contains its time."""
        digest = hashlib.sha256(key.encode()).hexdigest()[:12]
        return cls(
            decision_id=f"{naming.WITHDRAWALS}{naming.moment(at)}-{digest}", key=key, withdrawn=withdrawn,
            why=why, by=by, at=at.astimezone(UTC).isoformat(),
        )  # fmt: skip

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, body: bytes, bucket: str, key: str) -> Decision:
        """Parse a decision. Raises DamagedEntryError if the object at bucket and key is none."""
        with parsing("a withdrawal", bucket, key):
            return cls(**json.loads(body))


def read_decisions(store: ObjectStore, bucket: str, domain: str) -> tuple[Decision, ...]:
    """Return all decisions of a domain, oldest first. Cost: one listing, one request for each."""
    keys = [item.key for item in store.list(bucket, naming.withdrawn_prefix(domain))]
    found = [Decision.from_json(store.read(bucket, key), bucket, key) for key in keys]
    return tuple(sorted(found, key=lambda decision: decision.decision_id))


def write_decision(store: ObjectStore, bucket: str, domain: str, decision: Decision) -> None:
    """Record a decision."""
    store.create(bucket, naming.withdrawn_key(domain, decision.decision_id), decision.to_json())


def in_force(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """Return key → the newest decision, of the files that are withdrawn. `decisions` are oldest first."""
    newest = {decision.key: decision for decision in decisions}
    return {key: decision for key, decision in newest.items() if decision.withdrawn}
