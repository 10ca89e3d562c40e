"""A running local Data API, and collections of it through `astrapy`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from astrapy import Collection, DataAPIClient, Database
from astrapy.authentication import StaticTokenProvider
from astrapy.exceptions import DataAPIResponseException
from astrapy.info import CollectionDefinition

from localcloud.dataapi import DataApiServer

KEYSPACE = "tests"
TOKEN = "AstraCS:local"

Documents = Collection[dict[str, Any]]


def connect(server: DataApiServer, token: str = TOKEN) -> Database:
    client = DataAPIClient(environment="hcd")
    return client.get_database(server.endpoint, token=StaticTokenProvider(token), keyspace=KEYSPACE)


def code_of(error: pytest.ExceptionInfo[DataAPIResponseException]) -> str | None:
    """The error code of a refused command."""
    return error.value.error_descriptors[0].error_code


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DataApiServer]:
    with DataApiServer(tmp_path / "dataapi", token=TOKEN) as running:
        yield running


@pytest.fixture
def database(server: DataApiServer) -> Database:
    database = connect(server)
    database.get_database_admin().create_keyspace(KEYSPACE)
    return database


@pytest.fixture
def people(database: Database) -> Documents:
    """A collection in which every path is indexed, with three documents."""
    people = database.create_collection("people")
    people.insert_many(
        [
            {"_id": "ann", "age": 31, "tags": ["x", "y"], "home": {"city": "Lima"}},
            {"_id": "bob", "age": 25, "tags": [], "home": {"city": "Oslo"}},
            {"_id": "eve", "age": None, "home": {"city": "Lima"}},
        ]
    )
    return people


@pytest.fixture
def notes(database: Database) -> Documents:
    """A collection in which only `topic` and `number` are indexed."""
    definition = CollectionDefinition.builder().with_indexing("allow", ["topic", "number"]).build()
    return database.create_collection("notes", definition=definition)
