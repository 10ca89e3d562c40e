"""Selections that are made once and applied to many frames.

Python asks Java for each part of an expression, and expressions over all columns of a table have thousands.
They depend on names only, so those of a micro-batch serve the next one.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame

Step = tuple[Column | str, ...]
"""The columns of a selection."""

Steps = tuple[Step, ...]
"""Selections, each of the columns of the one before."""


def in_steps(frame: DataFrame, steps: Steps) -> DataFrame:
    """Return the frame after all selections."""
    return reduce(lambda found, step: found.select(*step), steps, frame)
