"""A server accepts its token only, and its documents survive a restart."""

from __future__ import annotations

import json
from pathlib import Path

from astrapy.authentication import UsernamePasswordTokenProvider

from localcloud.dataapi import DataApiServer
from tests.localcloud.dataapi.conftest import KEYSPACE, TOKEN, connect


def test_token_of_username_and_password_is_accepted(tmp_path: Path) -> None:
    provider = UsernamePasswordTokenProvider("cassandra", "secret")
    with DataApiServer(tmp_path, token=str(provider.get_token())) as server:
        assert connect(server, token=provider.get_token()).get_database_admin().list_keyspaces() == []


def test_documents_survive_a_restart(tmp_path: Path) -> None:
    with DataApiServer(tmp_path, token=TOKEN) as server:
        database = connect(server)
        database.get_database_admin().create_keyspace(KEYSPACE)
        notes = database.create_collection("notes")
        notes.insert_many([{"_id": 1, "text": "ñ"}, {"_id": 2}])
        notes.delete_one({"_id": 2})
    with DataApiServer(tmp_path, token=TOKEN) as server:
        assert list(connect(server).get_collection("notes").find({})) == [{"_id": 1, "text": "ñ"}]


def test_secret_holds_endpoint_and_token(server: DataApiServer) -> None:
    expected = {"endpoint": server.endpoint, "token": TOKEN, "environment": "hcd"}
    assert json.loads(server.secret) == expected
