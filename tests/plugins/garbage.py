"""Python looks for garbage seldom, and not among the modules: a sixth of the tests' processor time in Python.

Imported modules and collected tests are more than a million objects, which stay until the end.
"""

from __future__ import annotations

import gc

import pytest

THRESHOLDS = (20_000, 20, 50)
"""New objects before the youngest are looked at, and how often these are before the older ones are."""

found = gc.get_threshold()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave all objects out that the tests begin with."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    """Look at all objects again, because libraries report what is left at the process's end."""
    gc.set_threshold(*found)
    gc.unfreeze()
