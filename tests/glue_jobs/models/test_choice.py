"""A run finds a version to compute with, whatever is damaged."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from glue_jobs.models.choice import Choice, choices
from glue_jobs.models.pointer import move, read_pointer
from glue_jobs.models.published import PublishedModel, begin, finish
from glue_jobs.models.registry import Registry
from lake.model.models import Model
from lake.naming import COLD_START
from tests.fakes import FolderStore
from tests.glue_jobs.models.conftest import AT, MODEL, row, trained

FIRST, SECOND = trained(row(usual="1")), trained(row(usual="2"))


@dataclass(frozen=True)
class Shop:
    """A domain, as far as the choice needs it."""

    name: str = "shop"
    models: tuple[Model, ...] = (MODEL,)


@pytest.fixture
def shop(store: FolderStore, registry: Registry) -> FolderStore:
    """A store in which gold shows the first version, and the second is promoted."""
    for version in (FIRST, SECOND):
        registry.add(version)
    promote(store, FIRST.version)
    publish(store, FIRST.version)
    promote(store, SECOND.version)
    return store


def promote(store: FolderStore, version: str) -> None:
    read = read_pointer(store, "ledger", "shop", "prices")
    move(store, "ledger", "shop", "prices", expected=read, to=version, by="ann", why="better", at=AT)


def publish(store: FolderStore, version: str) -> None:
    finish(
        store,
        "ledger",
        "shop",
        "prices",
        version=version,
        execution="x",
        at=AT,
        drift={},
        corrected_months=(),
    )


def choice(store: FolderStore) -> Choice:
    return choices(store, "ledger", Shop())["prices"]  # type: ignore[arg-type]


def write(store: FolderStore, key: str, body: bytes) -> None:
    store.write("ledger", key, body)


def break_version(store: FolderStore, version: str) -> None:
    write(store, f"models/shop/prices/{version}/model.json", b"{")


def test_without_anything_it_is_the_cold_start_and_nothing_is_due(store: FolderStore) -> None:
    found = choice(store)
    assert (found.version, found.name, found.is_due, found.messages) == (None, COLD_START, False, ())


def test_promoted_version_is_due_until_it_is_published(shop: FolderStore) -> None:
    found = choice(shop)
    assert (found.version, found.is_due, found.messages) == (SECOND, True, ())
    publish(shop, SECOND.version)
    assert not choice(shop).is_due


def test_pointer_back_to_the_published_version_is_due_after_a_publication_that_began(
    shop: FolderStore,
) -> None:
    begin(shop, "ledger", "shop", "prices", PublishedModel(version=FIRST.version), SECOND.version)
    promote(shop, FIRST.version)
    assert choice(shop).is_due


def test_pointer_back_to_the_cold_start_is_due(shop: FolderStore) -> None:
    promote(shop, COLD_START)
    assert (choice(shop).name, choice(shop).is_due) == (COLD_START, True)


def test_damaged_pointer_leaves_the_published_version(shop: FolderStore) -> None:
    write(shop, "model-pointers/shop/prices.json", b"{")
    found = choice(shop)
    assert (found.version, found.is_due) == (FIRST, False)
    assert "not a pointer to a version" in found.messages[0]
    assert found.messages[-1] == f"Model prices: the marts are computed with {FIRST.version} instead."


def test_damaged_promoted_version_leaves_the_published_one(shop: FolderStore) -> None:
    break_version(shop, SECOND.version)
    found = choice(shop)
    assert (found.version, found.is_due) == (FIRST, False)
    assert f"the promoted version {SECOND.version}: " in found.messages[0]


def test_pointer_to_a_missing_version_leaves_the_published_one(shop: FolderStore) -> None:
    promote(shop, "m-20250101-0123456789ab")
    found = choice(shop)
    assert found.version == FIRST
    assert "there is no such version" in found.messages[0]


def test_without_any_readable_version_it_is_the_cold_start(shop: FolderStore) -> None:
    for version in (FIRST, SECOND):
        break_version(shop, version.version)
    found = choice(shop)
    assert (found.version, found.is_due, len(found.messages)) == (None, True, 3)
    publish(shop, COLD_START)
    found = choice(shop)
    assert (found.version, found.is_due, len(found.messages)) == (None, False, 2)


def test_damaged_record_of_gold_has_the_marts_computed_again(shop: FolderStore) -> None:
    write(shop, "published-models/shop/prices.json", b"{")
    found = choice(shop)
    assert (found.version, found.is_due) == (SECOND, True)
    assert "it is not known what gold shows" in found.messages[0]


def test_everything_damaged_at_once_is_the_cold_start(shop: FolderStore) -> None:
    write(shop, "published-models/shop/prices.json", b"")
    write(shop, "model-pointers/shop/prices.json", b"")
    assert (choice(shop).version, choice(shop).is_due, len(choice(shop).messages)) == (None, True, 2)
