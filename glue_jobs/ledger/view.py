"""The ledger's content at one time: which batches and files count, and what is not published yet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from glue_jobs.ledger.entries import Batch
from glue_jobs.ledger.holds import Hold
from glue_jobs.ledger.withdrawals import Decision, in_force
from lake.files.sizes import unpacked_bytes
from lake.naming import BatchStatus, FileStatus

OLD_ROWS_SHARE = 10
"""One byte in so many of earlier batches is read by a run that adds new ones, as a rule."""


@dataclass(frozen=True)
class LedgerView:
    """The ledger's content at the time of reading."""

    batches: tuple[Batch, ...]
    curated: frozenset[str]
    released: frozenset[str] = frozenset()
    """Ids of the rejected batches and holds that an operator has released."""

    holds: tuple[Hold, ...] = ()
    publishing: frozenset[str] = frozenset()
    """Ids of the stream batches that an execution had begun to publish when it died."""

    decisions: tuple[Decision, ...] = ()
    """Withdrawals of files and their ends, oldest first."""

    reingest: frozenset[str] = frozenset()
    """Ids of the batches that an operator wants to be read again."""

    @cached_property
    def open_holds(self) -> tuple[Hold, ...]:
        """Holds that are not released, oldest first."""
        return tuple(hold for hold in self.holds if hold.hold_id not in self.released)

    @cached_property
    def readable(self) -> tuple[Batch, ...]:
        """Batches that readers may use, oldest first: neither rejected, held nor replaced."""
        return tuple(batch for batch in self._passed if batch.batch_id not in self.replaced)

    @property
    def size(self) -> int:
        """About the bytes of all raw files ever ingested, unpacked: a run reads no more of bronze."""
        return sum(map(_size, self.batches))

    def size_to_curate(self, *, everything: bool) -> int:
        """Return about the bytes of bronze that a curation reads, unpacked.

        It reads all of the pending batches. Of the others it reads everything only if it is to recompute
        everything, otherwise the keys, and whole rows of the months in scope.
        """
        if everything:
            return self.size
        new = {batch.batch_id for batch in self.pending}
        added = sum(_size(batch) for batch in self.batches if batch.batch_id in new)
        return added + (self.size - added) // OLD_ROWS_SHARE

    @cached_property
    def _passed(self) -> tuple[Batch, ...]:
        held = {batch_id for hold in self.open_holds for batch_id in hold.batches}
        return tuple(
            batch
            for batch in self.batches
            if batch.batch_id not in held
            and (batch.status == BatchStatus.COMMITTED or batch.batch_id in self.released)
        )

    @cached_property
    def replaced(self) -> frozenset[str]:
        """Ids of the batches in whose place a batch is that was read again and that passed the gate."""
        return frozenset(each for batch in self._passed for each in batch.replaces)

    @cached_property
    def retired(self) -> frozenset[str]:
        """Ids of replaced batches that silver and gold follow no more: their files may be deleted."""
        done = [batch for batch in self._passed if batch.batch_id in self.curated]
        return frozenset(each for batch in done for each in batch.replaces)

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        """Keys of the files whose rows do not count, those with requeued records of such a file included."""
        keys = in_force(self.decisions)
        return frozenset(
            entry.key
            for batch in self.batches
            for entry in batch.files
            if entry.key in keys or entry.origin in keys
        )

    @cached_property
    def unapplied(self) -> tuple[str, ...]:
        """Ids of the decisions that silver and gold do not follow yet."""
        return tuple(each.decision_id for each in self.decisions if each.decision_id not in self.curated)

    @property
    def needs_publication(self) -> bool:
        """Whether silver and gold lack the rows of a readable batch, or follow no decision yet."""
        return bool(self.pending or self.unapplied or self._replacing)

    @property
    def needs_full_refresh(self) -> bool:
        """Whether rows have to leave silver and gold, which a recomputation of everything does."""
        return bool(self.unapplied or self._replacing)

    @property
    def _replacing(self) -> bool:
        return any(batch.replaces for batch in self.uncurated)

    @cached_property
    def to_reread(self) -> tuple[Batch, ...]:
        """Readable batches that an operator wants to be read again, and that were not yet."""
        tried = {each for batch in self.batches for each in batch.replaces}
        return tuple(
            batch
            for batch in self.readable
            if batch.batch_id in self.reingest and batch.batch_id not in tried
        )

    def older_than(self, rules: int) -> tuple[Batch, ...]:
        """Return the readable batches that were read by older rules."""
        return tuple(batch for batch in self.readable if batch.rules < rules)

    def rows_bronze(self, table: str) -> int:
        """Return how many rows of bronze of a table count."""
        return sum(
            file.rows_bronze
            for batch in self.readable
            for file in batch.files
            if file.table == table and file.key not in self.withdrawn
        )

    @cached_property
    def uncurated(self) -> tuple[Batch, ...]:
        """Readable batches that are not in silver and gold yet, including those without rows in bronze."""
        return tuple(batch for batch in self.readable if batch.batch_id not in self.curated)

    @cached_property
    def pending(self) -> tuple[Batch, ...]:
        """Readable batches whose rows are not in silver and gold yet."""
        return tuple(batch for batch in self.uncurated if batch.tables)

    def holdable(self, table: str) -> tuple[Batch, ...]:
        """Return the batches with files of a stream table that the quality gate may still hold.

        Batches that were ever held are excluded, and so are those that may be partly published.
        """
        excluded = self.publishing.union(*(hold.batches for hold in self.holds))
        return tuple(
            batch
            for batch in self.uncurated
            if batch.batch_id not in excluded and any(file.table == table for file in batch.files)
        )

    @cached_property
    def seen(self) -> frozenset[tuple[str, str]]:
        """(key, version) of every raw file in the ledger, whatever its outcome."""
        return frozenset((entry.key, entry.version) for batch in self.batches for entry in batch.files)

    @cached_property
    def ingested(self) -> dict[tuple[str, str], str]:
        """Table and SHA-256 → key of the ingested file with these bytes.

        Files of a rejected batch do not count: its good files may be uploaded again while it is rejected. Nor
        do withdrawn files.
        """
        return {
            (entry.table, entry.sha256): entry.key
            for batch in self.readable
            for entry in batch.files
            if entry.status == FileStatus.INGESTED and entry.key not in self.withdrawn
        }

    def batches_of(self, table: str) -> tuple[str, ...]:
        """Return the ids of the readable batches with rows of a table, oldest first."""
        return tuple(batch.batch_id for batch in self.readable if table in batch.tables)


def _size(batch: Batch) -> int:
    """Return about the bytes of a batch's raw files, unpacked."""
    return sum(unpacked_bytes(file.key, file.size) for file in batch.files)
