"""Garbage of tests is found, and what tests begin with is looked at again when they have ended."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from tests.plugins import garbage


@pytest.fixture
def collector() -> Iterator[None]:
    """Have the collector as it is now after the test."""
    thresholds, had_frozen = gc.get_threshold(), gc.get_freeze_count() > 0
    yield
    gc.set_threshold(*thresholds)
    if had_frozen:
        gc.freeze()


class Ring:
    """An object that refers to itself."""

    def __init__(self) -> None:
        self.me = self


def test_what_tests_begin_with_is_left_alone_and_their_garbage_is_found(collector: None) -> None:
    garbage.pytest_collection_finish()
    assert gc.get_threshold() == garbage.THRESHOLDS
    frozen = gc.get_freeze_count()
    assert frozen > 10_000
    ring = weakref.ref(Ring())
    gc.collect()
    assert ring() is None
    assert gc.get_freeze_count() <= frozen


def test_everything_is_looked_at_again_at_the_end(collector: None) -> None:
    garbage.pytest_collection_finish()
    garbage.pytest_sessionfinish()
    assert gc.get_freeze_count() == 0
    assert gc.get_threshold() == garbage.found
