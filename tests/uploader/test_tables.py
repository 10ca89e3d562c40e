"""Tables fit the terminal, and numbers keep to one line."""

from __future__ import annotations

import io
import random

from rich.console import Console

from uploader.tables import fitting


def shown(headings: list[str], rows: list[list[str]], width: int = 80) -> str:
    """Return what a terminal of that width shows."""
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    console.print(fitting(headings, rows, console), highlight=False)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert max(map(len, text.splitlines()), default=0) <= width
    return str(text)


def test_no_number_is_cut_at_any_width() -> None:
    chance = random.Random(3)
    for width in range(30, 120, 3):
        columns = chance.randrange(1, 12)
        rows = [[str(chance.randrange(10 ** chance.randrange(1, 15))) for _ in range(columns)] for _ in "abc"]
        text = shown([f"cost usd {number}" for number in range(columns)], rows, width)
        words = set(text.replace("│", " ").split())
        assert {cell for row in rows for cell in row} <= words


def test_wide_rows_are_shown_one_below_the_other() -> None:
    rows = [["a1", "1234567890", "2.50"], ["b2", "3.00", "0.10"]]
    text = shown(["org", "cost usd", "tax"], rows, width=25)
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    assert lines == [
        *("org       a1", "cost usd  1234567890", "tax       2.50"),
        *("org       b2", "cost usd  3.00", "tax       0.10"),
    ]


def test_long_text_is_folded_and_its_numbers_are_not() -> None:
    text = shown(["id", "text"], [["4711", "word " * 40]], width=40)
    assert "4711" in text
    assert text.count("word") == 40


def test_escape_sequences_of_data_do_not_reach_the_terminal() -> None:
    text = shown(["name"], [["\x1b[31mred\x1b[0m\x07"]])
    assert "\x1b" not in text
    assert r"\x1b[31mred\x1b[0m\x07" in text


def test_sizes_keep_their_unit_and_a_missing_value_is_no_text() -> None:
    text = shown(["table", "size", "cost"], [["a_long_name_of_a_table", "1.2 MB", "–"]], width=35)
    assert "1.2 MB" in text


def test_numbers_may_be_aligned_to_the_right_and_a_caption_follows() -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=False)
    for width in (80, 10):
        console.width = width
        table = fitting(["a", "b"], [["x", "1"], ["y", "1234"]], console, numbers=[1], caption="1 more")
        console.print(table, highlight=False)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "│ x │    1 │" in text
    assert text.count("1 more") == 2
