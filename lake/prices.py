"""AWS list prices of us-east-1 in US dollars, November 2026, and what a job run costs.

Jobs put the predicted cost of a run into its summary; the cost estimate adds up whole environments. Other
regions differ by some percent.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

DPU_HOUR = Decimal("0.308")
"""A DPU-hour of a Glue job, billed by the second, at least MINIMUM_SECONDS a run."""

CRAWLER_DPU_HOUR = Decimal("0.44")
"""A DPU-hour of a crawler, billed at least CRAWL_MINUTES a crawl."""

MINIMUM_SECONDS = 60
CRAWL_MINUTES = 10
CRAWL_DPUS = 2

DPUS = {
    "G.025X": Decimal("0.25"),
    "G.1X": Decimal(1),
    "G.2X": Decimal(2),
    "G.4X": Decimal(4),
    "G.8X": Decimal(8),
}
"""DPUs of a worker, by its type."""

SMALLEST_WORKERS = 2
"""Workers with which a job begins: the driver and one executor. Auto scaling adds more."""

_HOUR = 3600
_MICRO = Decimal("0.000001")


def starting_dpus(worker_type: str) -> Decimal:
    """Return the DPUs of a job that has not scaled up."""
    return SMALLEST_WORKERS * DPUS[worker_type]


def job_dollars(seconds: float, dpus: Decimal) -> Decimal:
    """Return what a job run of this length costs on `dpus` DPUs, rounded half-up to 6 decimals."""
    billed = max(Decimal(str(seconds)), Decimal(MINIMUM_SECONDS))
    return (billed * dpus * DPU_HOUR / _HOUR).quantize(_MICRO, ROUND_HALF_UP)


def job_dollars_of(dpu_seconds: float) -> Decimal:
    """Return what these billed DPU seconds of a job cost, rounded half-up to 6 decimals."""
    return (Decimal(str(dpu_seconds)) * DPU_HOUR / _HOUR).quantize(_MICRO, ROUND_HALF_UP)


def crawl_dollars() -> Decimal:
    """Return what the shortest crawl that Glue bills costs, rounded half-up to 6 decimals."""
    dollars = CRAWL_DPUS * Decimal(CRAWL_MINUTES) / 60 * CRAWLER_DPU_HOUR
    return dollars.quantize(_MICRO, ROUND_HALF_UP)
