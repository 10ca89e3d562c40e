"""Connections from valid secrets, and errors that show no value of a malformed one."""

from __future__ import annotations

import json

import pytest

from serving.client.connection import Connection
from serving.client.errors import SecretError

GOOD = {"endpoint": "https://db.example", "token": "AstraCS:s3cret"}


def test_token_connects_to_astra() -> None:
    connection = Connection.from_secret(json.dumps(GOOD), keyspace="caudal_dev")
    assert (connection.environment, connection.keyspace, connection.is_self_hosted) == (
        "prod",
        "caudal_dev",
        False,
    )
    assert connection.provider.get_token() == "AstraCS:s3cret"
    assert "s3cret" not in repr(connection)


def test_user_and_password_connect_to_a_self_hosted_server() -> None:
    secret = {
        "endpoint": "http://localhost:8181/",
        "username": "cassandra",
        "password": "s3cret",
        "environment": "hcd",
        "keyspace": "own",
    }
    connection = Connection.from_secret(json.dumps(secret), keyspace="caudal_dev")
    assert (connection.endpoint, connection.keyspace) == ("http://localhost:8181", "own")
    assert connection.is_self_hosted
    assert str(connection.provider.get_token()).startswith("Cassandra:")


@pytest.mark.parametrize(
    ("secret", "message"),
    [
        (None, "empty or no JSON"),
        ("s3cret", "empty or no JSON"),
        ('["s3cret"]', "no JSON object"),
        (json.dumps({"token": "s3cret"}), "'endpoint' is missing"),
        (json.dumps(GOOD | {"endpoint": "s3cret"}), "'endpoint' is no URL"),
        (json.dumps({"endpoint": "https://s3cret"}), "'token' is missing"),
        (json.dumps(GOOD | {"token": " "}), "'token' is missing"),
        (json.dumps(GOOD | {"environment": "s3cret"}), "'environment' is unknown"),
        (json.dumps({"endpoint": "https://s3cret", "username": "s3cret"}), "'password' is missing"),
    ],
)
def test_malformed_secret_raises_without_showing_its_values(secret: str | None, message: str) -> None:
    with pytest.raises(SecretError, match=message) as error:
        Connection.from_secret(secret, keyspace="k")
    assert "s3cret" not in str(error.value)
    assert error.value.__cause__ is None
