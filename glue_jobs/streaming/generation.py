"""Generations of a stream's checkpoints: which one a run goes on from, and when a new one begins.

A checkpoint is what keeps a micro-batch's number tied to its files, and the number is what makes
it idempotent. So a checkpoint that is gone or damaged is never replaced in silence: the run stops,
and `--new_generation` starts a new one, with batch ids of its own, that skips what the ledger has.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime

from glue_jobs.ledger.ledger import LedgerView
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.errors import CaudalError

BRONZE = "bronze"
SPEED = "speed"
"""The two queries of a stream, each with a checkpoint of its own."""

_BATCH = re.compile(r"s-(?P<generation>\d+)-(?P<number>\d+)")
_ANY_BATCH = re.compile(r"s-\d+-.+")
_HINT = "Run the job once with --new_generation true: it reads what the ledger does not have."


class CheckpointError(CaudalError):
    """A checkpoint is missing, damaged, or does not agree with the ledger."""


@dataclass(frozen=True)
class Generation:
    """One generation of a stream. `is_new`: this run began it."""

    number: int
    is_new: bool = False


class Generations:
    """The generations of one stream table."""

    def __init__(self, store: ObjectStore, bucket: str, domain: str, table: str) -> None:
        self._store = store
        self._bucket = bucket
        self._domain = domain
        self._table = table

    def checkpoint(self, generation: Generation, query: str) -> str:
        """The address under which Spark keeps a query's checkpoint."""
        return self._store.url(self._bucket, self._prefix(generation.number) + query)

    def current(self, view: LedgerView, *, now: datetime, new: bool = False) -> Generation:
        """The generation to go on from; a new one if there was none, or if `new` asks for it.

        Raises CheckpointError if its checkpoint cannot be gone on from.
        """
        batches = _numbers(view, self._table)
        recorded = self._recorded()
        if new or (recorded is None and not batches):
            return self._begin(max([*batches, recorded or 0]) + 1, now)
        if recorded is None:
            raise CheckpointError(
                f"the ledger has batches of generation {max(batches)}, but no generation is recorded.",
                where=self._where(naming.generation_key(self._domain, self._table)),
                hint=_HINT,
            )
        self._examine(recorded, batches.get(recorded))
        return Generation(recorded)

    def _recorded(self) -> int | None:
        key = naming.generation_key(self._domain, self._table)
        try:
            body = self._store.read(self._bucket, key)
        except FileNotFoundError:
            # The first run of a stream finds none.
            return None
        try:
            return int(json.loads(body)["generation"])
        except (ValueError, KeyError, TypeError) as error:
            raise CheckpointError(f"is damaged ({error}).", where=self._where(key), hint=_HINT) from error

    def _begin(self, at_least: int, now: datetime) -> Generation:
        """Numbers are unique in the domain, because batch ids are: each is claimed by one table."""
        number = at_least
        claim = json.dumps({"table": self._table, "started_at": now.isoformat()}).encode()
        while not self._store.create(self._bucket, naming.generation_claim_key(self._domain, number), claim):
            number += 1
        body = {"generation": number, "started_at": now.isoformat()}
        key = naming.generation_key(self._domain, self._table)
        self._store.write(self._bucket, key, json.dumps(body).encode())
        return Generation(number, is_new=True)

    def _examine(self, number: int, newest: int | None) -> None:
        """Whether the checkpoint goes as far as the ledger does."""
        prefix = f"{self._prefix(number)}{BRONZE}/"
        if newest is None:
            return
        for folder in ("metadata", f"offsets/{newest}"):
            self._must_read(f"{prefix}{folder}")

    def _must_read(self, key: str) -> None:
        try:
            body = self._store.read(self._bucket, key)
        except FileNotFoundError as error:
            raise CheckpointError(
                "the checkpoint is incomplete: the ledger has a batch that it does not know.",
                where=self._where(key),
                hint=_HINT,
            ) from error
        if not body.strip():
            raise CheckpointError("the checkpoint is damaged.", where=self._where(key), hint=_HINT)

    def _prefix(self, number: int) -> str:
        return naming.generation_prefix(self._domain, self._table, number)

    def _where(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"


def is_batch_of_stream(batch_id: str) -> bool:
    """Whether a micro-batch made the batch, rather than a drop of files."""
    return _ANY_BATCH.fullmatch(batch_id) is not None


def _numbers(view: LedgerView, table: str) -> dict[int, int]:
    """Generation → number of its newest micro-batch that the ledger has of a table."""
    newest: dict[int, int] = {}
    for batch in view.batches:
        match = _BATCH.fullmatch(batch.batch_id)
        if match and any(file.table == table for file in batch.files):
            generation = int(match["generation"])
            newest[generation] = max(int(match["number"]), newest.get(generation, 0))
    return newest
