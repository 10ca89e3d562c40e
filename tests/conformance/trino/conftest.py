"""A Trino server over the local cloud's Glue and S3 endpoint, with the history of both domains played."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.trino.client import Trino
from conformance.trino.server import running
from localcloud.context import REGION
from localcloud.server import LocalCloud
from tests.conformance.conftest import deployed
from tests.conformance.history import play_all
from tests.conformance.shared import keep, turn


@pytest.fixture(scope="package")
def cloud(assembly: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A local cloud with both domains deployed and the ordinary history played, which is kept for others."""
    with deployed(assembly, tmp_path_factory.mktemp("home")) as found:
        with turn(shared):
            keep(play_all(found, tmp_path_factory), shared)
        yield found


@pytest.fixture(scope="package")
def trino(cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trino]:
    """A client of a server whose catalog `hive` is the local Glue catalog."""
    own = cloud.context.credentials()
    keys = {"access-key": own["aws_access_key_id"], "secret-key": own["aws_secret_access_key"]}
    catalog = {
        "connector.name": "hive",
        "hive.metastore": "glue",
        "hive.metastore.glue.region": REGION,
        "hive.metastore.glue.endpoint-url": cloud.context.endpoint,
        **{f"hive.metastore.glue.aws-{key}": value for key, value in keys.items()},
        "fs.native-s3.enabled": "true",
        "s3.endpoint": cloud.context.endpoint,
        "s3.region": REGION,
        "s3.path-style-access": "true",
        **{f"s3.aws-{key}": value for key, value in keys.items()},
    }
    with running(tmp_path_factory.mktemp("trino"), {"hive": catalog}) as client:
        yield client
