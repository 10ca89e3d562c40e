"""A model is trained, promoted, published and rolled back in the deployed cloud."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from glue_jobs.models.pointer import move, read_pointer
from glue_jobs.runtime.store import S3Store
from lake import naming
from lake.naming import COLD_START, TRAIN_ANOMALY_MODEL, RunStatus
from localcloud.context import ACCOUNT, REGION
from localcloud.server import LocalCloud
from tests.e2e.lakehouse import WAIT_SECONDS, Lakehouse

TAKINGS = (
    "stall,day,taken\n"
    + "".join(f"north,2024-0{month}-{day:02},{10 + day}\n" for month in (1, 2) for day in range(1, 28))
    + "north,2024-02-28,99\n"
)
VERDICTS = "stall,day,verdict\nnorth,2024-02-28,planned\n"
PUBLISHED = (
    "SELECT CAST(day AS varchar), taken, low, high, is_odd, verdict, model_version FROM odd_days ORDER BY 1"
)


class Trainings:
    """The trainings of a domain, started and watched in the steward's role."""

    def __init__(self, lake: Lakehouse) -> None:
        self._lake = lake
        steward = f"arn:aws:iam::{ACCOUNT}:role/{lake.names.steward_role}"
        self._states = lake.cloud.client("stepfunctions", steward)
        self._store = S3Store(lake.cloud.client("s3", steward))

    @property
    def machine(self) -> str:
        name = self._lake.names.training_state_machine(self._lake.domain.name)
        return f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}"

    def start(self) -> str:
        """Start a training and return its execution."""
        execution: str = self._states.start_execution(stateMachineArn=self.machine)["executionArn"]
        return execution

    def summary(self, execution: str) -> dict[str, Any]:
        """Return the summary in the output of an execution that succeeded."""
        described = self._states.describe_execution(executionArn=execution)
        assert described["status"] == "SUCCEEDED", described.get("cause")
        summary: dict[str, Any] = json.loads(described["output"])[TRAIN_ANOMALY_MODEL]["summary"]
        return summary

    def roll_back(self, version: str) -> None:
        """Move the pointer and start the pipeline."""
        place = (self._lake.names.ledger_bucket, self._lake.domain.name, self._lake.domain.models[0].name)
        expected = read_pointer(self._store, *place)
        move(self._store, *place, expected=expected, to=version, by="ann", why="test", at=datetime.now(UTC))
        self._states.start_execution(stateMachineArn=self._lake.machine, input="{}")
        self._lake.cloud.wait_idle(WAIT_SECONDS)
        assert self._lake.executions()[0] == "SUCCEEDED", self._lake.notifications()[-1]


def outcomes(lake: Lakehouse) -> list[str]:
    return [json.loads(each["message"])["outcome"] for each in lake.notifications()]


def test_training_is_promoted_published_and_rolled_back(stall: Lakehouse, tmp_path: Path) -> None:
    stall.drop(tmp_path / "one", {"takings.csv": TAKINGS, "verdicts.csv": VERDICTS})
    cold = stall.query(PUBLISHED)
    assert {row[-1] for row in cold} == {COLD_START}
    trainings, runs = Trainings(stall), len(stall.executions())

    first, second = trainings.start(), trainings.start()
    stall.cloud.wait_idle(WAIT_SECONDS)
    promoted, refused = sorted(
        map(trainings.summary, (first, second)), key=lambda each: each["status"], reverse=True
    )
    assert (promoted["status"], refused["status"]) == (RunStatus.PROMOTED, RunStatus.ALREADY_RUNNING)
    version = promoted["models"]["usual_takings"]["version"]
    # The pipeline was started by the training, once, and found no new files.
    assert len(stall.executions()) == runs + 1
    trained = stall.query(PUBLISHED)
    assert {(row[2], row[3], row[-1]) for row in trained} == {("11.00", "37.00", version)}
    assert [row[0] for row in trained if row[4] == "true"] == ["2024-02-28"]
    assert sorted(outcomes(stall)) == ["model not promoted", "model promoted", "published", "published"]

    again = trainings.start()
    stall.cloud.wait_idle(WAIT_SECONDS)
    assert trainings.summary(again)["status"] == RunStatus.UNCHANGED
    # The pipeline was started again, in case that the first training had died before it did so.
    assert len(stall.executions()) == runs + 2
    assert stall.query(PUBLISHED) == trained

    trainings.roll_back(COLD_START)
    assert stall.query(PUBLISHED) == cold
    trainings.roll_back(version)
    assert stall.query(PUBLISHED) == trained


def test_scheduled_training_without_enough_data_promotes_nothing(cloud: LocalCloud) -> None:
    """The shipped model, on the few days that other tests leave, if any."""
    provider = Lakehouse(cloud, "cloud_provider")
    before = len(provider.executions())
    execution = cloud.fire_schedule(provider.names.schedule("cloud_provider", "training"))["ExecutionArn"]
    cloud.wait_idle(WAIT_SECONDS)
    assert Trainings(provider).summary(execution)["status"] == RunStatus.TOO_LITTLE_DATA
    assert len(provider.executions()) == before
    assert not list(
        cloud.client("s3")
        .list_objects_v2(Bucket=provider.names.ledger_bucket, Prefix=naming.models_root("cloud_provider"))
        .get("Contents", [])
    )
