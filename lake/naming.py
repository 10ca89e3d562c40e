"""The only place that spells a physical name: buckets, prefixes, databases, jobs, roles.

Buckets are shared by all domains, everything else belongs to one. Names raise when they pass the
limit that AWS sets, so that a too long domain fails at synth and not in the middle of a deploy.
"""

from __future__ import annotations

from dataclasses import dataclass

from lake.errors import NameTooLongError

PROJECT = "caudal"

METRICS_NAMESPACE = "Caudal"
"""CloudWatch namespace of the jobs' own metrics."""

BUCKET_LIMIT = 63
ROLE_LIMIT = 64
NAME_LIMIT = 80
"""SQS queues, state machines; most other names may be longer."""

COLLECTION_LIMIT = 48
"""Collections and keyspaces of the Data API."""


SERVING_STORE = "serving-store"
"""What the name of the secret that leads to the serving store ends with."""


def _within(kind: str, name: str, limit: int) -> str:
    if len(name) > limit and "${Token[" not in name:
        raise NameTooLongError(kind, name, limit)
    return name


@dataclass(frozen=True, kw_only=True)
class Names:
    """Names of one environment in one account and region (CDK tokens are accepted for both)."""

    env: str
    account: str
    region: str

    # --- buckets

    def _bucket(self, layer: str) -> str:
        return _within("bucket", f"{PROJECT}-{self.env}-{layer}-{self.account}-{self.region}", BUCKET_LIMIT)

    @property
    def raw_bucket(self) -> str:
        return self._bucket("raw")

    @property
    def processed_bucket(self) -> str:
        return self._bucket("processed")

    @property
    def curated_bucket(self) -> str:
        return self._bucket("curated")

    @property
    def athena_bucket(self) -> str:
        return self._bucket("athena")

    @property
    def artifacts_bucket(self) -> str:
        return self._bucket("artifacts")

    @property
    def logs_bucket(self) -> str:
        """Server access logs of the other buckets."""
        return self._bucket("logs")

    # --- shared resources

    def _shared(self, name: str) -> str:
        return f"{PROJECT}-{self.env}-{name}"

    def stack(self, name: str) -> str:
        """CloudFormation stack, e.g. `caudal-dev-storage`, `caudal-dev-ecommerce`."""
        return self._shared(name.replace("_", "-"))

    @property
    def workgroup(self) -> str:
        return self._shared("athena")

    @property
    def lease_table(self) -> str:
        """DynamoDB table that holds one lease per domain."""
        return self._shared("leases")

    @property
    def uploader_role(self) -> str:
        """The only role that writes raw; `upload_files.py` assumes it."""
        return self._shared("uploader")

    @property
    def steward_role(self) -> str:
        """Reads quarantine, notes what was requeued and releases batches; `glue_jobs.requeue` assumes it."""
        return self._shared("steward")

    @property
    def keyspace(self) -> str:
        """Keyspace of the serving store, unless its secret names another."""
        return _within("keyspace", f"{PROJECT}_{self.env}", COLLECTION_LIMIT)

    @property
    def serving_secret(self) -> str:
        """Secret that holds the serving store's endpoint and token."""
        return self._shared(SERVING_STORE)

    @property
    def metrics_namespace(self) -> str:
        return METRICS_NAMESPACE

    # --- per domain

    def _of(self, domain: str, name: str, limit: int = NAME_LIMIT, kind: str = "resource") -> str:
        return _within(kind, f"{PROJECT}-{self.env}-{domain.replace('_', '-')}-{name}", limit)

    def database(self, domain: str, layer: str) -> str:
        """Glue database of a layer: bronze, quarantine, silver or gold."""
        return f"{PROJECT}_{self.env}_{domain}_{layer}"

    def job(self, domain: str, kind: str) -> str:
        """Glue job, `kind` with underscores as its script: raw_to_processed, …"""
        return self._of(domain, kind.replace("_", "-"), kind="job")

    def function(self, domain: str, kind: str) -> str:
        """Lambda function, `kind` with underscores as its folder: publish_marts, …"""
        return self._of(domain, kind.replace("_", "-"), 64, "function")

    def crawler(self, domain: str, zone: str) -> str:
        """Crawler of a zone: processed or curated."""
        return self._of(domain, f"{zone}-crawler", kind="crawler")

    def state_machine(self, domain: str) -> str:
        return self._of(domain, "pipeline", kind="state machine")

    def queue(self, domain: str) -> str:
        return self._of(domain, "landing", kind="queue")

    def dead_letter_queue(self, domain: str) -> str:
        return self._of(domain, "landing-dlq", kind="queue")

    def rule(self, domain: str) -> str:
        return self._of(domain, "landing", 64, "rule")

    def pipe(self, domain: str) -> str:
        return self._of(domain, "landing", 64, "pipe")

    def schedule(self, domain: str, what: str) -> str:
        """EventBridge schedule that starts `what`: pipeline, stream_<table>."""
        return self._of(domain, what.replace("_", "-"), 64, "schedule")

    def failed_streams_rule(self, domain: str) -> str:
        return self._of(domain, "failed-streams", 64, "rule")

    def topic(self, domain: str) -> str:
        return self._of(domain, "notifications", kind="topic")

    def alarm(self, domain: str, subject: str) -> str:
        return self._of(domain, subject, 255, "alarm")

    def log_group(self, domain: str, kind: str) -> str:
        """CloudWatch log group; the vended prefix keeps the log service's resource policy small."""
        return f"/aws/vendedlogs/{PROJECT}/{self.env}/{domain}/{kind}"

    def role(self, domain: str, responsibility: str) -> str:
        """One role per responsibility: raw-to-processed, pipe, state-machine, …"""
        return self._of(domain, responsibility.replace("_", "-"), ROLE_LIMIT, "role")


