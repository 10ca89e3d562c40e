"""A Trino server over the local cloud's Glue and S3 endpoint, with the sample of both domains published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.trino.client import Trino
from conformance.trino.server import running
from lake.naming import stream_job
from localcloud.context import REGION
from localcloud.daemon import PROJECT
from localcloud.server import LocalCloud
from localcloud.synth import synthesise
from tests.e2e.lakehouse import Lakehouse

DOMAINS = ("ecommerce", "cloud_provider")


@pytest.fixture(scope="package")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A local cloud with both domains deployed and their sample data published."""
    out = tmp_path_factory.mktemp("assembly") / "cdk.out"
    synthesise(PROJECT, out, "dev")
    with LocalCloud(tmp_path_factory.mktemp("home")) as found:
        found.deploy(out)
        for domain in DOMAINS:
            _publish(found, domain)
        yield found


def _publish(cloud: LocalCloud, domain: str) -> None:
    """Upload a domain's sample, run its streams, and publish what they brought."""
    lakehouse = Lakehouse(cloud, domain)
    lakehouse.upload(Path(PROJECT / "sample_data" / domain))
    for table in lakehouse.domain.stream_tables:
        cloud.fire_schedule(lakehouse.names.schedule(domain, stream_job(table.name)))
        cloud.wait_idle()
    if lakehouse.domain.stream_tables:
        cloud.fire_schedule(lakehouse.names.schedule(domain, "pipeline"))
        cloud.wait_idle()


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
