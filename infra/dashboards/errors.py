"""The error of a dashboard that cannot be shown in QuickSight."""

from __future__ import annotations

from lake.errors import CaudalError


class QuickSightError(CaudalError):
    """A declared dashboard has no form in QuickSight, or a compiled one contradicts itself."""
