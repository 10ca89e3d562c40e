"""Months without Spark."""

from __future__ import annotations

from glue_jobs.runtime.months import Month, years_of


def test_each_year_of_months_is_returned_once() -> None:
    assert years_of([Month(2024, 1), Month(2024, 2), Month(2025, 1)]) == {2024, 2025}
