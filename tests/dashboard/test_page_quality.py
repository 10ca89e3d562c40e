"""The dashboard of data quality and pipeline, which every domain has."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.dashboard.pages import card, headline, page, plain
from tests.dashboard.shop import shop


def test_pipeline_shows_runs_durations_costs_and_freshness() -> None:
    found = page(shop(), "data-quality")
    assert [card(found, key).body["exact"] for key in ("runs", "failed")] == ["4", "1"]
    # (200.5 + 12.25 + 90) ÷ 3 seconds, the stream took 61; 3 × 0.041067 ÷ 3 US$: the failed run has no cost
    assert card(found, "duration").body["exact"] == "100.916667"
    assert card(found, "run_cost").body["exact"] == "0.041067"
    freshness, runs = card(found, "freshness").cells, card(found, "newest_runs").cells
    assert freshness is not None
    assert runs is not None
    assert freshness.shown() == [
        ["2025-11-04", "clicks", "20", "2000", "1980", "20"],
        ["2025-11-02", "batch", "4", "400", "396", "4"],
    ]
    assert [row[:5] for row in runs.shown()] == [
        ["2025-11-04 12:30:00", "batch", "REJECTED", "x-4", "90.00"],
        ["2025-11-04 12:30:00", "clicks", "OK", "r-1", "61.00"],
        ["2025-11-03 12:30:00", "batch", "FAILED", "x-3", "12.25"],
        ["2025-11-02 12:30:00", "batch", "OK", "x-2", "200.50"],
    ]
    assert runs.shown()[2][5:] == ["–", "–", "–", "–"]


def test_a_run_that_published_and_served_in_part_is_fresh_data() -> None:
    gold = shop()
    gold.add("pipeline_runs", run("x-5", "2025-11-06T08:00:00", "PARTIAL", 3))
    cells = card(page(gold, "data-quality"), "freshness").cells
    assert cells is not None
    assert cells.shown()[0] == ["2025-11-06", "batch", "3", "300", "297", "3"]


def test_the_newest_run_of_a_day_comes_first_and_shows_its_time() -> None:
    gold = shop()
    gold.add(
        "pipeline_runs", *(run(f"a-{hour:02}", f"2025-11-09T{hour:02}:05:00", "OK", 1) for hour in range(20))
    )
    gold.add("pipeline_runs", run("z-1", "2025-11-09T20:05:59", "FAILED", None))
    rows: Any = card(page(gold, "data-quality"), "newest_runs").body["rows"]
    assert [plain(text) for text in rows[0]["texts"]] == ["9 Nov 2025 20:05", "batch", "FAILED", "z-1"]
    assert plain(rows[1]["texts"][0]) == "9 Nov 2025 19:05"


def run(id: str, started: str, status: str, files: int | None) -> dict[str, Any]:
    """Return a row of the log of runs."""
    return {
        "run_id": id,
        "flow": "batch",
        "started_at": dt.datetime.fromisoformat(started),
        "seconds": Decimal("60.000"),
        "status": status,
        "files": files,
        "rows_read": None if files is None else 100 * files,
        "rows_bronze": None if files is None else 99 * files,
        "rows_quarantined": files,
        "predicted_usd": None if files is None else Decimal("0.041067"),
    }


def test_every_domain_shows_its_data_quality() -> None:
    found = page(shop(), "data-quality")
    assert headline(found) == (
        "5 results of checks set rows aside in November so far (to 2 Nov), 66.7 % more than in October."
    )
