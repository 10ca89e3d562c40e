"""Numbers as a table and as a download."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest

from dashboard.views.tables import Cells

CELLS = Cells(
    ["Name", "Amount"],
    [False, True],
    [["a, b", Decimal("1.230000")], [dt.date(2025, 10, 1), None], ["x", Decimal("-5")]],
)


def test_the_page_shows_exact_numbers_without_trailing_zeros() -> None:
    assert CELLS.shown() == [["a, b", "1.23"], ["2025-10-01", "–"], ["x", "-5"]]


def test_only_numbers_lose_their_trailing_zeros() -> None:
    assert Cells(["Product"], [False], [["Model 3.1000"]]).shown() == [["Model 3.1000"]]


def test_a_heading_from_the_data_that_looks_like_a_formula_gets_an_apostrophe() -> None:
    heading = '=HYPERLINK("http://x","Total")'
    found = Cells(["From", heading], [False, True], [["2025-10-06", Decimal(1)]]).csv()
    assert next(csv.reader(io.StringIO(found))) == ["From", f"'{heading}"]


def test_the_download_has_all_digits_and_nothing_for_null() -> None:
    assert CELLS.csv() == 'Name,Amount\r\n"a, b",1.230000\r\n2025-10-01,\r\nx,-5\r\n'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-x", "@a", "\tx"])
def test_a_text_that_looks_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert f"'{text}" in Cells(["a"], [False], [[text]]).csv()
