"""Colours of the style sheet: each is declared once for both themes, and what is drawn can be told apart."""

from __future__ import annotations

import re

import pytest

from dashboard.rendering import HERE

SHEET = (HERE / "static" / "page.css").read_text(encoding="utf-8")
PAIRS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", SHEET)
}
LEAST_FOR_GRAPHICS, LEAST_FOR_TEXT = 3.0, 4.5


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["s0", "s1", "s2", "s3", "s4", "control"])
def test_marks_and_borders_of_controls_stand_out_from_cards(name: str, theme: int) -> None:
    assert contrast(PAIRS[name][theme], PAIRS["card"][theme]) >= LEAST_FOR_GRAPHICS


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["ink", "muted", "good", "bad"])
def test_texts_stand_out_from_cards(name: str, theme: int) -> None:
    assert contrast(PAIRS[name][theme], PAIRS["card"][theme]) >= LEAST_FOR_TEXT


def test_drawn_marks_use_no_colour_of_edges() -> None:
    assert re.search(r"\.f0 \{ fill: var\(--s0\); \}", SHEET)
    assert "border: 1px solid var(--edge)" not in SHEET


def test_each_colour_is_declared_once() -> None:
    for name in PAIRS:
        assert len(re.findall(rf"--{name}:", SHEET)) == (2 if name == "page" else 1), name


def test_every_colour_that_is_used_is_declared() -> None:
    declared = set(re.findall(r"--([\w-]+):", SHEET))
    assert set(re.findall(r"var\(--([\w-]+)\)", SHEET)) <= declared
