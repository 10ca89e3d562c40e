"""The same history twice: with Spark on the files of the objects, and on Hadoop's S3A client over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.maven import S3A, fetch
from conformance.permissions.calls import Call
from conformance.permissions.corpus import S3A as CALLS
from conformance.permissions.corpus import Record, compare
from tests.conformance.conftest import deployed
from tests.conformance.history import History, play_all
from tests.conformance.shared import kept, turn
from tests.deployed import deployed_kinds


@pytest.fixture(scope="package")
def made(request: pytest.FixtureRequest) -> Iterator[set[Call]]:
    """The reduced calls of all roles on S3A. At the end, those denied must be in the corpus."""
    calls: set[Call] = set()
    yield calls
    record: Record = request.config.getoption("record_calls")
    compare(calls, deployed_kinds(), file=CALLS, record=record)


@pytest.fixture(scope="package")
def ordinary(assembly: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> History:
    """The history on the files of the objects, as in the local cloud by default.

    The checks on Trino play it too: if they run at the same time, theirs is taken.
    """
    with turn(shared):
        found = kept(shared)
        if found is None:
            with deployed(assembly, tmp_path_factory.mktemp("home")) as cloud:
                found = play_all(cloud, tmp_path_factory)
    return found


@pytest.fixture(scope="package")
def s3a(assembly: Path, tmp_path_factory: pytest.TempPathFactory, made: set[Call]) -> History:
    """The history on S3A, in the roles of the jobs."""
    with deployed(assembly, tmp_path_factory.mktemp("home"), fetch(S3A), made) as cloud:
        return play_all(cloud, tmp_path_factory)
