"""Names of resources: buckets, databases, jobs, roles, collections.

All domains share the buckets; most other resources belong to one domain. A name that is longer than AWS
allows raises NameTooLongError, so that a domain with a long name fails at synth and not during a deploy.
"""

from __future__ import annotations

from dataclasses import dataclass

from lake.errors import NameTooLongError

PROJECT = "caudal"

METRICS_NAMESPACE = "Caudal"
"""CloudWatch namespace of the jobs' own metrics."""

MODEL_MISFITS = "ModelMisfits"
"""Metric of the values (services, …) for which a trained model no longer fits, by model."""

BUCKETS = ("raw", "processed", "curated", "ledger", "athena", "artifacts", "logs")
"""The shared buckets. The logs come last: emptying the other buckets writes access logs."""

BUCKET_LIMIT = 63
ROLE_LIMIT = 64
NAME_LIMIT = 80
"""Limit of SQS queues and state machines; most other names may be longer."""

COLLECTION_LIMIT = 48
"""Limit of collections and keyspaces of the Data API."""


RAW_TO_PROCESSED = "raw_to_processed"
PROCESSED_TO_CURATED = "processed_to_curated"
"""Kinds of the two batch jobs; see `Names.job`."""

TRAIN_ANOMALY_MODEL = "train_anomaly_model"
"""Kind of the job that trains a domain's models."""

CURATED_TO_RDS = "curated_to_rds"
"""Kind of the job that loads the relational copy."""

SERVING_STORE = "serving-store"
"""End of the name of the secret with the serving store's endpoint and token."""


def _within(kind: str, name: str, limit: int) -> str:
    if len(name) > limit and "${Token[" not in name:
        raise NameTooLongError(kind, name, limit)
    return name


