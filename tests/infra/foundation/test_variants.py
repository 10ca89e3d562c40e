"""What the roles of other configurations are granted beyond those that the end-to-end tests deploy."""

from __future__ import annotations

import json

from conformance.permissions.grants import grants_of
from lake.naming import Names
from tests.infra.assembly import Assembly, Resource
from tests.infra.conftest import DOMAIN


def granted(assembly: Assembly, names: Names, env: str) -> set[tuple[str, str]]:
    """The end of each role's name and each action that the domain's and the shared stacks grant it."""
    found: set[tuple[str, str]] = set()
    for stack in ("storage", DOMAIN):
        for role in assembly.stack(names.stack(stack).replace("-dev-", f"-{env}-")).of_type("AWS::IAM::Role"):
            name = str(role["RoleName"]).removeprefix(f"caudal-{env}-").removeprefix(f"{DOMAIN}-")
            found |= {(name, grant.action) for grant in grants_of(name, statements(role))}
    return found


def statements(role: Resource) -> list[Resource]:
    """The statements of a role, with references as text."""
    documents = [policy["PolicyDocument"]["Statement"] for policy in role.get("Policies", [])]
    return [
        {**statement, "Resource": json.dumps(statement["Resource"])}
        for document in documents
        for statement in document
    ]


def test_prod_adds_the_use_of_the_topics_key(dev: Assembly, prod: Assembly, names: Names) -> None:
    """SNS asks for the key in the name of who publishes: https://docs.aws.amazon.com/sns/latest/dg
    (sns-key-management.html)."""
    assert granted(prod, names, "prod") - granted(dev, names, "dev") == {
        ("state-machine", "kms:Decrypt"),
        ("state-machine", "kms:GenerateDataKey"),
    }
