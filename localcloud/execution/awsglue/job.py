"""The life cycle of a Glue job run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Job:
    """`init` at the start, `commit` at the end, as on Glue.

    There is no bookmark state behind it: Glue keeps one only for DynamicFrames with a
    transformation_ctx, which the stand-in does not offer.
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
        """End the run. Raises RuntimeError when it was never begun."""
        if not self.name:
            raise RuntimeError("Job.commit() was called before Job.init().")
        self.committed = True

    def isInitialized(self) -> bool:
        """Whether `init` was called."""
        return bool(self.name)
