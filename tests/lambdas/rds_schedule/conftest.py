"""A function, a database and a table of leases for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.lambdas.rds_schedule.site import Site


@pytest.fixture
def site() -> Iterator[Site]:
    with mock_aws():
        yield Site()
