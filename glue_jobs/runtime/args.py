"""The typed arguments of a job."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum

from lake.errors import CaudalError


class Bookmark(Enum):
    """Glue's `--job-bookmark-option`, which controls how a run uses the ledger.

    enable: ingest only files that the ledger lacks, and record them. pause: ingest only those, without
    recording them. disable: ingest all files, whatever the ledger has.
    """

    ENABLE = "job-bookmark-enable"
    PAUSE = "job-bookmark-pause"
    DISABLE = "job-bookmark-disable"


@dataclass(frozen=True, kw_only=True)
class JobArguments:
    """The arguments of every batch job of a domain. `execution` is the state machine's execution."""

    job_name: str
    domain: str
    env: str
    execution: str
    raw_bucket: str
    processed_bucket: str
    curated_bucket: str
    ledger_bucket: str
    dpus: Decimal = Decimal(2)
    """DPUs with which the job begins; its predicted cost follows from them."""
    bookmark: Bookmark = Bookmark.ENABLE
    full_refresh: bool = False
    serving: bool = False
    """Whether marts that the domain serves are published to a serving store."""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> JobArguments:
        """Build the arguments from resolved options. Raises CaudalError if a value is not allowed."""
        option = values.get("job-bookmark-option", Bookmark.ENABLE.value)
        if option not in {known.value for known in Bookmark}:
            raise CaudalError(
                f"'{option}' is not a bookmark option.",
                where="--job-bookmark-option",
                hint=f"Use one of {', '.join(known.value for known in Bookmark)}.",
            )
        flags = {name: values.get(name, "false").lower() for name in OPTIONAL}
        for name, flag in flags.items():
            if flag not in ("true", "false"):
                raise CaudalError(
                    f"'{flag}' is neither true nor false.", where=f"--{name}", hint="Use true or false."
                )
        return cls(
            job_name=values["JOB_NAME"],
            domain=values["domain"],
            env=values["env"],
            execution=values["execution"],
            raw_bucket=values["raw_bucket"],
            processed_bucket=values["processed_bucket"],
            curated_bucket=values["curated_bucket"],
            ledger_bucket=values["ledger_bucket"],
            dpus=_number("dpus", values["dpus"]),
            bookmark=Bookmark(option),
            full_refresh=flags["full_refresh"] == "true",
            serving=flags["serving"] == "true",
        )


REQUIRED = (
    "JOB_NAME", "domain", "env", "execution", "raw_bucket", "processed_bucket", "curated_bucket",
    "ledger_bucket", "dpus",
)  # fmt: skip
OPTIONAL = ("full_refresh", "serving")


def _number(name: str, text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise CaudalError(
            f"'{text}' is no number.", where=f"--{name}", hint="Give a number of DPUs."
        ) from error


def bookmark_option(argv: list[str]) -> dict[str, str]:
    """Return the bookmark option of the command line, which `getResolvedOptions` does not return."""
    found: dict[str, str] = {}
    for position, word in enumerate(argv):
        name, equals, value = word.partition("=")
        if name == "--job-bookmark-option":
            found["job-bookmark-option"] = value if equals else argv[position + 1]
    return found


def job_arguments() -> JobArguments:
    """Return the arguments of the running Glue job. Raises CaudalError if a value is not allowed."""
    from awsglue.utils import getResolvedOptions

    given = [name for name in OPTIONAL if any(word.split("=")[0] == f"--{name}" for word in sys.argv)]
    resolved = getResolvedOptions(sys.argv, [*REQUIRED, *given])
    return JobArguments.of({**resolved, **bookmark_option(sys.argv)})
