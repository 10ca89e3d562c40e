"""The command line against a mocked account that holds what a pipeline has in its folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner, Result

from lake.naming import Names
from requeue.cli import app
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NAMES = Names(env="test", account="123456789012", region="us-east-1")
BUCKETS = {"raw": NAMES.raw_bucket, "processed": NAMES.processed_bucket}


class CommandLine:
    """Mirrors a pipeline's raw and processed buckets to the account, and back after each command."""

    def __init__(self, pipeline: Pipeline, s3: S3Client) -> None:
        self.pipeline = pipeline
        self._s3 = s3
        for folder, bucket in BUCKETS.items():
            s3.create_bucket(Bucket=bucket)  # Again, it is the same bucket: this region says so.
            for item in pipeline.store.list(folder, ""):
                head = pipeline.store.head(folder, item.key, 0)
                body = pipeline.store.read(folder, item.key)
                s3.put_object(Bucket=bucket, Key=item.key, Body=body, Metadata=dict(head.metadata))

    def run(self, command: str, *options: str | Path) -> Result:
        """Run a command for the pipeline's domain; what it wrote is in the pipeline's folder afterwards."""
        common = ["--domain", self.pipeline.domain.name, "--env", "test"]
        result = CliRunner().invoke(app, [command, *map(str, options), *common])
        for folder, bucket in BUCKETS.items():
            known = {item.key for item in self.pipeline.store.list(folder, "")}
            for key in self.keys(folder):
                if key not in known:
                    answer = self._s3.get_object(Bucket=bucket, Key=key)
                    metadata = {name.replace("-", "_"): value for name, value in answer["Metadata"].items()}
                    self.pipeline.store.upload(folder, key, answer["Body"].read(), **metadata)
        return result

    def put(self, folder: str, key: str, body: bytes) -> None:
        """An object that appears in the account alone."""
        self._s3.put_object(Bucket=BUCKETS[folder], Key=key, Body=body)

    def mirrored(self) -> CommandLine:
        """The same command_line, after the pipeline went on."""
        return CommandLine(self.pipeline, self._s3)

    def keys(self, folder: str) -> list[str]:
        """Keys of a bucket in the account."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKETS[folder])
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def records(self, *options: str) -> list[dict[str, Any]]:
        """What `list --json` prints."""
        result = self.run("list", "--json", *options)
        assert result.exit_code == 0, result.output
        found: list[dict[str, Any]] = json.loads(result.stdout)
        return found

    def id_of(self, raw_record: str) -> str:
        """Id of the newest record with this text."""
        found = [each for each in self.records() if each["raw_record"] == raw_record]
        return str(max(found, key=lambda each: each["ingest_ts"])["record_id"])


def sent(command_line: CommandLine, *options: str | Path) -> str:
    """What a `send` that works prints."""
    result = command_line.run("send", *options)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(command_line: CommandLine, command: str, *options: str | Path) -> str:
    """What a command that is refused says; nothing is sent then."""
    result = command_line.run(command, *options)
    assert result.exit_code == 2
    assert not any("/requeued/" in key for key in command_line.keys("raw"))
    return result.stderr
