"""Requests: retries and their pauses, refusals, the deadline, and the count of requests."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from localcloud.dataapi import DataApiServer, Fault
from localcloud.dataapi.faults import Kind
from serving.client.connection import Connection
from serving.client.errors import RefusedError, UnreachableError
from serving.client.requests import (
    NO_COLLECTION,
    UNAUTHENTICATED,
    Deadline,
    OutOfTimeError,
    Requests,
    Retry,
    create_collection,
    is_transient,
)

NAME = "orders"
FIND: dict[str, Any] = {"find": {"filter": {}}}
QUICK = Retry(attempts=3, sleep=lambda _: None, timeout_seconds=5)

Connect = Callable[..., Requests]


@pytest.fixture
def connect(server: DataApiServer) -> Connect:
    """Return a function that makes the requests of a collection that exists."""

    def make(retry: Retry = QUICK, **options: Any) -> Requests:
        database = Connection.from_secret(server.secret, keyspace="tests").database()
        requests = Requests(database.get_collection(NAME), retry, **options)
        create_collection(
            Requests(database.get_collection(NAME), QUICK), database, ("period",), self_hosted=True
        )
        server.requests.clear()
        return requests

    return make


def test_answered_request_is_counted(server: DataApiServer, connect: Connect) -> None:
    requests = connect()
    assert requests.send(FIND)["data"]["documents"] == []
    assert (requests.sent, server.count()) == (1, 1)


def test_transient_error_is_retried(server: DataApiServer, connect: Connect) -> None:
    requests = connect()
    server.inject(Fault(kind=Kind.UNAVAILABLE, times=2))
    assert requests.send(FIND)["data"]["documents"] == []
    assert requests.sent == 3


def test_request_without_an_answer_raises_after_all_attempts(server: DataApiServer, connect: Connect) -> None:
    requests = connect()
    server.inject(Fault(kind=Kind.UNAVAILABLE, times=100))
    with pytest.raises(
        UnreachableError, match="no answer after 3 attempts; the last one ended with HTTP 503"
    ):
        requests.send(FIND)
    assert requests.sent == 3


def test_pauses_double_up_to_the_longest() -> None:
    pauses: list[float] = []
    retry = Retry(longest_seconds=1.0, sleep=pauses.append, draw=lambda low, high: high)
    for attempt in range(4):
        retry.pause(attempt)
    retry.pause(0, at_least=7)
    assert pauses == [0.2, 0.4, 0.8, 1.0, 7]


def test_jitter_is_drawn_from_zero_to_the_longest_pause() -> None:
    drawn: list[tuple[float, float]] = []

    def draw(low: float, high: float) -> float:
        drawn.append((low, high))
        return low

    Retry(sleep=lambda _: None, draw=draw).pause(1)
    assert drawn == [(0, 0.4)]


def test_refused_command_raises_its_code_without_retry(server: DataApiServer, connect: Connect) -> None:
    requests = connect()
    other = Requests(requests.collection.database.get_collection("unknown"), QUICK)
    with pytest.raises(RefusedError) as refused:
        other.send(FIND)
    assert refused.value.code in NO_COLLECTION
    assert refused.value.where == "collection unknown"
    assert other.sent == 1


def test_wrong_token_is_refused_with_a_hint(server: DataApiServer, connect: Connect) -> None:
    requests = connect()
    server.token = "AstraCS:rotated"
    with pytest.raises(RefusedError, match="Put a valid token into the serving secret") as refused:
        requests.send(FIND)
    assert refused.value.code == UNAUTHENTICATED


def test_no_request_begins_after_the_deadline(server: DataApiServer, connect: Connect) -> None:
    requests = connect(deadline=Deadline(remaining=lambda: 44.0, reserve=45.0))
    with pytest.raises(OutOfTimeError):
        requests.send(FIND)
    assert (requests.sent, server.count()) == (0, 0)


def test_missing_keyspace_on_astra_raises_with_a_hint(server: DataApiServer) -> None:
    secret = json.loads(server.secret) | {"keyspace": "absent"}
    database = Connection.from_secret(json.dumps(secret), keyspace="absent").database()
    requests = Requests(database.get_collection(NAME), QUICK)
    with pytest.raises(RefusedError, match=r"no keyspace 'absent'\. Create it in the database"):
        create_collection(requests, database, ("period",), self_hosted=False)


@pytest.mark.parametrize(("family", "transient"), [("SERVER", True), ("REQUEST", False), (None, False)])
def test_only_errors_of_the_server_are_transient(family: str | None, transient: bool) -> None:
    assert is_transient({"family": family}) is transient
