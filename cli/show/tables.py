"""Tables that fit the terminal without cutting a number."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from lake.printable import printable

_FRAME = 3
"""Characters of a column beside its content."""

_LONGEST_WORD = 12
"""Texts may be folded, but not into columns narrower than this."""


def fitting(headings: Sequence[str], rows: Sequence[Sequence[str]], console: Console) -> RenderableType:
    """Return a table of the rows; one block of lines for each row if the terminal is too narrow for it.

    Numbers and dates keep to one line; only texts are folded. Control characters are escaped.
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    solid = [all(_is_solid(row[place]) for row in cells) for place in range(len(headings))]
    needed = 1
    for place, heading in enumerate(headings):
        longest = max((len(row[place]) for row in cells), default=0)
        word = max(map(len, heading.split()), default=0)
        needed += _FRAME + max(word, longest if solid[place] else min(longest, _LONGEST_WORD))
    if needed > console.width:
        return Group(*(_block(headings, row) for row in cells))
    table = Table()
    for place, heading in enumerate(headings):
        if solid[place]:
            longest = max((len(row[place]) for row in cells), default=1)
            width = max(longest, *map(len, heading.split()))
            # A column that is not wrapped would make room for its whole heading.
            table.add_column(escape("\n".join(wrap(heading, width))), no_wrap=True)
        else:
            table.add_column(escape(heading), overflow="fold")
    for row in cells:
        table.add_row(*map(escape, row))
    return table


def _block(headings: Sequence[str], row: Sequence[str]) -> Text:
    longest = max(map(len, headings))
    lines = (f"{heading:<{longest}}  {cell}\n" for heading, cell in zip(headings, row, strict=True))
    return Text("".join(lines), overflow="fold")


def _is_solid(cell: str) -> bool:
    """Return whether a cell is a number, a date, or another text of digits that has to stay in one piece."""
    return not cell or (any(character.isdigit() for character in cell) and " " not in cell)
