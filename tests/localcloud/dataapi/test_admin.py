"""Keyspaces and collections are created, listed and dropped through `astrapy`."""

from __future__ import annotations

import pytest
from astrapy import Database
from astrapy.exceptions import DataAPIResponseException
from astrapy.info import CollectionDefinition

from tests.localcloud.dataapi.conftest import KEYSPACE, code_of


def test_keyspaces_are_created_and_listed(database: Database) -> None:
    admin = database.get_database_admin()
    admin.create_keyspace("other")
    assert sorted(admin.list_keyspaces()) == ["other", KEYSPACE]
    admin.drop_keyspace("other")
    assert admin.list_keyspaces() == [KEYSPACE]


def test_collection_in_an_unknown_keyspace_is_refused(database: Database) -> None:
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


def test_collection_is_created_again_only_with_the_same_settings(database: Database) -> None:
    database.create_collection("notes")
    database.create_collection("notes")
    definition = CollectionDefinition.builder().with_indexing("deny", ["raw"]).build()
    with pytest.raises(DataAPIResponseException) as error:
        database.create_collection("notes", definition=definition)
    assert code_of(error) == "EXISTING_COLLECTION_DIFFERENT_SETTINGS"


def test_number_of_collections_is_limited(database: Database) -> None:
    for number in range(10):
        database.create_collection(f"c{number}")
    with pytest.raises(DataAPIResponseException) as error:
        database.create_collection("one_too_many")
    assert code_of(error) == "TOO_MANY_COLLECTIONS"


@pytest.mark.parametrize("name", ["1st", "with-hyphen", "x" * 49])
def test_invalid_collection_names_are_refused(database: Database, name: str) -> None:
    with pytest.raises(DataAPIResponseException) as error:
        database.create_collection(name)
    assert code_of(error) == "INVALID_CREATE_COLLECTION_OPTIONS"


def test_indexing_with_allow_and_deny_is_refused(database: Database) -> None:
    both = {"createCollection": {"name": "n", "options": {"indexing": {"allow": ["a"], "deny": ["b"]}}}}
    with pytest.raises(DataAPIResponseException) as error:
        database.command(both)
    assert code_of(error) == "INVALID_INDEXING_DEFINITION"
