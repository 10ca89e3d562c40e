"""Prices of job runs and crawls."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lake.prices import crawl_dollars, job_dollars, job_dollars_of, starting_dpus


@pytest.mark.parametrize(
    ("seconds", "dpus", "dollars"),
    [
        (3600.0, "2", "0.616000"),
        (90.5, "2", "0.015486"),
        (60.0, "0.5", "0.002567"),
        (1.0, "2", "0.010267"),
        (0.0, "2", "0.010267"),
    ],
)
def test_job_run_is_billed_by_the_second_and_a_minute_at_least(
    seconds: float, dpus: str, dollars: str
) -> None:
    assert job_dollars(seconds, Decimal(dpus)) == Decimal(dollars)


@pytest.mark.parametrize(("dpu_seconds", "dollars"), [(3600.0, "0.308000"), (120.0, "0.010267"), (0.0, "0")])
def test_billed_dpu_seconds_have_a_price(dpu_seconds: float, dollars: str) -> None:
    assert job_dollars_of(dpu_seconds) == Decimal(dollars)


def test_crawl_is_billed_ten_minutes() -> None:
    assert crawl_dollars() == Decimal("0.146667")


def test_jobs_begin_with_driver_and_one_executor() -> None:
    assert starting_dpus("G.1X") == 2
    assert starting_dpus("G.025X") == Decimal("0.5")
