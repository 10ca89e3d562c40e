"""Keys of what the flow remembers: ledger, runs, checkpoints. The same in every environment."""

from __future__ import annotations

from lake.naming.layout import QUALITY_LOG, layer_prefix


def checkpoint_prefix(domain: str, table: str) -> str:
    """Processed bucket: what the streaming query of a table remembers between runs."""
    return f"_checkpoints/{domain}/{table}/"


LEDGER = "_ledger/"
"""Processed bucket: the ledgers of all domains."""


def ledger_root(domain: str) -> str:
    """Processed bucket: everything that the ledger holds of a domain."""
    return f"{LEDGER}{domain}/"


def ledger_prefix(domain: str) -> str:
    """Processed bucket: one object per committed batch."""
    return f"{ledger_root(domain)}batches/"


def ledger_key(domain: str, batch_id: str) -> str:
    return f"{ledger_prefix(domain)}{batch_id}.json"


def snapshot_key(domain: str) -> str:
    """Processed bucket: a copy of all that the batches say, for readers' speed alone."""
    return f"{ledger_root(domain)}snapshot.json.gz"


def curated_prefix(domain: str) -> str:
    """Processed bucket: one object per batch whose effect is published in silver and gold."""
    return f"{ledger_root(domain)}curated/"


def curated_key(domain: str, batch_id: str) -> str:
    return f"{curated_prefix(domain)}{batch_id}.json"


def quality_log_key(domain: str, run_id: str) -> str:
    """Curated bucket: what one batch, or one execution, adds to the log of the checks."""
    return f"{layer_prefix('gold', domain, QUALITY_LOG)}{run_id}.parquet"


def released_prefix(domain: str) -> str:
    """Processed bucket: one object per rejected batch, or hold, that was let through."""
    return f"{ledger_root(domain)}released/"


def released_key(domain: str, name: str) -> str:
    return f"{released_prefix(domain)}{name}.json"


def held_prefix(domain: str) -> str:
    """Processed bucket: one object per hold, which names the batches of a stream that wait for a release."""
    return f"{ledger_root(domain)}held/"


def held_key(domain: str, hold_id: str) -> str:
    return f"{held_prefix(domain)}{hold_id}.json"


def passed_prefix(domain: str) -> str:
    """Processed bucket: batches of streams that an execution is publishing, until they are curated."""
    return f"{ledger_root(domain)}passed/"


def passed_key(domain: str, execution: str) -> str:
    return f"{passed_prefix(domain)}{execution}.json"


def requeued_prefix(domain: str, table: str = "") -> str:
    """Processed bucket: one object per raw object that holds requeued records of a table."""
    return f"{ledger_root(domain)}requeued/{table}/" if table else f"{ledger_root(domain)}requeued/"


def requeued_key(domain: str, table: str, name: str) -> str:
    return f"{requeued_prefix(domain, table)}{name}.json"


COMPACTIONS = "c-"
"""What the ids of compactions begin with; they take a batch's place in the keys of bronze."""


def compaction_id(written_at: str, year: int, month: int) -> str:
    """Id of the files that a run merged in one month of a table."""
    return f"{COMPACTIONS}{written_at}-{year:04d}-{month:02d}"


def compaction_prefix(domain: str, table: str) -> str:
    """Processed bucket: one object per compaction of a table, which names what it replaces."""
    return f"{ledger_root(domain)}compactions/{table}/"


def compaction_key(domain: str, table: str, name: str) -> str:
    return f"{compaction_prefix(domain, table)}{name}.json"


def runs_root(domain: str) -> str:
    """Processed bucket: run summaries of a domain."""
    return f"_runs/{domain}/"


def run_key(domain: str, execution: str, job: str) -> str:
    """Processed bucket: a job's run summary, which the state machine reads."""
    return f"{runs_root(domain)}{execution}/{job}.json"


def run_detail_key(domain: str, execution: str, job: str) -> str:
    """Processed bucket: what a summary is too small for."""
    return f"{runs_root(domain)}{execution}/{job}-detail.json"


def unpublished_root(domain: str) -> str:
    """Processed bucket: one object per mart of which the serving store has not everything yet."""
    return f"_serving/{domain}/"


def unpublished_prefix(domain: str, mart: str) -> str:
    """Processed bucket: the objects of one mart; more than one after a job that died."""
    return f"{unpublished_root(domain)}{mart}/"


def unpublished_key(domain: str, mart: str, execution: str) -> str:
    """Processed bucket: partitions of a mart that this execution, or one before it, has touched."""
    return f"{unpublished_prefix(domain, mart)}{execution}.json"


def account_key(domain: str, table: str) -> str:
    """Processed bucket: what became of a table's bronze rows, by month."""
    return f"{ledger_root(domain)}accounts/{table}.json"


def generation_key(domain: str, table: str) -> str:
    """Processed bucket: which generation of checkpoints a stream goes on from."""
    return f"{checkpoint_prefix(domain, table)}generation.json"


def generation_prefix(domain: str, table: str, generation: int) -> str:
    """Processed bucket: the checkpoints of one generation, one folder per query."""
    return f"{checkpoint_prefix(domain, table)}{generation:04d}/"


def stop_key(domain: str, table: str) -> str:
    """Processed bucket: an object here asks a continuous stream to end after its micro-batch."""
    return f"{checkpoint_prefix(domain, table)}stop"


def generation_claim_key(domain: str, generation: int) -> str:
    """Processed bucket: taken by the stream that owns a generation; numbers are unique in a domain."""
    return f"{ledger_root(domain)}generations/{generation:04d}.json"


def stream_batches(generation: int) -> str:
    """What the ids of a generation's batches begin with."""
    return f"s-{generation:04d}-"


def stream_batch_id(generation: int, number: int) -> str:
    """Id of the batch that a stream's micro-batch becomes; the order of text is the order of time."""
    return f"{stream_batches(generation)}{number:08d}"
