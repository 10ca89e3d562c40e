"""Versions are immutable, complete or not there, and damage is told with its remedy."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from glue_jobs.models.registry import Damaged, DamagedModelError, Registry
from glue_jobs.models.version import Version
from tests.fakes import FolderStore, KillableStore, KilledError
from tests.glue_jobs.models.conftest import AT, MODEL, row, trained

Damage = Callable[[Version, str, bytes | None], None]


def test_added_version_is_read(registry: Registry) -> None:
    assert registry.add(trained())
    assert registry.read(trained().version) == trained()


def test_versions_are_listed_the_newest_first(registry: Registry) -> None:
    older, newer = trained(row(usual="1")), trained(row(usual="2"), at=AT + timedelta(days=1))
    registry.add(newer)
    registry.add(older)
    assert registry.versions() == [newer, older]


def test_version_that_is_trained_again_stays_as_it_was(registry: Registry) -> None:
    registry.add(trained())
    assert not registry.add(trained(at=AT + timedelta(days=1), by="another", figures={"f1": 0.2}))
    assert registry.versions() == [trained()]


def test_two_trainings_at_once_add_one_version(registry: Registry) -> None:
    with ThreadPoolExecutor(8) as threads:
        added = list(threads.map(lambda number: registry.add(trained(by=f"x{number}")), range(16)))
    assert sum(added) == 1
    assert len(registry.versions()) == 1


def test_training_killed_half_way_is_completed_by_the_next(registry: Registry, store: FolderStore) -> None:
    dying = KillableStore(store.root, killed_at=1)
    with pytest.raises(KilledError):
        Registry(dying, "ledger", "shop", MODEL).add(trained())
    [half] = registry.versions()
    assert isinstance(half, Damaged)
    assert "its metadata are missing" in str(half.error)
    assert "Train again" in str(half.error)
    assert registry.add(trained())
    assert registry.versions() == [trained()]


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("model", b"{", "it is not as the training wrote it"),
        ("model", b"", "it is not as the training wrote it"),
        ("model", b"[]", "it is not as the training wrote it"),
        ("model", b"{}", "it is not as the training wrote it"),
        ("model", None, "its metadata are missing"),
        ("parameters", None, "its parameters are missing"),
        ("parameters", b"[", "their hash differs"),
        ("parameters", trained(row(usual="9")).parameters_json, "their hash differs"),
        ("model", trained(row(usual="9")).metadata_json, "their hash differs"),
        ("model", trained().metadata_json.replace(b"2025-01-01", b"2024-01-01"), "its content is m-2025"),
        ("model", trained().metadata_json.replace(b'"ab"', b'"ac"'), "its content is m-2025"),
        ("model", trained().metadata_json.replace(b'"2026-01-02T', b'"yesterday '), "isoformat"),
    ],
)
def test_damaged_version_is_told_with_its_remedy(
    registry: Registry, damage: Damage, name: str, body: bytes | None, reason: str
) -> None:
    registry.add(trained())
    damage(trained(), name, body)
    [listed] = registry.versions()
    assert isinstance(listed, Damaged)
    with pytest.raises(DamagedModelError, match=reason) as caught:
        registry.read(trained().version)
    assert f"s3://ledger/models/shop/prices/{trained().version}/" in str(caught.value)
    assert "list-object-versions" in str(caught.value)


def test_damaged_version_does_not_hide_the_others(registry: Registry, damage: Damage) -> None:
    other = trained(row(usual="2"))
    registry.add(trained())
    registry.add(other)
    damage(trained(), "model", b"{")
    whole, damaged = registry.versions()
    assert whole == other
    assert isinstance(damaged, Damaged)
    assert damaged.version == trained().version


def test_training_does_not_replace_damaged_parameters(registry: Registry, damage: Damage) -> None:
    registry.add(trained())
    damage(trained(), "parameters", b"[]")
    with pytest.raises(DamagedModelError, match="not those of its id"):
        registry.add(trained())


def test_training_restores_missing_parameters(registry: Registry, damage: Damage) -> None:
    registry.add(trained())
    damage(trained(), "parameters", None)
    assert not registry.add(trained())
    assert registry.versions() == [trained()]


@pytest.mark.parametrize("name", ["m-20250101-0123456789ab", "cold-start", "../../pointer", ""])
def test_missing_version_is_an_error(registry: Registry, name: str) -> None:
    with pytest.raises(DamagedModelError):
        registry.read(name)


def test_version_of_other_parameters_has_to_be_trained_again(store: FolderStore, registry: Registry) -> None:
    registry.add(trained())
    narrower = replace(MODEL, parameters=MODEL.parameters[:-1])
    with pytest.raises(DamagedModelError, match=r"not declared: since.*Train again"):
        Registry(store, "ledger", "shop", narrower).read(trained().version)