# --- the serving store; the same in every environment


def collection_name(domain: str, mart: str) -> str:
    """Collection of the serving store that holds a mart's documents."""
    return _within("collection", f"{domain}_{mart}", COLLECTION_LIMIT)


# --- keys and prefixes; the same in every environment


def raw_prefix(domain: str, table: str = "") -> str:
    """Raw bucket: `<domain>/<table>/`, or the whole domain."""
    return f"{domain}/{table}/" if table else f"{domain}/"


UNRECOGNISED = "_unrecognised"
"""Raw bucket: takes a table's place in the key of a file that matches no table."""


def raw_content_prefix(domain: str, table: str, sha256: str) -> str:
    """Raw bucket: where one content of a table lies, under whatever names it came."""
    return f"{raw_prefix(domain, table)}{sha256[:12]}/"


def raw_key(domain: str, table: str, sha256: str, path: str) -> str:
    """Raw bucket: one object per content and relative path."""
    return f"{raw_content_prefix(domain, table, sha256)}{path}"


def layer_prefix(layer: str, domain: str, table: str) -> str:
    """Where a table's files lie in its bucket; gold has the curated bucket to itself."""
    return f"{domain}/{table}/" if layer == "gold" else f"{layer}/{domain}/{table}/"


def batch_prefix(layer: str, domain: str, table: str, batch_id: str) -> str:
    """Processed bucket: what one batch brought to bronze or quarantine of one table."""
    return f"{layer_prefix(layer, domain, table)}batch={batch_id}/"


def part_file(number: int) -> str:
    """Name of a published Parquet file in its partition; almost always there is one."""
    return f"part-{number:05d}.parquet"


def month_partition(year: int, month: int) -> str:
    return f"year={year}/month={month}/"


def year_partition(year: int) -> str:
    return f"year={year}/"


QUALITY_LOG = "quality_by_run"
"""The log of the checks, which every domain has in gold."""

STAGING = "_staging/"
"""Processed and curated bucket: what expires unless it is published."""


def staging_prefix(domain: str, execution: str) -> str:
    """Processed and curated bucket: files of one execution that are not published yet."""
    return f"{STAGING}{domain}/{execution}/"


def stream_job(table: str) -> str:
    """Kind of the job that takes a stream table to bronze; see `Names.job`."""
    return f"stream_{table}"


def checkpoint_prefix(domain: str, table: str) -> str:
    """Processed bucket: what the streaming query of a table remembers between runs."""
    return f"_checkpoints/{domain}/{table}/"


def speed_prefix(domain: str, table: str) -> str:
    """Processed bucket: running totals of a stream's open days."""
    return layer_prefix("speed", domain, table)


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
