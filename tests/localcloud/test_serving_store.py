"""Deployed secrets hold the address of the Data API, whose documents survive a restart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lake.naming import Names
from localcloud.server import LocalCloud
from serving.client.connection import Connection
from tests.localcloud.assembly import ACCOUNT, REGION, resource, write_assembly

NAMES = Names(env="dev", account=ACCOUNT, region=REGION)


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    store = resource(
        "AWS::SecretsManager::Secret", Name=NAMES.serving_secret, Description="Address of the serving store."
    )
    other = resource("AWS::SecretsManager::Secret", Name="another", SecretString="kept")
    return write_assembly(tmp_path / "cdk.out", {"serving": {"Store": store, "Other": other}})


def secret(cloud: LocalCloud, name: str = NAMES.serving_secret) -> str:
    text: str = cloud.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    return text


def database(cloud: LocalCloud) -> Connection:
    return Connection.from_secret(secret(cloud), keyspace=NAMES.keyspace)


def test_only_the_secret_of_the_serving_store_is_filled(assembly: Path, tmp_path: Path) -> None:
    with LocalCloud(tmp_path / "home") as cloud:
        cloud.deploy(assembly)
        assert cloud.serving is not None
        assert json.loads(secret(cloud))["endpoint"] == cloud.serving.endpoint
        assert secret(cloud, "another") == "kept"
        assert database(cloud).is_self_hosted


def test_documents_and_token_survive_a_restart(assembly: Path, tmp_path: Path) -> None:
    tokens = []
    for found in (0, 1):
        with LocalCloud(tmp_path / "home") as cloud:
            cloud.deploy(assembly)
            tokens.append(json.loads(secret(cloud))["token"])
            store = database(cloud).database()
            store.get_database_admin().create_keyspace(NAMES.keyspace)
            collection = store.create_collection("notes")
            assert collection.count_documents({}, upper_bound=10) == found
            collection.insert_one({"_id": "note"}) if not found else None
    assert tokens[0] == tokens[1]
    assert (tmp_path / "home" / "dataapi" / "token").stat().st_mode & 0o077 == 0
