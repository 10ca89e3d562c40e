"""Reports: outcomes by status and table, and files that need attention."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lake.naming import UNRECOGNISED
from uploader import Outcome, Status, UploadReport


def outcome(path: str, table: str | None, status: Status = Status.UPLOADED, **values: Any) -> Outcome:
    return Outcome(source=Path(path), path=path, table=table, size=1, status=status, **values)


GOOD = outcome("orders.csv", "orders")
BROKEN = outcome("orders_bad.csv", "orders", problem="the file is empty")
FAILED = outcome("customers.csv", "customers", Status.FAILED, detail="denied")
UNKNOWN = outcome("invoices.csv", None, problem="matches no table")
IGNORED = outcome(".hidden", None, Status.IGNORED)


def report(*outcomes: Outcome) -> UploadReport:
    return UploadReport(
        domain="shop", bucket="raw", uploaded_at="2026-01-01", dry_run=False, outcomes=outcomes
    )


@pytest.mark.parametrize(
    ("given", "good"), [(GOOD, True), (BROKEN, False), (FAILED, False), (UNKNOWN, False), (IGNORED, True)]
)
def test_outcome_is_good_if_the_job_will_read_the_file(given: Outcome, good: bool) -> None:
    assert given.is_good is good


def test_report_is_complete_without_refused_files() -> None:
    assert report(GOOD, IGNORED).is_complete
    mixed = report(GOOD, BROKEN, FAILED)
    assert not mixed.is_complete
    assert mixed.refused == (BROKEN, FAILED)


def test_outcomes_are_selected_by_status() -> None:
    assert report(GOOD, FAILED, IGNORED).with_status(Status.IGNORED) == (IGNORED,)


def test_files_without_a_table_are_grouped_last_and_ignored_ones_left_out() -> None:
    tables = report(UNKNOWN, GOOD, FAILED, IGNORED, BROKEN).tables()
    assert list(tables) == ["orders", "customers", UNRECOGNISED]
    assert tables["orders"] == (GOOD, BROKEN)
