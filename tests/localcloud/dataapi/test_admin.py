"""Keyspaces, collections, tokens and what outlives the process."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from astrapy import Database
from astrapy.authentication import UsernamePasswordTokenProvider
from astrapy.exceptions import DataAPIHttpException, DataAPIResponseException
from astrapy.info import CollectionDefinition

from localcloud.dataapi import DataApiServer
from localcloud.dataapi.server import password_token
from tests.localcloud.dataapi.conftest import KEYSPACE, TOKEN, connect


def code_of(error: pytest.ExceptionInfo[DataAPIResponseException]) -> str | None:
    return error.value.error_descriptors[0].error_code


def test_keyspaces_are_created_and_listed(database: Database) -> None:
    admin = database.get_database_admin()
    admin.create_keyspace("other")
    assert sorted(admin.list_keyspaces()) == ["other", KEYSPACE]
    admin.drop_keyspace("other")
    assert admin.list_keyspaces() == [KEYSPACE]


def test_a_collection_in_an_unknown_keyspace_is_refused(database: Database) -> None:
    with pytest.raises(DataAPIResponseException) as error:
        database.create_collection("people", keyspace="nowhere")
    assert code_of(error) == "UNKNOWN_KEYSPACE"


def test_collections_are_created_described_and_dropped(database: Database) -> None:
    definition = CollectionDefinition.builder().with_indexing("allow", ["topic"]).build()
    database.create_collection("notes", definition=definition)
    (described,) = database.list_collections()
    assert described.name == "notes"
    assert described.definition.indexing == {"allow": ["topic"]}
    database.drop_collection("notes")
    assert database.list_collection_names() == []


def test_creating_a_collection_again_needs_the_same_settings(database: Database) -> None:
    database.create_collection("notes")
    database.create_collection("notes")
    definition = CollectionDefinition.builder().with_indexing("deny", ["raw"]).build()
    with pytest.raises(DataAPIResponseException) as error:
        database.create_collection("notes", definition=definition)
    assert code_of(error) == "EXISTING_COLLECTION_DIFFERENT_SETTINGS"


def test_there_is_a_limit_to_the_number_of_collections(database: Database) -> None:
    for number in range(10):
        database.create_collection(f"c{number}")
    with pytest.raises(DataAPIResponseException) as error:
        database.create_collection("one_too_many")
    assert code_of(error) == "TOO_MANY_COLLECTIONS"


@pytest.mark.parametrize("name", ["1st", "with-hyphen", "x" * 49])
def test_a_collection_name_is_checked(database: Database, name: str) -> None:
    with pytest.raises(DataAPIResponseException) as error:
        database.create_collection(name)
    assert code_of(error) == "INVALID_CREATE_COLLECTION_OPTIONS"


def test_indexing_is_allow_or_deny(database: Database) -> None:
    both = {"createCollection": {"name": "n", "options": {"indexing": {"allow": ["a"], "deny": ["b"]}}}}
    with pytest.raises(DataAPIResponseException) as error:
        database.command(both)
    assert code_of(error) == "INVALID_INDEXING_DEFINITION"


def test_an_unknown_command_is_named(database: Database) -> None:
    with pytest.raises(DataAPIResponseException) as error:
        database.command({"dance": {}})
    assert code_of(error) == "COMMAND_UNKNOWN"


def test_an_unknown_collection_is_named(database: Database) -> None:
    with pytest.raises(DataAPIResponseException) as error:
        database.get_collection("nowhere").find_one({})
    assert code_of(error) == "COLLECTION_NOT_EXIST"


def test_a_wrong_token_is_401(server: DataApiServer) -> None:
    with pytest.raises(DataAPIHttpException) as error:
        connect(server, token="AstraCS:wrong").list_collection_names()
    assert error.value.response.status_code == 401
    assert error.value.error_descriptors[0].error_code == "UNAUTHENTICATED_REQUEST"


def test_user_and_password_make_a_token(tmp_path: Path) -> None:
    provider = UsernamePasswordTokenProvider("cassandra", "secret")
    assert provider.get_token() == password_token("cassandra", "secret")
    with DataApiServer(tmp_path, token=password_token("cassandra", "secret")) as server:
        assert connect(server, token=provider.get_token()).get_database_admin().list_keyspaces() == []


def test_a_body_that_is_no_json_is_refused(server: DataApiServer) -> None:
    answer = httpx.post(f"{server.endpoint}/v1", content="{", headers={"Token": TOKEN}).json()
    assert answer["errors"][0]["errorCode"] == "REQUEST_NOT_JSON"
    assert set(answer["errors"][0]) == {"errorCode", "message", "family", "scope", "title", "id"}


def test_a_body_over_the_limit_is_413(server: DataApiServer) -> None:
    body = b'{"findKeyspaces": "' + b"x" * 20_000_000 + b'"}'
    assert httpx.post(f"{server.endpoint}/v1", content=body, headers={"Token": TOKEN}).status_code == 413


def test_the_path_of_astra_is_served_too(server: DataApiServer) -> None:
    answer = httpx.post(
        f"{server.endpoint}/api/json/v1", json={"findKeyspaces": {}}, headers={"Token": TOKEN}
    )
    assert answer.json() == {"status": {"keyspaces": []}}


def test_documents_outlive_the_server(tmp_path: Path) -> None:
    with DataApiServer(tmp_path, token=TOKEN) as server:
        database = connect(server)
        database.get_database_admin().create_keyspace(KEYSPACE)
        notes = database.create_collection("notes")
        notes.insert_many([{"_id": 1, "text": "ñ"}, {"_id": 2}])
        notes.delete_one({"_id": 2})
    with DataApiServer(tmp_path, token=TOKEN) as server:
        assert list(connect(server).get_collection("notes").find({})) == [{"_id": 1, "text": "ñ"}]


def test_requests_are_counted_by_command_and_collection(server: DataApiServer, database: Database) -> None:
    notes = database.create_collection("notes")
    notes.insert_one({"_id": 1})
    notes.find_one({})
    notes.find_one({})
    assert server.count("findOne", collection="notes") == 2
    assert server.count(collection="notes") == 3
    listed = httpx.get(f"{server.endpoint}/_local/requests", headers={"Token": TOKEN}).json()["requests"]
    assert {"command": "findOne", "collection": "notes", "requests": 2} in listed
