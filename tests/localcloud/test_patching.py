"""Patches raise if moto has another version or lacks the replaced symbol."""

from __future__ import annotations

import importlib.metadata
import types

import pytest

from localcloud.errors import PatchError
from localcloud.patching import check_version, original, replace


def test_replace_keeps_the_original() -> None:
    module = types.SimpleNamespace(answer=lambda: 41)
    before = replace(module, "answer", lambda: original(module, "answer")() + 1)
    assert (before(), module.answer()) == (41, 42)


def test_second_replacement_returns_the_first_original() -> None:
    module = types.SimpleNamespace(value=1)
    replace(module, "value", 2)
    assert replace(module, "value", 3) == 1


def test_missing_symbol_raises() -> None:
    with pytest.raises(PatchError, match="expected to define 'gone'"):
        replace(types.SimpleNamespace(), "gone", 1)


def test_inherited_symbol_raises() -> None:
    class Base:
        def method(self) -> None: ...

    class Child(Base): ...

    with pytest.raises(PatchError, match="'method'"):
        replace(Child, "method", None)


def test_another_version_of_moto_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _: "6.0.0")
    with pytest.raises(PatchError, match=r"moto 6\.0\.0 is installed"):
        check_version()
