"""Keys of the ledger bucket, and the ids of batches and compactions. They are equal in all environments.

The bucket is versioned, so that a damaged or deleted object can be restored. It has what cannot be derived
from other data: batches, releases, holds, requeues, compactions, accounts and claimed generations. The
snapshot is a copy that lies beside the batches.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime


def moment(at: datetime) -> str:
    """Return a time as it stands in ids: in UTC, with microseconds, so that ids sort in the order of time."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S%f}"


def batch_id(at: datetime) -> str:
    """Return the id of the batch that a run of that time ingests."""
    return f"b-{moment(at)}"


def hold_id(at: datetime, table: str) -> str:
    """Return the id of a hold on a stream table."""
    return f"h-{moment(at)}-{table}"


def ledger_root(domain: str) -> str:
    """Return the prefix of a domain's ledger."""
    return f"{domain}/"


def ledger_prefix(domain: str) -> str:
    """Return the prefix of the ledger's batches: one object per committed batch."""
    return f"{ledger_root(domain)}batches/"


def ledger_key(domain: str, batch_id: str) -> str:
    """Return the key of a committed batch."""
    return f"{ledger_prefix(domain)}{batch_id}.json"


def snapshot_key(domain: str) -> str:
    """Return the key of the snapshot: a copy of all batch objects, which saves readers requests."""
    return f"{ledger_root(domain)}snapshot.json.gz"


def curated_prefix(domain: str) -> str:
    """Return the prefix of curated batches: one object per batch that is published in silver and gold."""
    return f"{ledger_root(domain)}curated/"


def curated_key(domain: str, batch_id: str) -> str:
    """Return the key that marks a batch as curated."""
    return f"{curated_prefix(domain)}{batch_id}.json"


def released_prefix(domain: str) -> str:
    """Return the prefix of releases: one object per released batch or hold."""
    return f"{ledger_root(domain)}released/"


def released_key(domain: str, name: str) -> str:
    """Return the key that releases a rejected batch or a hold."""
    return f"{released_prefix(domain)}{name}.json"


def held_prefix(domain: str) -> str:
    """Return the prefix of holds: one object per hold, which names the held batches of a stream."""
    return f"{ledger_root(domain)}held/"


def held_key(domain: str, hold_id: str) -> str:
    """Return the key of a hold."""
    return f"{held_prefix(domain)}{hold_id}.json"


def publishing_prefix(domain: str) -> str:
    """Return the prefix of stream batches that executions have begun to publish: one object per execution."""
    return f"{ledger_root(domain)}passed/"


def publishing_key(domain: str, execution: str) -> str:
    """Return the key of the stream batches that an execution is about to publish."""
    return f"{publishing_prefix(domain)}{execution}.json"


def requeued_prefix(domain: str, table: str = "") -> str:
    """Return the prefix of requeues: one object per raw object with requeued records of a table."""
    return f"{ledger_root(domain)}requeued/{table}/" if table else f"{ledger_root(domain)}requeued/"


def requeued_key(domain: str, table: str, name: str) -> str:
    """Return the key that records a requeue of a table's records."""
    return f"{requeued_prefix(domain, table)}{name}.json"


WITHDRAWALS = "w-"
"""Prefix of the ids of decisions to withdraw a file, or to take that back."""


def withdrawn_prefix(domain: str) -> str:
    """Return the prefix of these decisions: one object each."""
    return f"{ledger_root(domain)}withdrawn/"


def withdrawn_key(domain: str, decision_id: str) -> str:
    """Return the key of a decision."""
    return f"{withdrawn_prefix(domain)}{decision_id}.json"


def set_aside_key(domain: str) -> str:
    """Return the key of the record of bronze files that lack the rows of withdrawn files."""
    return f"{ledger_root(domain)}set-aside.json"


def reingest_prefix(domain: str) -> str:
    """Return the prefix of batches that are to be read from raw again: one object per batch."""
    return f"{ledger_root(domain)}reingest/"


def reingest_key(domain: str, batch_id: str) -> str:
    """Return the key that asks for a batch to be read again."""
    return f"{reingest_prefix(domain)}{batch_id}.json"


_REREAD = re.compile(r"(?P<first>.+)-r\d{8}T\d+")


def reread_batch_id(batch_id: str, at: datetime) -> str:
    """Return the id of the batch that takes a batch's place: it sorts behind it, before every other one."""
    match = _REREAD.fullmatch(batch_id)
    return f"{match['first'] if match else batch_id}-r{moment(at)}"


def is_reread(batch_id: str) -> bool:
    """Return whether the id is that of a batch that was read again."""
    return _REREAD.fullmatch(batch_id) is not None


DROPS = "_drops"
REREAD = "_reread"
"""Names of the readers of a domain's drops, and of batches that are read again. A stream's reader is named by
its table."""


def reading_key(domain: str, reader: str) -> str:
    """Return the key of the files that a reader is reading."""
    return f"{ledger_root(domain)}reading/{reader}.json"


COMPACTIONS = "c-"
"""Prefix of the ids of compactions, which take the place of a batch's id in the keys of bronze."""


def compaction_id(at: datetime, year: int, month: int) -> str:
    """Return the id of a compaction: the files of one month of a table that a run merged."""
    return f"{COMPACTIONS}{moment(at)}-{year:04d}-{month:02d}"


def compaction_prefix(domain: str, table: str) -> str:
    """Return the prefix of a table's compactions: one object each, which names the replaced files."""
    return f"{ledger_root(domain)}compactions/{table}/"


def compaction_key(domain: str, table: str, name: str) -> str:
    """Return the key of a compaction of a table."""
    return f"{compaction_prefix(domain, table)}{name}.json"


def account_key(domain: str, table: str) -> str:
    """Return the key of a table's account: by month, its bronze rows and their outcomes in silver."""
    return f"{ledger_root(domain)}accounts/{table}.json"


def generation_claim_key(domain: str, generation: int) -> str:
    """Return the key that a stream claims for its generation, so that numbers are unique in a domain."""
    return f"{ledger_root(domain)}generations/{generation:04d}.json"


def stream_batches(generation: int) -> str:
    """Return the prefix of the ids of a generation's batches."""
    return f"s-{generation:04d}-"


def skipped_batch_id(generation: int, at: datetime) -> str:
    """Return the id of the batch of the files that Spark's source skips, written at that time."""
    return f"{stream_batches(generation)}h{moment(at)}"


def stream_batch_id(generation: int, number: int) -> str:
    """Return the id of the batch that a micro-batch becomes. Ids sort in the order of time."""
    return f"{stream_batches(generation)}{number:08d}"


def is_micro_batch(batch_id: str, generation: int) -> bool:
    """Return whether the id is that of a numbered micro-batch of a generation."""
    return re.fullmatch(rf"{stream_batches(generation)}\d{{8}}", batch_id) is not None


_STREAM_BATCH = re.compile(r"s-\d+-.+")


def is_stream_batch(batch_id: str) -> bool:
    """Return whether the id is that of a stream's micro-batch and not of a drop's batch."""
    return _STREAM_BATCH.fullmatch(batch_id) is not None
