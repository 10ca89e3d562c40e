"""A domain in the local cloud, used as its users do: upload, run, query."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lake import naming
from lake.model.discovery import load_domain
from lake.naming import Names
from localcloud.client import run_query
from localcloud.context import ACCOUNT, REGION
from localcloud.server import LocalCloud
from uploader import UploadReport, upload

WAIT_SECONDS = 600.0


class Lakehouse:
    """One domain. Every call of `upload` waits until the cloud is idle."""

    def __init__(self, cloud: LocalCloud, domain: str) -> None:
        self.cloud = cloud
        self.domain = load_domain(domain)
        self.names = Names(env="dev", account=ACCOUNT, region=REGION)

    @property
    def machine(self) -> str:
        return f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{self.names.state_machine(self.domain.name)}"

    def send(self, folder: Path, *, again: bool = False) -> UploadReport:
        """Upload a folder in the uploader's role, without waiting for the pipeline."""
        role = f"arn:aws:iam::{ACCOUNT}:role/{self.names.uploader_role}"
        client = self.cloud.client("s3", role)
        return upload([folder], self.domain, client=client, names=self.names, again=again)

    def upload(self, folder: Path, *, again: bool = False) -> UploadReport:
        report = self.send(folder, again=again)
        self.cloud.wait_idle(WAIT_SECONDS)
        return report

    def put(self, key: str, body: str) -> None:
        """Put an object into raw in the uploader's role, as another program than the uploader does."""
        role = f"arn:aws:iam::{ACCOUNT}:role/{self.names.uploader_role}"
        self.cloud.client("s3", role).put_object(Bucket=self.names.raw_bucket, Key=key, Body=body.encode())

    def drop(self, folder: Path, files: Mapping[str, str], *, again: bool = False) -> UploadReport:
        """Write files below `folder` and upload them."""
        for path, content in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
        return self.upload(folder, again=again)

    def start(self, **options: str) -> None:
        """Start an execution of the state machine."""
        self.cloud.client("stepfunctions").start_execution(
            stateMachineArn=self.machine, input=json.dumps(options)
        )

    def executions(self) -> list[str]:
        """Return the statuses of all executions, newest first."""
        listed = self.cloud.client("stepfunctions").list_executions(stateMachineArn=self.machine)
        return [execution["status"] for execution in listed["executions"]]

    def states(self) -> list[str]:
        """Return the names of the states that the newest execution entered."""
        client = self.cloud.client("stepfunctions")
        newest = client.list_executions(stateMachineArn=self.machine)["executions"][0]["executionArn"]
        pages = client.get_paginator("get_execution_history").paginate(executionArn=newest)
        events = [event for page in pages for event in page["events"]]
        return [
            event["stateEnteredEventDetails"]["name"]
            for event in events
            if "stateEnteredEventDetails" in event
        ]

    def query(self, sql: str, layer: str = "gold") -> list[tuple[str | None, ...]]:
        """Return the rows of an Athena query as text.

        Analysts ask gold and stewards quarantine, each in their role. Nobody else has a role for queries.
        """
        names = self.names
        asking = {
            "gold": (names.role(self.domain.name, "analyst"), names.workgroup),
            "quarantine": (names.steward_role, names.steward_workgroup),
        }
        role, workgroup = asking.get(layer, ("", names.workgroup))
        athena = self.cloud.client("athena", f"arn:aws:iam::{ACCOUNT}:role/{role}" if role else None)
        database = names.database(self.domain.name, layer)
        return list(run_query(athena, sql, database=database, workgroup=workgroup).rows)

    def published(self) -> dict[str, str]:
        """Return path → content hash of every silver and gold object."""
        silver = self.cloud.context.bucket_dir(self.names.processed_bucket) / "silver" / self.domain.name
        gold = self.cloud.context.bucket_dir(self.names.curated_bucket) / self.domain.name
        return {
            str(file): hashlib.sha256(file.read_bytes()).hexdigest()
            for folder in (silver, gold)
            for file in folder.rglob("*.parquet")
        }

    def served(self, mart: str) -> dict[str, dict[str, Any]]:
        """Return `_id` → document of a mart in the serving store."""
        assert self.cloud.serving is not None
        collection = naming.collection_name(self.domain.name, mart)
        return self.cloud.serving.server.documents(self.names.keyspace, collection)

    def files(self) -> dict[str, list[dict[str, Any]]]:
        """Return raw key → its entries in the ledger, one for each version of the object, oldest first."""
        s3, bucket = self.cloud.client("s3"), self.names.ledger_bucket
        found: dict[str, list[dict[str, Any]]] = {}
        for key in self.batches():
            for file in json.load(s3.get_object(Bucket=bucket, Key=key)["Body"])["files"]:
                found.setdefault(file["key"], []).append(file)
        return found

    def batches(self) -> list[str]:
        """Return the keys of the committed batches in the ledger, oldest first."""
        pages = self.cloud.client("s3").list_objects_v2(
            Bucket=self.names.ledger_bucket, Prefix=naming.ledger_prefix(self.domain.name)
        )
        return [item["Key"] for item in pages.get("Contents", [])]

    def notifications(self) -> list[dict[str, Any]]:
        """Return the messages of the state machine to the domain's topic, oldest first.

        Alarms publish to the same topic at any time, so they are left out.
        """
        log = self.cloud.context.state_dir / "notifications.jsonl"
        lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        topic = self.names.topic(self.domain.name)
        prefix = f"Caudal {self.domain.name}: "
        return [line for line in lines if line["topic"] == topic and str(line["subject"]).startswith(prefix)]
