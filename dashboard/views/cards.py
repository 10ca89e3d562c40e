"""What a page shows of a visual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.views.tables import Cells


@dataclass(frozen=True)
class Delta:
    """A change to the month before: `tone` is good, bad or plain, `arrow` ↑, ↓ or →."""

    text: str
    arrow: str
    tone: str
    before: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """A visual on the page.

    - `kind`: name of its template. `body`: what that template draws.
    - `facts`: texts that the headline can name. `summary`: what a drawing shows, in a
      sentence.
    - `empty`: why there is nothing to draw. `problem`: (what is wrong, what to do).
    """

    key: str
    kind: str
    title: str
    subtitle: str = ""
    width: int = 6
    body: Mapping[str, Any] = field(default_factory=dict)
    cells: Cells | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    empty: str = ""
    problem: tuple[str, str] | None = None
    notes: Sequence[str] = ()
    source: str = ""
