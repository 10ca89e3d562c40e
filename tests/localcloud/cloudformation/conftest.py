"""One local cloud for all tests of this folder, and a fixture that deploys resources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from localcloud.server import LocalCloud
from tests.localcloud.assembly import Template, write_assembly

DeployOutputs = Callable[[str, dict[str, Template], Mapping[str, str]], dict[str, str]]
"""(stack, resources, logical id → attribute) → the values of `<id>Ref` and `<id><attribute>`."""


@pytest.fixture(scope="package")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A local cloud that runs while the tests of this folder do; each test deploys its own stacks."""
    with LocalCloud(tmp_path_factory.mktemp("home"), short_runs=True) as running:
        yield running


@pytest.fixture(scope="package")
def deploy_outputs(cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> DeployOutputs:
    """Return a function that deploys a stack and returns the Ref and named attributes of its resources."""

    def deploy(stack: str, resources: dict[str, Template], attributes: Mapping[str, str]) -> dict[str, str]:
        values: dict[str, Any] = {f"{name}Ref": {"Ref": name} for name in resources if "Policy" not in name}
        values |= {f"{name}{each}": {"Fn::GetAtt": [name, each]} for name, each in attributes.items()}
        outputs = {name: {"Value": value} for name, value in values.items()}
        template = {"Resources": resources, "Outputs": outputs}
        cloud.deploy(write_assembly(tmp_path_factory.mktemp(stack), {stack: template}))
        (described,) = cloud.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}

    return deploy
