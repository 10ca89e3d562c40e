"""Both directions of the proof, each broken on purpose; the messages say what to do."""

from __future__ import annotations

import pytest

from conformance.permissions.calls import Call
from conformance.permissions.corpus import SHOWN
from conformance.permissions.kinds import Kinds
from conformance.permissions.proof import (
    SuperfluousEntriesError,
    UnneededGrantsError,
    WrongDecisionsError,
    require_decided_as_recorded,
    require_needed,
)
from conformance.permissions.services import ServiceCalls
from lake.model.discovery import load_domain
from tests.conformance.permissions.conftest import LAKE, ROLE, Policy, allow

KINDS = Kinds([load_domain("ecommerce")])
PUT = Call(ROLE, "s3:PutObject", f"{LAKE}/a/~")
RECORD = (
    'record the calls again: make test ARGS="tests/e2e --record-calls=anew", '
    'or make conformance ARGS="-k s3a --record-calls=anew".'
)
PARTS = ServiceCalls(role=ROLE, actions=("s3:AbortMultipartUpload",), why="Large files.", source="AWS")


def test_recorded_call_that_is_denied_now_is_named(policy: Policy) -> None:
    with pytest.raises(WrongDecisionsError) as refused:
        require_decided_as_recorded(policy(allow("s3:PutObject", f"{LAKE}/b/*")), [PUT])
    assert str(refused.value) == (
        f"conformance/permissions: 1 recorded calls are now decided otherwise:\n  {PUT}\n"
        f" Correct the statements of the roles. If no code makes these calls any more, {RECORD}"
    )


def test_grant_that_no_call_needs_is_named(policy: Policy) -> None:
    privileges = policy(allow(["s3:PutObject", "s3:DeleteObject"], f"{LAKE}/a/*"))
    with pytest.raises(UnneededGrantsError) as refused:
        require_needed(privileges, [PUT], KINDS, [])
    assert str(refused.value) == (
        "conformance/permissions: 1 grants are needed by no recorded call:"
        f"\n  {ROLE} s3:DeleteObject {LAKE}/a/*\n"
        f" Remove them from the roles. If a test makes calls that need them, {RECORD} "
        "If only AWS makes such calls, add them to services.py with AWS's source."
    )


def test_many_grants_are_counted(policy: Policy) -> None:
    privileges = policy(allow("s3:PutObject", [f"{LAKE}/{number}/*" for number in range(SHOWN + 3)]))
    with pytest.raises(UnneededGrantsError, match="\n  and 3 more\n"):
        require_needed(privileges, [], KINDS, [])


def test_grant_that_a_service_needs_passes(policy: Policy) -> None:
    privileges = policy(allow(["s3:PutObject", "s3:AbortMultipartUpload"], f"{LAKE}/a/*"))
    require_needed(privileges, [PUT], KINDS, [PARTS])


@pytest.mark.parametrize("is_proved", [False, True])
def test_entry_that_is_not_granted_or_is_proved_is_named(policy: Policy, is_proved: bool) -> None:
    granted = ["s3:PutObject", "s3:AbortMultipartUpload"] if is_proved else "s3:PutObject"
    call = Call(ROLE, "s3:AbortMultipartUpload", f"{LAKE}/a/~")
    with pytest.raises(SuperfluousEntriesError) as refused:
        require_needed(policy(allow(granted, f"{LAKE}/a/*")), [PUT, call], KINDS, [PARTS])
    assert str(refused.value) == (
        "conformance/permissions/services.py: 1 actions of services are not granted, or a recorded call "
        f"needs them:\n  {ROLE} s3:AbortMultipartUpload *\n Remove them from the list."
    )
