"""Changes to the month before: sign, arrow, tone and words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboard.formats import SPACE
from dashboard.views.change import delta, in_words
from lake.model.dashboards.fields import Format
from lake.model.dashboards.visuals import Better


@pytest.mark.parametrize(
    ("now", "before", "better", "format", "expected"),
    [
        ("110", "100", Better.MORE, Format.DOLLARS, ("+10.0 %", "↑", "good", "from $ 100 in Sep")),
        ("90", "100", Better.MORE, Format.DOLLARS, ("−10.0 %", "↓", "bad", "from $ 100 in Sep")),
        ("90", "100", Better.LESS, Format.COUNT, ("−10.0 %", "↓", "good", "from 100 in Sep")),
        ("110", "100", Better.NEITHER, Format.COUNT, ("+10.0 %", "↑", "plain", "from 100 in Sep")),
        ("100.01", "100", Better.MORE, Format.COUNT, ("0.0 %", "→", "plain", "from 100 in Sep")),
        ("0.20", "0.185", Better.LESS, Format.PERCENT, ("+1.5 pts", "↑", "bad", "from 18.5 % in Sep")),
        ("4.25", "4.05", Better.MORE, Format.SCORE, ("+0.2 pts", "↑", "good", "from 4.1 in Sep")),
        ("-8", "-5", Better.MORE, Format.SCORE, ("−3.0 pts", "↓", "bad", "from −5.0 in Sep")),
        ("3", "0", Better.LESS, Format.COUNT, ("+3", "↑", "bad", "from 0 in Sep")),
        ("0", "0", Better.LESS, Format.COUNT, ("0", "→", "plain", "from 0 in Sep")),
    ],
)
def test_a_change_has_sign_arrow_and_tone(
    now: str, before: str, better: Better, format: Format, expected: tuple[str, ...]
) -> None:
    found = delta(Decimal(now), Decimal(before), better, format, "Sep")
    assert found is not None
    assert (
        tuple(each.replace(SPACE, " ") for each in (found.text, found.arrow, found.tone, found.before))
        == expected
    )


def test_without_a_month_before_there_is_no_change() -> None:
    assert delta(Decimal(1), None, Better.MORE, Format.COUNT, "Sep") is None
    assert in_words(Decimal(1), None, ("more", "less"), Format.COUNT) == ""


def test_points_are_said_in_words() -> None:
    words = ("more", "less")
    rate = in_words(Decimal("0.10"), Decimal("0.126"), words, Format.PERCENT)
    score = in_words(Decimal("-4"), Decimal("-5"), words, Format.SCORE)
    assert [each.replace(SPACE, " ") for each in (rate, score)] == ["2.6 pts less", "1.0 pts more"]


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        ("99.1", "100", "0.9 % less"),
        ("133", "100", "33.0 % more"),
        ("100", "100", "0 % more"),
        ("1", "0", ""),
    ],
)
def test_changes_are_said_in_words(now: str, before: str, words: str) -> None:
    found = in_words(Decimal(now), Decimal(before), ("more", "less"), Format.DOLLARS)
    assert found.replace(SPACE, " ") == words
