"""The command line for a model, against a mocked account and a fake of Step Functions."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner, Result

from cli.main import app
from cli.model import place, train
from glue_jobs.models.pointer import Pointer, move, read_pointer
from glue_jobs.models.published import finish
from glue_jobs.models.registry import Registry
from glue_jobs.models.version import Version
from glue_jobs.runtime.store import S3Store
from lake.model.discovery import load_domain
from lake.naming import Names
from tests.aws import account

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["account"]

STALL = Path(__file__).parents[2] / "stall"
NAMES = Names(env="test", account="123456789012", region="us-east-1")
PLACE = (NAMES.ledger_bucket, "stall", "usual_takings")
AT = datetime(2026, 1, 2, 3, tzinfo=UTC)


@dataclass
class FakeStates:
    """Step Functions with the state machines `machines`; `descriptions` describe a training in turn."""

    machines: tuple[str, ...] = (NAMES.state_machine("stall"), NAMES.training_state_machine("stall"))
    descriptions: list[dict[str, Any]] = field(default_factory=list)
    started: list[str] = field(default_factory=list)

    def start_execution(self, *, stateMachineArn: str, input: str) -> dict[str, str]:
        name = stateMachineArn.rpartition(":")[2]
        if name not in self.machines:
            raise ClientError({"Error": {"Code": "StateMachineDoesNotExist", "Message": "none"}}, "Start")
        assert (stateMachineArn.split(":")[:4], input) == (["arn", "aws", "states", "us-east-1"], "{}")
        self.started.append(name)
        return {"executionArn": f"arn:aws:states:us-east-1:123456789012:execution:{name}:run-1"}

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:
        assert executionArn.endswith(":run-1")
        found = self.descriptions.pop(0)
        if found.get("interrupts"):
            raise KeyboardInterrupt
        return found


@dataclass
class ModelLine:
    """Runs `caudal model` for the stall, and has its registry and its fake of Step Functions."""

    s3: S3Client
    states: FakeStates

    @property
    def store(self) -> S3Store:
        return S3Store(self.s3)

    @property
    def registry(self) -> Registry:
        return Registry(self.store, NAMES.ledger_bucket, "stall", load_domain("stall").models[0])

    def run(self, *words: str, domain: str = "stall") -> Result:
        result = CliRunner().invoke(
            app, ["model", *words, "--domain", domain, "--env", "test"], env={"COLUMNS": "200"}
        )
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def add(self, low: int, **options: Any) -> str:
        """Add a version; return its id."""
        given: dict[str, Any] = {
            "window_start": date(2025, 1, 1), "window_end": date(2025, 12, 31), "parent": None, "at": AT,
            "fingerprint": {"2025-12": "ab"}, "code_version": "1", "by": "x1",
            "figures": {"decision": "promote", "f1": "0.9"},
        }  # fmt: skip
        row = {"stall": None, "low": low, "high": 100}
        version = Version.of(self.registry.model, [row], **{**given, **options})
        self.registry.add(version)
        return version.version

    def promote(self, version: str) -> None:
        move(self.store, *PLACE, expected=self.pointer(), to=version, by="ann", why="better", at=AT)

    def publish(self, version: str) -> None:
        """Record what the pipeline records after it has published a version."""
        finish(
            self.store, *PLACE, version=version, execution="x2", at=AT, drift={}, corrected_months=()
        )  # fmt: skip

    def pointer(self) -> Pointer | None:
        return read_pointer(self.store, *PLACE)

    def put(self, key: str, body: bytes) -> None:
        self.s3.put_object(Bucket=NAMES.ledger_bucket, Key=key, Body=body)


def ended(status: str, message: str = "Model usual_takings: …\nF1  0.9") -> dict[str, Any]:
    """Return the description of a training that succeeded with a summary."""
    summary = {"status": status, "message": message}
    return {"status": "SUCCEEDED", "output": json.dumps({"train_anomaly_model": {"summary": summary}})}


@pytest.fixture
def cli(account: S3Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelLine]:
    sys.path.append(str(STALL))
    for bucket in (NAMES.ledger_bucket, NAMES.raw_bucket):
        account.create_bucket(Bucket=bucket)
    states = FakeStates()
    monkeypatch.setattr(place, "states_client", lambda session, options: states)
    monkeypatch.setattr(train, "POLL_SECONDS", 0.0)
    yield ModelLine(account, states)
    sys.path.remove(str(STALL))
