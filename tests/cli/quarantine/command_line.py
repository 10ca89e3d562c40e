"""The command line for quarantined records, run against a mocked account."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner, Result

from cli.main import app
from lake.naming import Names
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NAMES = Names(env="test", account="123456789012", region="us-east-1")
BUCKETS = {"raw": NAMES.raw_bucket, "processed": NAMES.processed_bucket, "ledger": NAMES.ledger_bucket}


class CommandLine:
    """Command line for one pipeline's domain.

    Copies the pipeline's raw and processed buckets to the account at the start, and copies new objects
    of the account back after each command.
    """

    def __init__(self, pipeline: Pipeline, s3: S3Client) -> None:
        self.pipeline = pipeline
        self._s3 = s3
        for folder, bucket in BUCKETS.items():
            # Creating the same bucket again is no error in this region.
            s3.create_bucket(Bucket=bucket)
            for item in pipeline.store.list(folder, ""):
                head = pipeline.store.head(folder, item.key, 0)
                body = pipeline.store.read(folder, item.key)
                s3.put_object(Bucket=bucket, Key=item.key, Body=body, Metadata=dict(head.metadata))

    def run(self, command: str, *options: str | Path) -> Result:
        """Run a command for the pipeline's domain and copy the objects that it wrote to the pipeline."""
        common = ["--domain", self.pipeline.domain.name, "--env", "test"]
        words = ["release"] if command == "release" else ["quarantine", command]
        result = CliRunner().invoke(app, [*words, *map(str, options), *common])
        for folder, bucket in BUCKETS.items():
            known = {item.key for item in self.pipeline.store.list(folder, "")}
            for key in self.keys(folder):
                if key not in known:
                    answer = self._s3.get_object(Bucket=bucket, Key=key)
                    metadata = {name.replace("-", "_"): value for name, value in answer["Metadata"].items()}
                    self.pipeline.store.upload(folder, key, answer["Body"].read(), **metadata)
        return result

    def put(self, folder: str, key: str, body: bytes) -> None:
        """Put an object into the account only."""
        self._s3.put_object(Bucket=BUCKETS[folder], Key=key, Body=body)

    def mirrored(self) -> CommandLine:
        """Return a command line whose account has the pipeline's current objects."""
        return CommandLine(self.pipeline, self._s3)

    def keys(self, folder: str) -> list[str]:
        """Return the keys of a bucket in the account."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKETS[folder])
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def records(self, *options: str) -> list[dict[str, Any]]:
        """Return the records of `list --json`."""
        result = self.run("list", "--json", *options)
        assert result.exit_code == 0, result.output
        found: list[dict[str, Any]] = json.loads(result.stdout)["records"]
        return found

    def id_of(self, raw_record: str) -> str:
        """Return the id of the newest record with this text."""
        found = [each for each in self.records() if each["raw_record"] == raw_record]
        return str(max(found, key=lambda each: each["ingest_ts"])["record_id"])


def sent(cli: CommandLine, *options: str | Path) -> str:
    """Run `send`, which must succeed, and return its output."""
    result = cli.run("send", *options)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(cli: CommandLine, command: str, *options: str | Path) -> str:
    """Run a command, which must fail and send nothing, and return its error message."""
    result = cli.run(command, *options)
    assert result.exit_code == 2
    assert not any("/requeued/" in key for key in cli.keys("raw"))
    return result.stderr


def write_corrections(cli: CommandLine, path: Path, table: str, **changes: dict[str, str]) -> Path:
    """Correct a file that `list --to` wrote: `s2={"amount": "5"}` corrects the amount of sale 2."""
    assert cli.run("list", "--table", table, "--to", path).exit_code == 0
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    chosen = [{**row, **changes[f"s{row['sale_id']}"]} for row in rows if f"s{row['sale_id']}" in changes]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(chosen)
    return path
