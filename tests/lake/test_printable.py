"""Control characters are written as escapes."""

from __future__ import annotations

import pytest

from lake.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë, 三月 🙂", "Zoë, 三月 🙂"),
        ("two\nlines", "two\nlines"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("a\rb\tc", r"a\rb\tc"),
        ("\u202etxt", r"\u202etxt"),
        ("\x9b31m", r"\x9b31m"),
    ],
)
def test_only_characters_that_move_or_hide_text_are_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown
