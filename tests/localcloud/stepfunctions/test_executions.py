"""Calls about executions answer as the API does."""

from __future__ import annotations

import pytest
from moto.core.exceptions import JsonRESTError

from localcloud.stepfunctions.executions import check_name


@pytest.mark.parametrize("name", [None, "run-1", "a" * 80, "2025_01.x"])
def test_valid_names_are_accepted(name: str | None) -> None:
    check_name(name)


@pytest.mark.parametrize("name", ["", "a" * 81, "a b", "a/b", "a:b", "a*b", "a<b", "a\tb", 'a"b'])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(JsonRESTError, match="Invalid Name"):
        check_name(name)
