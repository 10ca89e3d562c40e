"""Generations of a stream's checkpoints: find the one that a run resumes, or begin a new one.

The checkpoint ties a micro-batch's number to its files, and the number makes the micro-batch
idempotent. So a missing or damaged checkpoint is never replaced silently: the run stops.
`--new_generation true` begins a generation with its own batch ids, which skips files in the ledger.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime

from glue_jobs.ledger.ledger import LedgerView
from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.errors import CaudalError

BRONZE = "bronze"
"""The name of bronze's checkpoint. The speed view has its own, see `speed_checkpoint`."""

_BATCH = re.compile(r"s-(?P<generation>\d+)-(?P<number>\d+)")
_HINT = "Run the job once with --new_generation true: it reads the files that are not in the ledger."


class CheckpointError(CaudalError):
    """A checkpoint is missing, damaged, or contradicts the ledger."""


@dataclass(frozen=True)
class Generation:
    """One generation of a stream; `is_new` if this run began it."""

    number: int
    is_new: bool = False


class Generations:
    """The generations of one stream table."""

    def __init__(self, store: ObjectStore, args: JobArguments, table: str) -> None:
        self._store = store
        self._bucket = args.processed_bucket
        self._ledger_bucket = args.ledger_bucket
        self._domain = args.domain
        self._table = table

    def checkpoint(self, generation: Generation) -> str:
        """Return the URL of bronze's checkpoint."""
        return self._store.url(self._bucket, self._prefix(generation.number) + BRONZE)

    def current(self, view: LedgerView, *, now: datetime, new: bool = False) -> Generation:
        """Return the generation to resume; begin a new one if there is none or if `new` is true.

        Raises CheckpointError if the generation's checkpoint cannot be resumed.
        """
        newest = _newest_by_generation(view, self._table)
        recorded = self._recorded()
        if new or (recorded is None and not newest):
            return self._begin(max([*newest, recorded or 0]) + 1, now)
        if recorded is None:
            raise CheckpointError(
                f"the ledger has batches of generation {max(newest)}, but no generation is recorded.",
                where=self._where(naming.generation_key(self._domain, self._table)),
                hint=_HINT,
            )
        if recorded in newest:
            self._require_checkpoint(recorded, newest[recorded])
        return Generation(recorded)

    def _recorded(self) -> int | None:
        key = naming.generation_key(self._domain, self._table)
        try:
            body = self._store.read(self._bucket, key)
        except FileNotFoundError:
            # The stream's first run.
            return None
        try:
            return int(json.loads(body)["generation"])
        except (ValueError, KeyError, TypeError) as error:
            raise CheckpointError(
                f"the record of the generation is damaged ({error}).", where=self._where(key), hint=_HINT
            ) from error

    def _begin(self, at_least: int, now: datetime) -> Generation:
        """Begin a generation with the first free number from `at_least` on.

        A number is claimed by one table only, because batch ids are unique in the domain.
        """
        number = at_least
        claim = json.dumps({"table": self._table, "started_at": now.isoformat()}).encode()
        while not self._store.create(
            self._ledger_bucket, naming.generation_claim_key(self._domain, number), claim
        ):
            number += 1
        body = {"generation": number, "started_at": now.isoformat()}
        key = naming.generation_key(self._domain, self._table)
        self._store.write(self._bucket, key, json.dumps(body).encode())
        return Generation(number, is_new=True)

    def _require_checkpoint(self, generation: int, newest: int) -> None:
        """Raise CheckpointError unless the checkpoint includes the newest micro-batch of the ledger."""
        for name in ("metadata", f"offsets/{newest}"):
            self._require_object(f"{self._prefix(generation)}{BRONZE}/{name}")

    def _require_object(self, key: str) -> None:
        try:
            body = self._store.read(self._bucket, key)
        except FileNotFoundError as error:
            raise CheckpointError(
                "the checkpoint is incomplete: it lacks a batch that is in the ledger.",
                where=self._where(key),
                hint=_HINT,
            ) from error
        if not body.strip():
            raise CheckpointError("the checkpoint is damaged.", where=self._where(key), hint=_HINT)

    def _prefix(self, number: int) -> str:
        return naming.generation_prefix(self._domain, self._table, number)

    def _where(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"


def _newest_by_generation(view: LedgerView, table: str) -> dict[int, int]:
    """Return generation → number of the table's newest micro-batch in the ledger."""
    newest: dict[int, int] = {}
    for batch in view.batches:
        match = _BATCH.fullmatch(batch.batch_id)
        if match and any(file.table == table for file in batch.files):
            generation = int(match["generation"])
            newest[generation] = max(int(match["number"]), newest.get(generation, 0))
    return newest
