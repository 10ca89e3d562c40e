"""Tags of stacks, and their protection from deletion."""

from __future__ import annotations

from lake.naming import Names
from tests.infra.assembly import Assembly


def test_stacks_are_protected_from_deletion_in_prod_only(dev: Assembly, prod: Assembly) -> None:
    def protected(assembly: Assembly) -> set[bool]:
        stacks = [
            a for a in assembly.manifest["artifacts"].values() if a["type"] == "aws:cloudformation:stack"
        ]
        return {bool(stack["properties"].get("terminationProtection")) for stack in stacks}

    assert protected(prod) == {True}
    assert protected(dev) == {False}


def test_stack_of_a_domain_has_tags_for_project_environment_and_domain(dev: Assembly, names: Names) -> None:
    artifact = dev.manifest["artifacts"][names.stack("ecommerce")]
    assert artifact["properties"]["tags"] == {"project": "caudal", "env": "dev", "domain": "ecommerce"}
