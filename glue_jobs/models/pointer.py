"""The pointer to the promoted version of a model, moved by compare-and-swap."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from glue_jobs.ledger.damage import parsing
from glue_jobs.models.version import is_version_id
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.errors import CaudalError
from lake.naming import COLD_START


class PointerMovedError(CaudalError):
    """Somebody else moved the pointer after it was read, and nothing was changed."""

    def __init__(self, bucket: str, key: str, to: str) -> None:
        super().__init__(
            f"the pointer was moved in the meantime; it was not moved to {to}.",
            where=f"s3://{bucket}/{key}",
            hint="See where it is now with `caudal model show`, and repeat what is still wanted.",
        )


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """The version that marts are to be computed with, and who wanted that, why and when (UTC).

    `previous` is the version before the move. `etag` identifies the object that was read.
    """

    version: str
    previous: str
    by: str
    why: str
    at: datetime
    etag: str = field(default="", compare=False)

    def to_json(self) -> bytes:
        content = {
            "version": self.version, "previous": self.previous, "by": self.by, "why": self.why,
            "at": self.at.astimezone(UTC).isoformat(),
        }  # fmt: skip
        return json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n"


def read_pointer(store: ObjectStore, bucket: str, domain: str, model: str) -> Pointer | None:
    """Return the pointer; None if no version was ever promoted, which means the cold start.

    Raises DamagedEntryError if the object is no pointer.
    """
    key = naming.pointer_key(domain, model)
    try:
        body, etag = store.etagged(bucket, key)
    except FileNotFoundError:
        return None
    with parsing("a pointer to a version", bucket, key):
        data = json.loads(body)
        for name in ("version", "previous"):
            if data[name] != COLD_START and not is_version_id(data[name]):
                raise ValueError(f"'{data[name]}' is no version")
        return Pointer(
            version=data["version"], previous=data["previous"], by=str(data["by"]), why=str(data["why"]),
            at=datetime.fromisoformat(data["at"]), etag=etag,
        )  # fmt: skip


def promoted(pointer: Pointer | None) -> str:
    """Return the version that a pointer names; the cold start without a pointer."""
    return COLD_START if pointer is None else pointer.version


def move(
    store: ObjectStore,
    bucket: str,
    domain: str,
    model: str,
    *,
    expected: Pointer | None,
    to: str,
    by: str,
    why: str,
    at: datetime,
) -> Pointer:
    """Move the pointer from where it was read (`expected`) to a version or the cold start; return it.

    The caller has to make sure that the version can be read. Raises PointerMovedError if the object is
    another one by now.
    """
    key = naming.pointer_key(domain, model)
    moved = Pointer(version=to, previous=promoted(expected), by=by, why=why, at=at.astimezone(UTC))
    if not store.swap(bucket, key, moved.to_json(), None if expected is None else expected.etag):
        raise PointerMovedError(bucket, key, to)
    return moved
