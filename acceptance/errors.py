"""Errors of the acceptance."""

from __future__ import annotations

from lake.errors import CaudalError


class AcceptanceError(CaudalError):
    """The acceptance cannot start, or an execution of the environment failed."""
