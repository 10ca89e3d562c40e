"""Pictures of series."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

from bench.models.pictures import Point, picture

SVG = "{http://www.w3.org/2000/svg}"


def test_anomalies_are_dots_and_days_without_expectation_have_no_bounds() -> None:
    points = [
        Point(day=date(2025, 1, 1), cost=Decimal(5), expected=None, lower=None, upper=None, is_anomaly=False),
        Point(
            day=date(2025, 1, 2), cost=Decimal(9), expected=Decimal(5), lower=Decimal(4), upper=Decimal(6),
            is_anomaly=True,
        ),
    ]  # fmt: skip
    drawn = ElementTree.fromstring(picture("A < B", points))
    assert len(drawn.findall(f"{SVG}circle")) == 1
    area = drawn.find(f"{SVG}polygon")
    assert area is not None
    assert len(area.attrib["points"].split()) == 2
    assert "A < B" in [text.text for text in drawn.findall(f"{SVG}text")]
