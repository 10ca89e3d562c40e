"""One synthesis of each environment for the whole run, with cdk-nag looking on."""

from __future__ import annotations

import pytest

from infra.foundation.node import prefer_own_node

prefer_own_node()

from infra.foundation.config import config_for  # noqa: E402
from infra.ops.lint import nag_findings  # noqa: E402
from lake.model.discovery import load_domains  # noqa: E402
from lake.naming import Names  # noqa: E402
from tests.infra.assembly import ACCOUNT, REGION, Assembly, Stack  # noqa: E402

DOMAIN = "ecommerce"


def _assembly(env: str, factory: pytest.TempPathFactory) -> tuple[Assembly, list[str]]:
    outdir = factory.mktemp(f"synth-{env}") / "cdk.out"
    findings = nag_findings(outdir, config=config_for(env), domains=load_domains())
    return Assembly(outdir), findings


@pytest.fixture(scope="session")
def dev_synthesis(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assembly, list[str]]:
    return _assembly("dev", tmp_path_factory)


@pytest.fixture(scope="session")
def prod_synthesis(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assembly, list[str]]:
    return _assembly("prod", tmp_path_factory)


@pytest.fixture(scope="session")
def dev(dev_synthesis: tuple[Assembly, list[str]]) -> Assembly:
    return dev_synthesis[0]


@pytest.fixture(scope="session")
def prod(prod_synthesis: tuple[Assembly, list[str]]) -> Assembly:
    return prod_synthesis[0]


@pytest.fixture(scope="session")
def names() -> Names:
    return Names(env="dev", account=ACCOUNT, region=REGION)


@pytest.fixture(scope="session")
def storage(dev: Assembly, names: Names) -> Stack:
    return dev.stack(names.stack("storage"))


@pytest.fixture(scope="session")
def shop(dev: Assembly, names: Names) -> Stack:
    """The stack of one domain."""
    return dev.stack(names.stack(DOMAIN))
