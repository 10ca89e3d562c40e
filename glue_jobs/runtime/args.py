"""A job's arguments, named and typed."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from lake.errors import CaudalError


class Bookmark(Enum):
    """Glue's `--job-bookmark-option`, which governs the ledger.

    enable: only files that the ledger lacks, and record them. pause: only those, without recording
    what this run did. disable: all files, whatever the ledger holds.
    """

    ENABLE = "job-bookmark-enable"
    PAUSE = "job-bookmark-pause"
    DISABLE = "job-bookmark-disable"


@dataclass(frozen=True, kw_only=True)
class JobArguments:
    """What every job of a domain is told. `execution` names the state machine's execution."""

    job_name: str
    domain: str
    env: str
    execution: str
    raw_bucket: str
    processed_bucket: str
    curated_bucket: str
    bookmark: Bookmark = Bookmark.ENABLE
    full_refresh: bool = False
    serving: bool = False
    """Whether marts that the domain serves are published to a serving store."""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> JobArguments:
        """From resolved options. Raises CaudalError where a value is not one that the job knows."""
        option = values.get("job-bookmark-option", Bookmark.ENABLE.value)
        if option not in {known.value for known in Bookmark}:
            raise CaudalError(
                f"'{option}' is no bookmark option.",
                where="--job-bookmark-option",
                hint=f"Use one of {', '.join(known.value for known in Bookmark)}.",
            )
        flags = {name: values.get(name, "false").lower() for name in OPTIONAL}
        for name, flag in flags.items():
            if flag not in ("true", "false"):
                raise CaudalError(f"'{flag}' is neither true nor false.", where=f"--{name}")
        return cls(
            job_name=values["JOB_NAME"],
            domain=values["domain"],
            env=values["env"],
            execution=values["execution"],
            raw_bucket=values["raw_bucket"],
            processed_bucket=values["processed_bucket"],
            curated_bucket=values["curated_bucket"],
            bookmark=Bookmark(option),
            full_refresh=flags["full_refresh"] == "true",
            serving=flags["serving"] == "true",
        )


REQUIRED = ("JOB_NAME", "domain", "env", "execution", "raw_bucket", "processed_bucket", "curated_bucket")
OPTIONAL = ("full_refresh", "serving")


def bookmark_option(argv: list[str]) -> dict[str, str]:
    """The bookmark option as written; `getResolvedOptions` keeps it to itself."""
    found: dict[str, str] = {}
    for position, word in enumerate(argv):
        name, equals, value = word.partition("=")
        if name == "--job-bookmark-option":
            found["job-bookmark-option"] = value if equals else argv[position + 1]
    return found


def job_arguments() -> JobArguments:
    """The arguments of the running Glue job."""
    from awsglue.utils import getResolvedOptions

    given = [name for name in OPTIONAL if any(word.split("=")[0] == f"--{name}" for word in sys.argv)]
    resolved = getResolvedOptions(sys.argv, [*REQUIRED, *given])
    return JobArguments.of({**resolved, **bookmark_option(sys.argv)})
