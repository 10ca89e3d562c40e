"""The outcome of a training, which a domain returns and the training job records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum


class Decision(Enum):
    """What is to become of a trained model."""

    PROMOTE = "promote"
    """It is better than the champion and than the untrained model, and nothing is much worse."""

    KEEP = "keep"
    """It is not: the champion stays."""

    TOO_LITTLE_DATA = "too little data"
    """The data does not suffice to judge a model, and none was trained."""


@dataclass(frozen=True, kw_only=True)
class Training:
    """The chosen parameters, the figures they were judged by, and the decision with its reasons.

    - `parameters`: rows of the model's parameters table; none if there was too little data.
    - `window_start`, `window_end`: first and last day that the training read; None without any day.
    - `figures`: numbers and texts that JSON can hold.
    - `reasons`: sentences that say why the model is promoted or not.
    - `table`: the figures as a table of text, for people.
    """

    decision: Decision
    reasons: tuple[str, ...]
    parameters: tuple[Mapping[str, object], ...] = ()
    window_start: date | None = None
    window_end: date | None = None
    figures: Mapping[str, object] = field(default_factory=dict)
    table: str = ""
