"""A module of tests that changes the environment of later tests fails."""

from __future__ import annotations

import pytest

from tests.plugins.environment import require_unchanged, settings

BEFORE = {"AWS_REGION": "us-east-1", "CAUDAL_HOME": "/home"}


def test_only_variables_of_clouds_and_homes_are_compared() -> None:
    assert settings({**BEFORE, "PATH": "/bin", "MY_AWS_KEY": "x"}) == BEFORE


def test_unchanged_environment_passes() -> None:
    require_unchanged(BEFORE, {**BEFORE, "PATH": "/bin"})


@pytest.mark.parametrize(
    ("after", "names"),
    [
        ({**BEFORE, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "AWS_ENDPOINT_URL"),
        ({"AWS_REGION": "us-east-1"}, "CAUDAL_HOME"),
        ({**BEFORE, "AWS_REGION": "eu-west-1"}, "AWS_REGION"),
    ],
)
def test_variable_left_behind_is_named(after: dict[str, str], names: str) -> None:
    with pytest.raises(AssertionError, match=f"later tests: {names};"):
        require_unchanged(BEFORE, after)
