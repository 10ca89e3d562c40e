"""Commands are dispatched and counted, and unknown ones refused."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from astrapy import Database
from astrapy.exceptions import DataAPIResponseException

from localcloud.dataapi import DataApiServer
from tests.localcloud.dataapi.conftest import KEYSPACE, TOKEN, Documents, code_of


def test_unknown_database_command_is_refused(database: Database) -> None:
    with pytest.raises(DataAPIResponseException) as error:
        database.command({"dance": {}})
    assert code_of(error) == "COMMAND_UNKNOWN"


def test_unknown_collection_is_refused(database: Database) -> None:
    with pytest.raises(DataAPIResponseException) as error:
        database.get_collection("nowhere").find_one({})
    assert code_of(error) == "COLLECTION_NOT_EXIST"


def test_requests_are_counted_by_command_and_collection(server: DataApiServer, database: Database) -> None:
    notes = database.create_collection("notes")
    notes.insert_one({"_id": 1})
    notes.find_one({})
    notes.find_one({})
    assert server.count("findOne", collection="notes") == 2
    assert server.count(collection="notes") == 3
    listed = httpx.get(f"{server.endpoint}/_local/requests", headers={"Token": TOKEN}).json()["requests"]
    assert {"command": "findOne", "collection": "notes", "requests": 2} in listed


def test_unknown_collection_command_is_refused(notes: Documents) -> None:
    with pytest.raises(DataAPIResponseException) as error:
        notes.command({"dance": {}})
    assert code_of(error) == "COMMAND_UNKNOWN"


@pytest.mark.parametrize("payload", [[], {}, {"find": {}, "findOne": {}}])
def test_payload_must_be_one_command(server: DataApiServer, payload: Any) -> None:
    answer = server.run([], payload)
    assert answer["errors"][0]["errorCode"] == "REQUEST_STRUCTURE_MISMATCH"


def test_documents_are_listed_without_a_request(server: DataApiServer, people: Documents) -> None:
    before = server.count()
    assert sorted(server.documents(KEYSPACE, "people")) == ["ann", "bob", "eve"]
    assert server.count() == before
