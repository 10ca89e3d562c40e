"""Errors have the shape in which the Data API returns them."""

from __future__ import annotations

import pytest

from localcloud.dataapi.errors import ApiError


@pytest.mark.parametrize(
    ("code", "family", "scope", "title"),
    [
        ("UNKNOWN_KEYSPACE", "REQUEST", "SCHEMA", "Keyspace does not exist in the Database"),
        ("TOO_MANY_REQUESTS", "SERVER", "", "Rate limit reached"),
    ],
)
def test_body_has_family_scope_title_and_an_id(code: str, family: str, scope: str, title: str) -> None:
    error = ApiError(code, "the reason")
    body = error.body()
    assert str(error) == f"{code}: the reason"
    assert body.pop("id") != error.body()["id"]
    assert body == {
        "errorCode": code, "message": "the reason", "family": family, "scope": scope, "title": title,
    }  # fmt: skip
