"""What waits for its turn is printed later, and then at once."""

from __future__ import annotations

import io

from rich.console import Console

from demo.turns import Turn
from tests.demo.conftest import Output


def test_text_appears_with_the_turn_and_then_at_once(console: Output) -> None:
    turn = Turn(console)
    turn.console.print("second, early")
    console.print("first")
    assert console.lines == ["first"]
    turn.take()
    assert console.lines == ["first", "second, early"]
    turn.console.print("second, late")
    assert console.lines == ["first", "second, early", "second, late"]


def test_colours_are_those_of_the_console_but_nothing_moves() -> None:
    shown = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=40)
    turn = Turn(shown)
    with turn.console.status("working …"):
        turn.console.print("[green]✓[/] done")
    turn.take()
    assert shown.file.getvalue() == "\x1b[32m✓\x1b[0m done\n"  # type: ignore[attr-defined]


def test_a_file_gets_no_colours(console: Output) -> None:
    turn = Turn(console)
    turn.console.print("[green]✓[/] done")
    turn.take()
    assert console.file.getvalue() == "✓ done\n"  # type: ignore[attr-defined]