@dataclass(frozen=True, kw_only=True)
class Names:
    """Names of the resources of one environment; account and region may be CDK tokens."""

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
    def ledger_bucket(self) -> str:
        return self._bucket("ledger")

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

    @property
    def buckets(self) -> dict[str, str]:
        """The names of all buckets, by their place in `BUCKETS`."""
        return {layer: self._bucket(layer) for layer in BUCKETS}

    def layer_bucket(self, layer: str) -> str:
        """Return the bucket with the files of a layer's tables."""
        return self.curated_bucket if layer == "gold" else self.processed_bucket

    # --- shared resources

    def _shared(self, name: str) -> str:
        return f"{PROJECT}-{self.env}-{name}"

    def stack(self, name: str) -> str:
        """Return the name of a CloudFormation stack, e.g. `caudal-dev-storage`, `caudal-dev-<domain>`."""
        return self._shared(name.replace("_", "-"))

    @property
    def workgroup(self) -> str:
        """Athena workgroup of analysts and named queries."""
        return self._shared("athena")

    @property
    def steward_workgroup(self) -> str:
        """Athena workgroup of data stewards."""
        return self._shared("athena-steward")

    @property
    def lease_table(self) -> str:
        """DynamoDB table with one lease per domain."""
        return self._shared("leases")

    @property
    def uploader_role(self) -> str:
        """The only role that writes to the raw bucket; the uploader assumes it."""
        return self._shared("uploader")

    @property
    def teardown_role(self) -> str:
        """Role that empties the buckets of an environment while its data is deleted; it exists only then."""
        return self._shared("teardown")

    @property
    def steward_role(self) -> str:
        """Role that reads quarantine, records requeues and releases batches; data stewards assume it."""
        return self._shared("steward")

    @property
    def keyspace(self) -> str:
        """Keyspace of the serving store, unless its secret names another."""
        return _within("keyspace", f"{PROJECT}_{self.env}", COLLECTION_LIMIT)

    @property
    def serving_secret(self) -> str:
        """Secret with the serving store's endpoint and token."""
        return self._shared(SERVING_STORE)

    @property
    def relational(self) -> str:
        """The database of the relational copy, its secret and Glue's connection to it."""
        return self._shared("relational")

    @property
    def office_hours(self) -> str:
        """The function that starts and stops the database, its role, rule and schedules."""
        return self._shared("office-hours")

    def office_log_group(self) -> str:
        """Return the log group of the function that starts and stops the database."""
        return f"/aws/vendedlogs/{PROJECT}/{self.env}/office-hours"

    @property
    def metrics_namespace(self) -> str:
        return METRICS_NAMESPACE

    # --- per domain

    def of(self, domain: str) -> str:
        """Return the beginning of the names of a domain's state machine, jobs, functions and pipe."""
        return f"{PROJECT}-{self.env}-{domain.replace('_', '-')}-"

    def _of(self, domain: str, name: str, limit: int = NAME_LIMIT, kind: str = "resource") -> str:
        return _within(kind, f"{self.of(domain)}{name}", limit)

    def database(self, domain: str, layer: str) -> str:
        """Return the name of a layer's Glue database; layers are bronze, quarantine, silver and gold."""
        return f"{PROJECT}_{self.env}_{domain}_{layer}"

    def job(self, domain: str, kind: str) -> str:
        """Return the name of a Glue job; `kind` is the name of its script: raw_to_processed, …"""
        return self._of(domain, kind.replace("_", "-"), kind="job")

    def function(self, domain: str, kind: str) -> str:
        """Return the name of a Lambda function; `kind` is the name of its folder: publish_marts, …"""
        return self._of(domain, kind.replace("_", "-"), 64, "function")

    def crawler(self, domain: str, zone: str) -> str:
        """Return the name of the crawler of a zone, processed or curated."""
        return self._of(domain, f"{zone}-crawler", kind="crawler")

    def state_machine(self, domain: str) -> str:
        """Return the name of the state machine of the batch flow."""
        return self._of(domain, "pipeline", kind="state machine")

    def training_state_machine(self, domain: str) -> str:
        """Return the name of the state machine that trains a domain's models."""
        return self._of(domain, "training", kind="state machine")

    def queue(self, domain: str) -> str:
        """Return the name of the queue of landing events."""
        return self._of(domain, "landing", kind="queue")

    def dead_letter_queue(self, domain: str) -> str:
        """Return the name of the dead-letter queue of landing events."""
        return self._of(domain, "landing-dlq", kind="queue")

    def rule(self, domain: str) -> str:
        """Return the name of the rule that sends landing events to the queue."""
        return self._of(domain, "landing", 64, "rule")

    def pipe(self, domain: str) -> str:
        """Return the name of the pipe that starts the state machine from the queue."""
        return self._of(domain, "landing", 64, "pipe")

    def schedule(self, domain: str, subject: str) -> str:
        """Return the name of the schedule that starts `subject`: pipeline or stream_<table>."""
        return self._of(domain, subject.replace("_", "-"), 64, "schedule")

    def failed_streams_rule(self, domain: str) -> str:
        """Return the name of the rule that reports failed stream jobs."""
        return self._of(domain, "failed-streams", 64, "rule")

    def topic(self, domain: str) -> str:
        """Return the name of the topic for notifications."""
        return self._of(domain, "notifications", kind="topic")

    def alarm(self, domain: str, subject: str) -> str:
        """Return the name of the alarm on `subject`."""
        return self._of(domain, subject, 255, "alarm")

    def log_group(self, domain: str, kind: str) -> str:
        """Return the name of a log group. The vended prefix keeps CloudWatch's resource policy small."""
        return f"/aws/vendedlogs/{PROJECT}/{self.env}/{domain}/{kind}"

    def security_configuration(self, domain: str) -> str:
        """Return the name of Glue's security configuration with the key of a domain's logs."""
        return self._of(domain, "encrypted-logs", 255, "security configuration")

    def dashboards_stack(self, domain: str) -> str:
        """Return the name of the stack with a domain's dashboards in QuickSight."""
        return self.stack(f"{domain}-dashboards")

    def quicksight(self, domain: str, name: str) -> str:
        """Return the id of a data source, dataset, theme or dashboard in QuickSight."""
        return self._of(domain, name.replace("_", "-"), 128, "QuickSight id")

    def role(self, domain: str, responsibility: str) -> str:
        """Return the name of the role of one responsibility: raw-to-processed, pipe, state-machine, …"""
        return self._of(domain, responsibility.replace("_", "-"), ROLE_LIMIT, "role")


def collection_name(domain: str, mart: str) -> str:
    """Return the name of the collection that holds a mart's documents in the serving store."""
    return _within("collection", f"{domain}_{mart}", COLLECTION_LIMIT)


def stream_job(table: str) -> str:
    """Return the kind of the job that writes a stream table to bronze; see `Names.job`."""
    return f"stream_{table}"
