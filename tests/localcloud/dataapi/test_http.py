"""Requests are authenticated, routed and limited, and answered in the shape of the service."""

from __future__ import annotations

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
