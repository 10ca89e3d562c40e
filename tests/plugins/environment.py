"""Tests leave the environment of the process as it was: what one leaves behind changes later ones."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping

import pytest

PREFIXES = ("AWS_", "CAUDAL_")
"""Variables that say which cloud is called and where its files are."""


def settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that have one of PREFIXES."""
    return {name: value for name, value in environment.items() if name.startswith(PREFIXES)}


def require_unchanged(before: Mapping[str, str], environment: Mapping[str, str]) -> None:
    """Raise AssertionError with the names of the variables that a module of tests left changed."""
    after = settings(environment)
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    assert not changed, f"left in the environment of later tests: {', '.join(changed)}; use monkeypatch"


class Environment:
    """Compares the environment after each module of tests with that before the first test."""

    def __init__(self) -> None:
        self._before = settings(os.environ)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None]:
        """Fail the last test of a module that left a variable behind, and restore all of them."""
        result = yield
        if nextitem is None or nextitem.path != item.path:
            try:
                require_unchanged(self._before, os.environ)
            finally:
                for name in settings(os.environ):
                    del os.environ[name]
                os.environ.update(self._before)
        return result


def pytest_configure(config: pytest.Config) -> None:
    """Watch the environment of a whole run."""
    config.pluginmanager.register(Environment(), "unchanged-environment")
