"""The proof of least privilege: every recorded call is decided as it was, and every grant is needed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from conformance.permissions.calls import Call
from conformance.permissions.corpus import COMMANDS, listed
from conformance.permissions.grants import Privileges
from conformance.permissions.kinds import Kind, Kinds
from conformance.permissions.services import AWS_ONLY, ServiceCalls
from lake.errors import CaudalError

_RECORD = "record the calls again: " + ", or ".join(COMMANDS.values())


class WrongDecisionsError(CaudalError):
    """The policies deny recorded calls that were allowed, or allow some that were denied."""

    def __init__(self, calls: Sequence[Call]) -> None:
        super().__init__(
            f"{len(calls)} recorded calls are now decided otherwise:{listed(calls)}\n",
            where="conformance/permissions",
            hint=f"Correct the statements of the roles. If no code makes these calls any more, {_RECORD}.",
        )


class UnneededGrantsError(CaudalError):
    """Roles are granted what no recorded call needs, and no service is known to need."""

    def __init__(self, grants: Sequence[Kind]) -> None:
        super().__init__(
            f"{len(grants)} grants are needed by no recorded call:{listed(grants)}\n",
            where="conformance/permissions",
            hint=f"Remove them from the roles. If a test makes calls that need them, {_RECORD}. "
            "If only AWS makes such calls, add them to services.py with AWS's source.",
        )


class SuperfluousEntriesError(CaudalError):
    """The list of what services do by themselves has actions that it need not have."""

    def __init__(self, entries: Sequence[str]) -> None:
        super().__init__(
            f"{len(entries)} actions of services are not granted, or a recorded call needs them:"
            f"{listed(entries)}\n",
            where="conformance/permissions/services.py",
            hint="Remove them from the list.",
        )


def require_decided_as_recorded(privileges: Privileges, calls: Iterable[Call]) -> None:
    """Raise WrongDecisionsError for calls that the policies decide otherwise than when they were made."""
    if wrong := privileges.wrong(calls):
        raise WrongDecisionsError(wrong)


def require_needed(
    privileges: Privileges,
    calls: Iterable[Call],
    kinds: Kinds,
    services: Collection[ServiceCalls] = AWS_ONLY,
) -> None:
    """Raise UnneededGrantsError for grants without which every recorded call would still be allowed.

    `services` are the calls that AWS makes by itself. Raises SuperfluousEntriesError for those of them that
    roles are not granted, or that a recorded call proves.
    """
    needed = {kinds.of(grant) for grant in privileges.needed(calls)}
    unneeded = sorted({kinds.of(grant) for grant in privileges.grants()} - needed)
    if found := [kind for kind in unneeded if not any(own.covers(kind) for own in services)]:
        raise UnneededGrantsError(found)
    superfluous = [
        f"{own.role} {action} {own.resource}"
        for own in services
        for action in sorted(set(own.actions) - {kind.action for kind in unneeded if own.covers(kind)})
    ]
    if superfluous:
        raise SuperfluousEntriesError(superfluous)
