"""How often a continuous stream looks for new objects, in seconds.

Each look lists a folder, and S3 bills a request for each thousand objects in it. Shorter intervals let
readers see events earlier, and cost more, all the time.
"""

from __future__ import annotations

FOR_FILES = 0.5
"""Between two looks of bronze for new raw files. All raw files of the stream are listed."""

FOR_BRONZE = 0.25
"""Between two looks of the speed view for rows that bronze has accepted, in a folder with few files."""


def interval(seconds: float) -> str:
    """Return seconds as Spark writes an interval."""
    return f"{round(seconds * 1000)} milliseconds"
