"""`awsglue.job`: begin and commit of a job run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Job:
    """A job run: a script calls `init` at its start and `commit` at its end, as on Glue.

    `commit` saves no bookmark state: Glue saves it only for DynamicFrames with a transformation_ctx, which
    this stand-in does not support.
    """

    def __init__(self, glue_context: Any) -> None:
        self.glue_context = glue_context
        self.name = ""
        self.arguments: dict[str, Any] = {}
        self.committed = False

    def init(self, job_name: str, args: Mapping[str, Any] | None = None) -> None:
        """Begin the run of `job_name`."""
        self.name = job_name
        self.arguments = dict(args or {})
        self.committed = False

    def commit(self) -> None:
        """Commit the run. Raises RuntimeError before `init`."""
        if not self.name:
            raise RuntimeError("Job.commit() was called before Job.init().")
        self.committed = True

    def isInitialized(self) -> bool:
        """Return whether `init` was called."""
        return bool(self.name)
