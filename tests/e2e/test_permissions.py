"""Least privilege: the roles may make every recorded call, and need everything that they are granted."""

from __future__ import annotations

import pytest

from conformance.permissions.calls import Call
from conformance.permissions.corpus import corpus
from conformance.permissions.grants import Privileges
from conformance.permissions.kinds import Kinds
from conformance.permissions.proof import (
    UnneededGrantsError,
    WrongDecisionsError,
    require_decided_as_recorded,
    require_needed,
)
from lake.naming import Names, withdrawn_prefix
from localcloud.context import ACCOUNT, REGION
from localcloud.server import LocalCloud

DENIED = {
    "analyst": {"glue:GetDatabase", "glue:GetTable", "s3:DeleteObject", "s3:GetObject", "s3:ListBucket",
                "s3:PutObject"},
    "steward": {"athena:StartQueryExecution", "glue:GetDatabase"},
}  # fmt: skip
"""End of a role's name → actions of which a test wants to see a denied call."""

NAMES = Names(env="dev", account=ACCOUNT, region=REGION)
STEWARD = NAMES.steward_role
WITHDRAWN = f"arn:aws:s3:::{NAMES.ledger_bucket}/{withdrawn_prefix('*')}*"


@pytest.fixture(scope="module")
def calls() -> set[Call]:
    return corpus()


@pytest.fixture(scope="module")
def privileges(cloud: LocalCloud) -> Privileges:
    return Privileges.of(cloud)


def test_every_recorded_call_is_decided_as_it_was_recorded(calls: set[Call], privileges: Privileges) -> None:
    require_decided_as_recorded(privileges, calls)


def test_denied_calls_are_those_that_tests_make_on_purpose(calls: set[Call]) -> None:
    denied = {(call.role.rpartition("-")[2], call.action) for call in calls if not call.allowed}
    assert denied == {(role, action) for role, actions in DENIED.items() for action in actions}


def test_every_grant_is_needed_by_a_call_or_by_a_service(
    calls: set[Call], privileges: Privileges, kinds: Kinds
) -> None:
    require_needed(privileges, calls, kinds)


def test_lost_statement_is_named_by_the_calls_that_it_allowed(
    calls: set[Call], privileges: Privileges
) -> None:
    kept = [each for each in privileges.statements(STEWARD) if WITHDRAWN not in each["Resource"]]
    narrower = Privileges(privileges.evaluator, {**privileges.by_role, STEWARD: kept})
    with pytest.raises(WrongDecisionsError) as refused:
        require_decided_as_recorded(narrower, calls)
    assert f"\n  {STEWARD} s3:PutObject {WITHDRAWN.replace('*', '~')} " in str(refused.value)
    assert "Correct the statements of the roles." in str(refused.value)


@pytest.mark.parametrize("action", ["s3:PutObject", "s3:GetObjectVersion"])
def test_statement_too_much_is_named_with_the_remedy(
    calls: set[Call], privileges: Privileges, kinds: Kinds, action: str
) -> None:
    """A new resource for an action that the role has, and a new action on a resource that it has."""
    batches = f"arn:aws:s3:::{NAMES.ledger_bucket}/*/batches/*"
    more = {"Effect": "Allow", "Action": action, "Resource": batches}
    statements = [*privileges.statements(STEWARD), more]
    wider = Privileges(privileges.evaluator, {**privileges.by_role, STEWARD: statements})
    with pytest.raises(UnneededGrantsError) as refused:
        require_needed(wider, calls, kinds)
    message = str(refused.value)
    assert message.startswith("conformance/permissions: 1 grants are needed by no recorded call:")
    assert f"\n  {STEWARD} {action} {batches}\n" in message
    assert 'record the calls again: make test ARGS="tests/e2e --record-calls=anew"' in message
