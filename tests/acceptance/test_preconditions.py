"""An environment that is not fit is refused, with the reason and the remedy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from acceptance.environment import Environment
from acceptance.errors import AcceptanceError
from acceptance.preconditions import check_only_own_data, check_stacks, check_streams
from glue_jobs.ledger.ledger import Batch, FileEntry, Ledger
from glue_jobs.runtime.store import S3Store
from lake.model.discovery import load_domain
from lake.naming import Names

NAMES = Names(env="dev", account="123456789012", region="us-east-1")
SHOP, CLOUD = load_domain("ecommerce"), load_domain("cloud_provider")
OWN = "ecommerce/orders/0123456789ab/orders.csv"
FOREIGN = "ecommerce/orders/ba9876543210/orders_march.csv"
STACKS = tuple(NAMES.stack(part) for part in ("storage", "athena", "ecommerce"))


class CloudFormation:
    """Stacks in given states."""

    def __init__(self, states: dict[str, str]) -> None:
        self._states = states

    def describe_stacks(self, StackName: str) -> dict[str, Any]:
        if StackName not in self._states:
            answer: Any = {"Error": {"Code": "ValidationError", "Message": f"{StackName} does not exist"}}
            raise boto3.client("sts", region_name="us-east-1").exceptions.ClientError(
                answer, "DescribeStacks"
            )
        return {"Stacks": [{"StackStatus": self._states[StackName]}]}


def check(monkeypatch: pytest.MonkeyPatch, states: dict[str, str]) -> None:
    monkeypatch.setattr(Environment, "client", lambda self, service: CloudFormation(states))
    check_stacks(Environment(session=None, names=NAMES), ["ecommerce"])  # type: ignore[arg-type]


def test_deployed_stacks_are_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    check(monkeypatch, dict.fromkeys(STACKS, "UPDATE_COMPLETE"))


def test_missing_stack_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    states = dict.fromkeys(STACKS[:2], "CREATE_COMPLETE")
    with pytest.raises(AcceptanceError, match="the stack is not deployed") as raised:
        check(monkeypatch, states)
    assert raised.value.where == "stack caudal-dev-ecommerce in account 123456789012, us-east-1"
    assert raised.value.hint == "Run `caudal deploy --env dev`, then run this command again."


def test_stack_without_an_executed_change_set_is_not_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    states = {**dict.fromkeys(STACKS, "CREATE_COMPLETE"), STACKS[1]: "REVIEW_IN_PROGRESS"}
    with pytest.raises(AcceptanceError, match="the stack is not deployed") as raised:
        check(monkeypatch, states)
    assert raised.value.hint == "Run `caudal deploy --env dev`, then run this command again."


@pytest.mark.parametrize(
    ("state", "remedy"),
    [
        ("ROLLBACK_COMPLETE", "Delete this stack"),
        ("CREATE_IN_PROGRESS", "Wait until its change has ended"),
        ("UPDATE_FAILED", "Run `caudal deploy"),
    ],
)
def test_half_deployed_stack_is_refused(monkeypatch: pytest.MonkeyPatch, state: str, remedy: str) -> None:
    with pytest.raises(AcceptanceError, match=f"in the state {state}") as raised:
        check(monkeypatch, {**dict.fromkeys(STACKS, "CREATE_COMPLETE"), STACKS[1]: state})
    assert str(raised.value.hint).startswith(remedy)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Environment]:
    """An environment with empty buckets."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        session = boto3.Session("test", "test", region_name="us-east-1")
        for bucket in (NAMES.raw_bucket, NAMES.ledger_bucket):
            session.client("s3").create_bucket(Bucket=bucket)
        yield Environment(session=session, names=NAMES)


def put(environment: Environment, key: str) -> None:
    environment.client("s3").put_object(Bucket=NAMES.raw_bucket, Key=key, Body=b"x")


def commit(environment: Environment, key: str) -> None:
    entry = FileEntry(
        key=key, version="1", table="orders", size=1, sha256="0" * 64, rank="1", status="ingested"
    )  # fmt: skip
    batch = Batch(
        batch_id="b-1", domain=SHOP.name, execution="e", status="committed",
        committed_at="2025-08-01T00:00:00+00:00", files=(entry,),
    )  # fmt: skip
    Ledger(S3Store(environment.client("s3")), NAMES.ledger_bucket, SHOP.name).commit(batch)


def test_empty_environment_is_fit(environment: Environment) -> None:
    check_only_own_data(environment, SHOP, {OWN})


def test_files_of_an_earlier_try_are_fit(environment: Environment) -> None:
    put(environment, OWN)
    commit(environment, OWN)
    check_only_own_data(environment, SHOP, {OWN})


def test_files_sent_again_by_an_earlier_try_are_fit(environment: Environment) -> None:
    put(environment, "ecommerce/orders/0123456789ab-20250801T120000Z/orders.csv")
    check_only_own_data(environment, SHOP, {OWN})


class Glue:
    """Jobs with a trigger."""

    def __init__(self, trigger: str) -> None:
        self._trigger = trigger

    def get_job(self, JobName: str) -> dict[str, Any]:
        return {"Job": {"Name": JobName, "DefaultArguments": {"--trigger": self._trigger}}}


def test_stream_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = Environment(session=None, names=NAMES)  # type: ignore[arg-type]
    monkeypatch.setattr(Environment, "client", lambda self, service: Glue("available_now"))
    check_streams(environment, CLOUD)
    monkeypatch.setattr(Environment, "client", lambda self, service: Glue("continuous"))
    with pytest.raises(AcceptanceError, match="its stream runs without end") as raised:
        check_streams(environment, CLOUD)
    assert raised.value.where == "job caudal-dev-cloud-provider-stream-usage-events"
    assert "without --stream-trigger continuous" in str(raised.value.hint)


@pytest.mark.parametrize(("bring", "place"), [(put, "the raw bucket"), (commit, "the ledger")])
def test_environment_with_other_data_is_refused(environment: Environment, bring: Any, place: str) -> None:
    bring(environment, FOREIGN)
    message = f"{place} holds 1 file.* e.g. {FOREIGN}"
    with pytest.raises(AcceptanceError, match=message) as raised:
        check_only_own_data(environment, SHOP, {OWN})
    assert "caudal destroy --env dev --delete-data" in str(raised.value.hint)
