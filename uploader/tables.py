"""Tables that fit the terminal without cutting a number."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from textwrap import wrap

from rich import box
from rich.console import Console, Group, JustifyMethod, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from lake.printable import printable

_FRAME = 3
"""Characters of a column beside its content."""

_LONGEST_WORD = 12
"""Texts may be folded, but not into columns narrower than this."""


_SOLID = re.compile(r"\S*\d\S*(?: [A-Za-z]{1,5})?|–")


def fitting(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    console: Console,
    *,
    numbers: Collection[int] = (),
    frame: box.Box = box.HEAVY_HEAD,
    caption: str | None = None,
) -> RenderableType:
    """Return a table of the rows; one block of lines for each row if the terminal is too narrow for it.

    Numbers and dates keep to one line; only texts are folded. `numbers` are the columns that are aligned to
    the right. Control characters are escaped.
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    solid = [all(_is_solid(row[place]) for row in cells) for place in range(len(headings))]
    needed = 1
    for place, heading in enumerate(headings):
        longest = max((len(row[place]) for row in cells), default=0)
        word = max(map(len, heading.split()), default=0)
        needed += _FRAME + max(word, longest if solid[place] else min(longest, _LONGEST_WORD))
    if needed > console.width:
        blocks = [_block(headings, row) for row in cells]
        return Group(*blocks, *([Text(caption)] if caption else []))
    table = Table(box=frame, caption=caption)
    for place, heading in enumerate(headings):
        side: JustifyMethod = "right" if place in numbers else "left"
        if solid[place]:
            longest = max((len(row[place]) for row in cells), default=1)
            width = max(longest, *map(len, heading.split()), 1)
            # A column that is not wrapped would make room for its whole heading.
            table.add_column(escape("\n".join(wrap(heading, width))), justify=side, no_wrap=True)
        else:
            table.add_column(escape(heading), justify=side, overflow="fold")
    for row in cells:
        table.add_row(*map(escape, row))
    return table


def _block(headings: Sequence[str], row: Sequence[str]) -> Text:
    longest = max(map(len, headings))
    lines = (f"{heading:<{longest}}  {cell}\n" for heading, cell in zip(headings, row, strict=True))
    return Text("".join(lines), overflow="fold")


def _is_solid(cell: str) -> bool:
    """Return whether a cell has to stay in one piece: a number, also with a unit, a date, an id of digits."""
    return not cell or _SOLID.fullmatch(cell) is not None
