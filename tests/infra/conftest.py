"""Fixtures: each environment is synthesised once per test run, under cdk-nag."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from infra.foundation.node import prefer_own_node

prefer_own_node()

from infra.application import synthesise  # noqa: E402  (starts node)
from infra.foundation.config import LOCAL, Config, config_for  # noqa: E402
from infra.ops.lint import GROUP, ROOT, nag_findings  # noqa: E402
from lake.model.discovery import load_domain, load_domains  # noqa: E402
from lake.model.spec import Domain  # noqa: E402
from lake.naming import Names, stream_job  # noqa: E402
from tests.infra.assembly import ACCOUNT, REGION, Assembly, Stack  # noqa: E402

DOMAIN = "ecommerce"
STREAMER = "cloud_provider"
"""A domain with a stream table and a serving store."""
STREAM_TABLE = load_domain(STREAMER).stream_tables[0].name
STREAM_JOB = stream_job(STREAM_TABLE)


def synthesised(folder: Path, *, config: Config, domains: Sequence[Domain], region: str = REGION) -> Assembly:
    """Synthesise the application into `folder`, without cdk-nag."""
    outdir = folder / "cdk.out"
    synthesise(outdir, config=config, root=ROOT, account=ACCOUNT, region=region, domains=domains)
    return Assembly(outdir)


def _assembly(env: str, factory: pytest.TempPathFactory, **switches: Any) -> tuple[Assembly, list[str]]:
    outdir = factory.mktemp(f"synth-{env}") / "cdk.out"
    findings = nag_findings(outdir, config=config_for(env, **switches), domains=load_domains())
    return Assembly(outdir), findings


@pytest.fixture(scope="session")
def dev_synthesis(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assembly, list[str]]:
    return _assembly("dev", tmp_path_factory)


@pytest.fixture(scope="session")
def prod_synthesis(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assembly, list[str]]:
    return _assembly("prod", tmp_path_factory)


@pytest.fixture(scope="session")
def serving_synthesis(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assembly, list[str]]:
    return _assembly("dev", tmp_path_factory, serving=LOCAL, quicksight=GROUP)


@pytest.fixture(scope="session")
def relational_synthesis(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assembly, list[str]]:
    outdir = tmp_path_factory.mktemp("synth-relational") / "cdk.out"
    config = config_for(
        "dev", serving=LOCAL, quicksight=GROUP, relational=True, relational_cidr="10.0.0.0/16",
        relational_personal="customers.email",
    )  # fmt: skip
    findings = nag_findings(outdir, config=config, domains=load_domains())
    return Assembly(outdir), findings


@pytest.fixture(scope="session")
def relational(relational_synthesis: tuple[Assembly, list[str]]) -> Assembly:
    """The environment dev as `serving` has it, with the relational copy."""
    return relational_synthesis[0]


@pytest.fixture(scope="session")
def dev(dev_synthesis: tuple[Assembly, list[str]]) -> Assembly:
    return dev_synthesis[0]


@pytest.fixture(scope="session")
def prod(prod_synthesis: tuple[Assembly, list[str]]) -> Assembly:
    return prod_synthesis[0]


@pytest.fixture(scope="session")
def serving(serving_synthesis: tuple[Assembly, list[str]]) -> Assembly:
    """The environment dev with the serving store in the local runtime, and with QuickSight."""
    return serving_synthesis[0]


@pytest.fixture(scope="session")
def names() -> Names:
    return Names(env="dev", account=ACCOUNT, region=REGION)


@pytest.fixture(scope="session")
def storage(dev: Assembly, names: Names) -> Stack:
    return dev.stack(names.stack("storage"))


@pytest.fixture(scope="session")
def shop(dev: Assembly, names: Names) -> Stack:
    """The stack of a domain without streams."""
    return dev.stack(names.stack(DOMAIN))


@pytest.fixture(scope="session")
def streamer(dev: Assembly, names: Names) -> Stack:
    """The stack of a domain with a stream table."""
    return dev.stack(names.stack(STREAMER))
