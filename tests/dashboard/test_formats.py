"""Numbers on the page: rounded once, half-up, with units, signs and no-break spaces."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from dashboard import formats
from lake.model.dashboards.fields import Format


@pytest.mark.parametrize(
    ("value", "format", "text"),
    [
        ("68749.99", Format.DOLLARS, "$ 68.7 k"),
        ("33050.00", Format.DOLLARS, "$ 33.1 k"),
        ("999.4", Format.DOLLARS, "$ 999"),
        ("999.5", Format.DOLLARS, "$ 1.0 k"),
        ("999949.99", Format.DOLLARS, "$ 999.9 k"),
        ("999950", Format.DOLLARS, "$ 1.0 M"),
        ("7250000000", Format.DOLLARS, "$ 7.3 bn"),
        ("9999950000000", Format.DOLLARS, "$ 10,000.0 bn"),
        ("9.99", Format.DOLLARS, "$ 9.99"),
        ("-2.675", Format.DOLLARS, "−$ 2.68"),
        ("0", Format.DOLLARS, "$ 0"),
        ("139.415", Format.PRICE, "$ 139.42"),
        ("0.00271", Format.PRICE, "$ 0.0027"),
        ("1703", Format.COUNT, "1,703"),
        ("999999.5", Format.COUNT, "1.0 M"),
        ("12549", Format.NUMBER, "12.5 k"),
        ("3.25", Format.NUMBER, "3.3"),
        ("0.12649", Format.PERCENT, "12.6 %"),
        ("0.1265", Format.PERCENT, "12.7 %"),
        ("-0.0004", Format.PERCENT, "0.0 %"),
        ("41.4", Format.SECONDS, "41 s"),
        ("192", Format.SECONDS, "3.2 min"),
    ],
)
def test_numbers_are_shown_with_their_unit(value: str, format: Format, text: str) -> None:
    assert formats.shown(Decimal(value), format).replace(formats.SPACE, " ") == text


def test_a_missing_number_is_a_dash() -> None:
    assert formats.shown(None, Format.COUNT) == "–"


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        ("103.3", "100", "+3.3 %"),
        ("99.1", "100", "−0.9 %"),
        ("100.04", "100", "0.0 %"),
        ("-50", "-100", "+50.0 %"),
        ("5", "0", "–"),
        ("5", None, "–"),
    ],
)
def test_changes_have_a_sign(now: str, before: str | None, text: str) -> None:
    part = formats.relative(Decimal(now), Decimal(before) if before else None)
    assert formats.change(part).replace(formats.SPACE, " ") == text


def test_downloads_hold_all_digits_and_ratios_those_of_gold() -> None:
    assert formats.exact(Decimal("12.340000")) == "12.340000"
    assert formats.exact(Decimal(1) / Decimal(3)) == "0.333333"
    assert formats.exact(dt.date(2025, 10, 6)) == "2025-10-06"
    assert formats.exact(True) == "true"
    assert formats.exact(None) == ""


def test_days_and_months_are_written_out() -> None:
    assert formats.day(dt.date(2025, 10, 6)).replace(formats.SPACE, " ") == "6 Oct 2025"
    assert formats.month(dt.date(2025, 10, 6)).replace(formats.SPACE, " ") == "October 2025"
