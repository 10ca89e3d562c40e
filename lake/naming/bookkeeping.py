"""Keys of bookkeeping objects: ledger, run summaries, checkpoints. They are equal in all environments.

All keys belong to the processed bucket, unless their function says otherwise.
"""

from __future__ import annotations

from lake.naming.layout import QUALITY_LOG, layer_prefix


def checkpoint_prefix(domain: str, table: str) -> str:
    """Return the prefix of the checkpoints of a table's streaming queries."""
    return f"_checkpoints/{domain}/{table}/"


LEDGER = "_ledger/"
"""Prefix of the ledgers of all domains."""


def ledger_root(domain: str) -> str:
    """Return the prefix of a domain's ledger."""
    return f"{LEDGER}{domain}/"


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


def quality_log_key(domain: str, run_id: str) -> str:
    """Return the key, in the curated bucket, of the rows that one run adds to the log of the checks."""
    return f"{layer_prefix('gold', domain, QUALITY_LOG)}{run_id}.parquet"


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


COMPACTIONS = "c-"
"""Prefix of the ids of compactions, which take the place of a batch's id in the keys of bronze."""


def compaction_id(written_at: str, year: int, month: int) -> str:
    """Return the id of a compaction: the files of one month of a table that a run merged."""
    return f"{COMPACTIONS}{written_at}-{year:04d}-{month:02d}"


def compaction_prefix(domain: str, table: str) -> str:
    """Return the prefix of a table's compactions: one object each, which names the replaced files."""
    return f"{ledger_root(domain)}compactions/{table}/"


def compaction_key(domain: str, table: str, name: str) -> str:
    """Return the key of a compaction of a table."""
    return f"{compaction_prefix(domain, table)}{name}.json"


def runs_root(domain: str) -> str:
    """Return the prefix of a domain's run summaries."""
    return f"_runs/{domain}/"


def run_key(domain: str, execution: str, job: str) -> str:
    """Return the key of a job's run summary, which the state machine reads."""
    return f"{runs_root(domain)}{execution}/{job}.json"


def run_detail_key(domain: str, execution: str, job: str) -> str:
    """Return the key of the details that do not fit into a run summary."""
    return f"{runs_root(domain)}{execution}/{job}-detail.json"


def unpublished_root(domain: str) -> str:
    """Return the prefix of the partitions that are not published to the serving store yet, by mart."""
    return f"_serving/{domain}/"


def unpublished_prefix(domain: str, mart: str) -> str:
    """Return the prefix of a mart's unpublished partitions: several objects after a job that died."""
    return f"{unpublished_root(domain)}{mart}/"


def unpublished_key(domain: str, mart: str, execution: str) -> str:
    """Return the key of the mart's partitions that this execution, or one before it, has touched."""
    return f"{unpublished_prefix(domain, mart)}{execution}.json"


def account_key(domain: str, table: str) -> str:
    """Return the key of a table's account: by month, its bronze rows and their outcomes in silver."""
    return f"{ledger_root(domain)}accounts/{table}.json"


def generation_key(domain: str, table: str) -> str:
    """Return the key of the object that names the generation of checkpoints in use."""
    return f"{checkpoint_prefix(domain, table)}generation.json"


def generation_prefix(domain: str, table: str, generation: int) -> str:
    """Return the prefix of one generation's checkpoints, with one folder per query."""
    return f"{checkpoint_prefix(domain, table)}{generation:04d}/"


def stop_key(domain: str, table: str) -> str:
    """Return the key whose object asks a continuous stream to end after its micro-batch."""
    return f"{checkpoint_prefix(domain, table)}stop"


def generation_claim_key(domain: str, generation: int) -> str:
    """Return the key that a stream claims for its generation, so that numbers are unique in a domain."""
    return f"{ledger_root(domain)}generations/{generation:04d}.json"


def stream_batches(generation: int) -> str:
    """Return the prefix of the ids of a generation's batches."""
    return f"s-{generation:04d}-"


def stream_batch_id(generation: int, number: int) -> str:
    """Return the id of the batch that a micro-batch becomes. Ids sort in the order of time."""
    return f"{stream_batches(generation)}{number:08d}"
