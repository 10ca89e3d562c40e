"""Keys of checkpoints, run summaries and unpublished partitions. They are equal in all environments.

All keys belong to the processed bucket, unless their function says otherwise. The ledger has keys and a
bucket of its own; see `ledger`.
"""

from __future__ import annotations

from lake.naming.layout import QUALITY_LOG, RUN_LOG, layer_prefix, year_partition


def checkpoint_prefix(domain: str, table: str) -> str:
    """Return the prefix of the checkpoints of a table's streaming queries."""
    return f"_checkpoints/{domain}/{table}/"


def quality_log_key(domain: str, run_id: str) -> str:
    """Return the key, in the curated bucket, of the rows that one run adds to the log of the checks."""
    return f"{layer_prefix('gold', domain, QUALITY_LOG)}{run_id}.parquet"


def run_log_key(domain: str, year: int, run_id: str) -> str:
    """Return the key, in the curated bucket, of a run that started in that year in the log of runs."""
    return f"{layer_prefix('gold', domain, RUN_LOG)}{year_partition(year)}{run_id}.parquet"


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


def generation_key(domain: str, table: str) -> str:
    """Return the key of the object that names the generation of checkpoints in use."""
    return f"{checkpoint_prefix(domain, table)}generation.json"


def generation_prefix(domain: str, table: str, generation: int) -> str:
    """Return the prefix of one generation's checkpoints, with one folder per query."""
    return f"{checkpoint_prefix(domain, table)}{generation:04d}/"


def speed_record_key(domain: str, table: str, generation: int) -> str:
    """Return the key of the object that names the speed view's checkpoint in use."""
    return f"{generation_prefix(domain, table, generation)}speed.json"


def speed_checkpoint_prefix(domain: str, table: str, generation: int, name: str = "") -> str:
    """Return the prefix of the speed view's checkpoint of that name, or the beginning of all of them."""
    return f"{generation_prefix(domain, table, generation)}speed-{name}"


def feed_prefix(domain: str, table: str) -> str:
    """Return the prefix of the copies of bronze files that a stream's speed view reads."""
    return f"{checkpoint_prefix(domain, table)}feed/"


def stop_key(domain: str, table: str) -> str:
    """Return the key whose object asks a continuous stream to end after its micro-batch."""
    return f"{checkpoint_prefix(domain, table)}stop"
