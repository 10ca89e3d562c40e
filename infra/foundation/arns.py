"""ARNs of resources, made from the physical names in `lake.naming`.

Stacks refer to each other by name, never by export: each stack can be changed and deployed alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from lake.naming import Names


@dataclass(frozen=True, kw_only=True)
class Arns:
    """ARNs of one environment; `partition` is aws, aws-cn, … or a token."""

    names: Names
    partition: str

    def _regional(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.names.region}:{self.names.account}:{resource}"

    def bucket(self, bucket: str) -> str:
        return f"arn:{self.partition}:s3:::{bucket}"

    def objects(self, bucket: str, *prefixes: str) -> list[str]:
        """Return one ARN pattern per prefix, for the objects under it."""
        return [f"{self.bucket(bucket)}/{prefix}*" for prefix in prefixes]

    def role(self, name: str) -> str:
        return f"arn:{self.partition}:iam::{self.names.account}:role/{name}"

    def database(self, name: str) -> str:
        return self._regional("glue", f"database/{name}")

    def tables(self, database: str) -> str:
        """Return the ARN pattern for all tables of a database."""
        return self._regional("glue", f"table/{database}/*")

    def table(self, database: str, table: str) -> str:
        return self._regional("glue", f"table/{database}/{table}")

    @property
    def catalog(self) -> str:
        return self._regional("glue", "catalog")

    def job(self, name: str) -> str:
        return self._regional("glue", f"job/{name}")

    def crawler(self, name: str) -> str:
        return self._regional("glue", f"crawler/{name}")

    def dynamodb_table(self, name: str) -> str:
        return self._regional("dynamodb", f"table/{name}")

    def workgroup(self, name: str) -> str:
        return self._regional("athena", f"workgroup/{name}")

    @property
    def data_catalog(self) -> str:
        """The Glue catalog as Athena names it."""
        return self._regional("athena", "datacatalog/AwsDataCatalog")

    def state_machine(self, name: str) -> str:
        return self._regional("states", f"stateMachine:{name}")

    def execution(self, state_machine: str) -> str:
        """Return the ARN pattern for all executions of a state machine."""
        return self._regional("states", f"execution:{state_machine}:*")

    def pipe(self, name: str) -> str:
        return self._regional("pipes", f"pipe/{name}")

    def function(self, name: str) -> str:
        return self._regional("lambda", f"function:{name}")

    def secret(self, name: str) -> str:
        """Return the ARN pattern of a secret: AWS appends six characters that are unknown at synth."""
        return self._regional("secretsmanager", f"secret:{name}-??????")

    def rule(self, name: str) -> str:
        return self._regional("events", f"rule/{name}")

    @property
    def schedules(self) -> str:
        """The default schedule group, which holds all schedules. A schedule's role trusts its group."""
        return self._regional("scheduler", "schedule-group/default")

    def database_instance(self, name: str) -> str:
        return self._regional("rds", f"db:{name}")

    def connection(self, name: str) -> str:
        return self._regional("glue", f"connection/{name}")

    def alarms(self, prefix: str) -> str:
        """Return the ARN pattern for the alarms whose names start with `prefix`."""
        return self._regional("cloudwatch", f"alarm:{prefix}*")

    def quicksight(self, kind: str, id: str) -> str:
        """Return the ARN of a resource of QuickSight; `kind` is datasource, dataset, theme or dashboard."""
        return self._regional("quicksight", f"{kind}/{id}")

    def ingestions(self, dataset: str) -> str:
        """Return the ARN pattern for all ingestions of a dataset of QuickSight."""
        return self._regional("quicksight", f"dataset/{dataset}/ingestion/*")

    def log_group(self, name: str) -> str:
        return self._regional("logs", f"log-group:{name}")
