"""Requests are authenticated, routed and limited, and answered in the shape of the service."""

from __future__ import annotations

import socket

import httpx
import pytest
from astrapy.exceptions import DataAPIHttpException

from localcloud.dataapi import DataApiServer
from tests.localcloud.dataapi.conftest import TOKEN, connect


def test_wrong_token_is_answered_with_401(server: DataApiServer) -> None:
    with pytest.raises(DataAPIHttpException) as error:
        connect(server, token="AstraCS:wrong").list_collection_names()
    assert error.value.response.status_code == 401
    assert error.value.error_descriptors[0].error_code == "UNAUTHENTICATED_REQUEST"


def test_body_that_is_not_json_is_refused(server: DataApiServer) -> None:
    answer = httpx.post(f"{server.endpoint}/v1", content="{", headers={"Token": TOKEN}).json()
    assert answer["errors"][0]["errorCode"] == "REQUEST_NOT_JSON"
    assert set(answer["errors"][0]) == {"errorCode", "message", "family", "scope", "title", "id"}


def test_body_over_the_limit_is_answered_with_413(server: DataApiServer) -> None:
    body = b'{"findKeyspaces": "' + b"x" * 20_000_000 + b'"}'
    assert httpx.post(f"{server.endpoint}/v1", content=body, headers={"Token": TOKEN}).status_code == 413


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Token": "wrong", "Content-Length": "5"}, 401),
        ({"Content-Length": "99999999999"}, 401),
        ({"Token": TOKEN, "Content-Length": "99999999999"}, 413),
        ({"Token": TOKEN, "Content-Length": "-1"}, 411),
        ({"Token": TOKEN, "Transfer-Encoding": "chunked"}, 411),
    ],
)
def test_request_is_refused_before_its_body_is_read(
    server: DataApiServer, headers: dict[str, str], status: int
) -> None:
    """No body is sent: a server that waited for it would never answer."""
    host, _, port = server.endpoint.removeprefix("http://").partition(":")
    lines = ["POST /v1 HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers.items())]
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        answer = connection.makefile("rb").read()
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())


def test_path_of_astra_is_served(server: DataApiServer) -> None:
    answer = httpx.post(
        f"{server.endpoint}/api/json/v1", json={"findKeyspaces": {}}, headers={"Token": TOKEN}
    )
    assert answer.json() == {"status": {"keyspaces": []}}


def test_unknown_path_is_answered_with_404(server: DataApiServer) -> None:
    answer = httpx.post(f"{server.endpoint}/v2/x", json={"find": {}}, headers={"Token": TOKEN})
    assert (answer.status_code, answer.json()["errors"][0]["errorCode"]) == (404, "COMMAND_UNKNOWN")


def test_request_counters_need_the_token(server: DataApiServer) -> None:
    path = f"{server.endpoint}/_local/requests"
    assert httpx.get(path).status_code == 401
    assert httpx.get(path, headers={"Token": TOKEN}).json() == {"requests": []}
