"""Arguments of the job that loads the relational copy."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from glue_jobs.runtime.args import REQUIRED, JobArguments


@dataclass(frozen=True, kw_only=True)
class RelationalArguments:
    """The arguments of one load.

    `secret` names the secret with the database's address and user, `region` the region whose authorities sign
    its certificate, `personal` the personal data that applications get (`<table>.<column>`).
    """

    job: JobArguments
    secret: str
    region: str
    personal: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, str]) -> RelationalArguments:
        """Return the arguments for resolved job options."""
        names = (name.strip() for name in values.get("personal", "").split(","))
        return cls(
            job=JobArguments.of(values),
            secret=values["secret"],
            region=values["region"],
            personal=tuple(name for name in names if name),
        )


OPTIONAL = ("full_refresh", "personal")


def relational_arguments() -> RelationalArguments:
    """Return the arguments of the running Glue job. Raises CaudalError if a value is not allowed."""
    from awsglue.utils import getResolvedOptions

    given = [name for name in OPTIONAL if any(word.split("=")[0] == f"--{name}" for word in sys.argv)]
    return RelationalArguments.of(getResolvedOptions(sys.argv, [*REQUIRED, "secret", "region", *given]))
