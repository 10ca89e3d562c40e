"""Faults are applied to requests of `astrapy`."""

from __future__ import annotations

import httpx
import pytest
from astrapy.exceptions import (
    CollectionInsertManyException,
    DataAPIHttpException,
    DataAPITimeoutException,
)

from localcloud.dataapi import DataApiServer, Fault
from localcloud.dataapi.faults import Kind
from tests.localcloud.dataapi.conftest import Documents


@pytest.mark.parametrize(("kind", "status"), [(Kind.RATE_LIMIT, 429), (Kind.UNAVAILABLE, 503)])
def test_overloaded_service_recovers(
    server: DataApiServer, notes: Documents, kind: Kind, status: int
) -> None:
    server.inject(Fault(kind=kind, times=2, after=1))
    notes.insert_one({"_id": 1})
    for _ in range(2):
        with pytest.raises(DataAPIHttpException) as error:
            notes.insert_one({"_id": 2})
        assert error.value.response.status_code == status
    notes.insert_one({"_id": 2})
    assert server.faults.injected == 2


@pytest.mark.parametrize(("kind", "applied"), [(Kind.TIMEOUT_BEFORE, False), (Kind.TIMEOUT_AFTER, True)])
def test_command_of_a_time_out_is_applied_or_not(
    server: DataApiServer, notes: Documents, kind: Kind, applied: bool
) -> None:
    server.inject(Fault(kind=kind, command="insertOne"))
    with pytest.raises(DataAPITimeoutException):
        notes.insert_one({"_id": 1}, timeout_ms=100)
    assert (notes.find_one({"_id": 1}) is not None) is applied


@pytest.mark.parametrize(("kind", "applied"), [(Kind.RESET_BEFORE, False), (Kind.RESET_AFTER, True)])
def test_command_of_a_connection_reset_is_applied_or_not(
    server: DataApiServer, notes: Documents, kind: Kind, applied: bool
) -> None:
    server.inject(Fault(kind=kind, command="insertOne"))
    with pytest.raises(httpx.TransportError):
        notes.insert_one({"_id": 1})
    assert (notes.find_one({"_id": 1}) is not None) is applied


def test_insert_succeeds_in_part(server: DataApiServer, notes: Documents) -> None:
    server.inject(Fault(kind=Kind.PARTIAL_INSERT))
    notes.find_one({})
    with pytest.raises(CollectionInsertManyException) as error:
        notes.insert_many([{"_id": 0}, {"_id": 1}, {"_id": 2}])
    assert error.value.inserted_ids == [0, 2]


def test_slow_answer_arrives(server: DataApiServer, notes: Documents) -> None:
    server.inject(Fault(kind=Kind.SLOW, seconds=0.05, command="find"))
    assert list(notes.find({})) == []
    assert server.faults.injected == 1


@pytest.mark.parametrize(("kind", "stored"), [(Kind.DOWN_BEFORE, {1}), (Kind.DOWN_AFTER, {1, 2})])
def test_database_is_down_from_a_request_on(
    server: DataApiServer, notes: Documents, kind: Kind, stored: set[int]
) -> None:
    server.inject(Fault(kind=kind, after=1))
    notes.insert_one({"_id": 1})
    for number in (2, 3):
        with pytest.raises(httpx.TransportError):
            notes.insert_one({"_id": number})
    server.faults.clear()
    assert {document["_id"] for document in notes.find({})} == stored
