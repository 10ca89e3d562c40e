"""Arguments of a streaming job."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from glue_jobs.runtime.args import REQUIRED, JobArguments
from lake import naming
from lake.errors import CaudalError


class Trigger(Enum):
    """When a run ends: after the last available file, or when a stop signal is set."""

    AVAILABLE_NOW = naming.AVAILABLE_NOW
    CONTINUOUS = naming.CONTINUOUS


DEFAULT_FILES = 1_000
"""Maximum number of files in a micro-batch. More files make larger bronze files; fewer files limit the
work that a failed run repeats."""


@dataclass(frozen=True, kw_only=True)
class StreamArguments:
    """The arguments of one run of a streaming job.

    `job.execution` is the id of the run. `serving_secret` names the secret of the serving store;
    without one the speed view is kept in files only.
    """

    job: JobArguments
    table: str
    trigger: Trigger = Trigger.AVAILABLE_NOW
    max_files: int = DEFAULT_FILES
    new_generation: bool = False
    serving_secret: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, str], run_id: str) -> StreamArguments:
        """Return the arguments for resolved job options. Raises CaudalError for an invalid value."""
        trigger = values.get("trigger", Trigger.AVAILABLE_NOW.value)
        if trigger not in {known.value for known in Trigger}:
            known = " or ".join(each.value for each in Trigger)
            raise CaudalError(f"'{trigger}' is not a trigger.", where="--trigger", hint=f"Use {known}.")
        files = values.get("max_files_per_trigger", str(DEFAULT_FILES))
        if not files.isascii() or not files.isdigit() or int(files) < 1:
            raise CaudalError(
                f"'{files}' is not a whole number above 0.",
                where="--max_files_per_trigger",
                hint=f"Give the largest number of files of a micro-batch; the default is {DEFAULT_FILES}.",
            )
        new_generation = values.get("new_generation", "false").lower()
        if new_generation not in ("true", "false"):
            raise CaudalError(
                f"'{new_generation}' is neither true nor false.",
                where="--new_generation",
                hint="Use true or false.",
            )
        return cls(
            job=JobArguments.of({**values, "execution": run_id}),
            table=values["table"],
            trigger=Trigger(trigger),
            max_files=int(files),
            new_generation=new_generation == "true",
            serving_secret=values.get("serving_secret") or None,
        )


OPTIONAL = ("trigger", "max_files_per_trigger", "new_generation", "serving_secret")


def run_id(argv: list[str], now: datetime) -> str:
    """Return Glue's id of the run, or an id made from `now` if the job runs outside Glue."""
    for position, word in enumerate(argv):
        name, equals, value = word.partition("=")
        if name == "--JOB_RUN_ID":
            given = value if equals else argv[position + 1]
            if given:
                return given
    return f"r-{naming.moment(now)}"


def stream_arguments() -> StreamArguments:
    """Return the arguments of the running Glue job."""
    from awsglue.utils import getResolvedOptions

    given = [name for name in OPTIONAL if any(word.split("=")[0] == f"--{name}" for word in sys.argv)]
    required = [name for name in REQUIRED if name != "execution"]
    resolved = getResolvedOptions(sys.argv, [*required, "table", *given])
    return StreamArguments.of(resolved, run_id(sys.argv, datetime.now(UTC)))
