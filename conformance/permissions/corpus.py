"""The committed corpus of calls, and the comparison of a run's recording with it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from conformance.permissions.calls import Call, Reduction, read_calls, write_calls
from conformance.permissions.grants import Privileges
from conformance.permissions.kinds import Kinds
from lake.errors import CaudalError

_FOLDER = Path(__file__).parent
E2E = _FOLDER / "calls_e2e.jsonl"
"""One call of each kind that roles make in the end-to-end tests."""
S3A = _FOLDER / "calls_s3a.jsonl"
"""One call of each other kind that roles make in the history on Hadoop's S3A client."""

COMMANDS = {
    E2E: 'make test ARGS="tests/e2e --record-calls=anew"',
    S3A: 'make conformance ARGS="-k s3a --record-calls=anew"',
}
"""File → the command that records it anew."""

Record = Literal["", "add", "anew"]
"""What to do with a run's calls: compare them only, add the unknown ones, or keep none but them."""

SHOWN = 20


class UnknownDenialsError(CaudalError):
    """Calls of a run were denied, and the corpus does not have them: no test makes them on purpose."""

    def __init__(self, calls: Iterable[Call], file: Path) -> None:
        self.calls = tuple(sorted(calls))
        super().__init__(
            f"{len(self.calls)} calls were denied that the corpus does not have:{listed(self.calls)}\n",
            where=file.name,
            hint="Grant what the caller needs. If a test wants the denial, run it with --record-calls, and "
            "commit the file.",
        )


def listed(things: Iterable[object]) -> str:
    """Return a line for each of the first SHOWN things, and how many more there are."""
    lines = [f"\n  {thing}" for thing in things]
    more = f"\n  and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
    return "".join(lines[:SHOWN]) + more


def corpus() -> set[Call]:
    """Return the calls of all files."""
    return {call for file in COMMANDS for call in read_calls(file)}


def reduced_calls(recording: Path, privileges: Privileges) -> set[Call]:
    """Return the calls of a recording, reduced by the policies of the deployment that made it."""
    reduction = Reduction(privileges.statements)
    return {reduction.reduced(call) for call in read_calls(recording)}


def compare(
    calls: Iterable[Call], kinds: Kinds, *, file: Path, record: Record = "", files: Iterable[Path] = COMMANDS
) -> None:
    """Raise UnknownDenialsError for denied calls of a kind that no file of the corpus has, or record all.

    An unknown call that was allowed proves nothing new: each grant is needed by a recorded one. Which calls a
    run makes depends on its timing, e.g. on whether an execution had to wait for the lease.

    They are recorded in `file`: each kind is in one of `files` only, because which calls are made first
    depends on the tests that are chosen. A kind that `file` has keeps its line, so that another run of the
    same tests changes nothing.
    """
    known = {kinds.of_call(call): call for call in read_calls(file)}
    elsewhere = {kinds.of_call(call) for each in files if each != file for call in read_calls(each)}
    made = {kinds.of_call(call): call for call in kinds.one_of_each(calls)}
    unknown = [call for kind, call in made.items() if kind not in known.keys() | elsewhere]
    if record == "anew":
        write_calls(file, [known.get(kind, call) for kind, call in made.items() if kind not in elsewhere])
    elif record == "add":
        write_calls(file, [*known.values(), *unknown])
    elif denied := [call for call in unknown if not call.allowed]:
        raise UnknownDenialsError(denied, file)
