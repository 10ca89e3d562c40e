"""The report prints quarantined records, row counts and times."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from demo.report import LedgerReader, show_accounting, show_quarantine, show_times
from lake import naming
from lake.model.spec import Domain
from lake.naming import Names
from localcloud.client import FollowedExecution, StateTime
from tests.demo.conftest import Output
from tests.demo.fakes import FakeAthena, FakeS3

SHOP = Domain(name="shop", description="A shop.", tables=())


def entry(path: str, **changed: Any) -> dict[str, Any]:
    values = {
        "table": "orders", "status": "ingested", "reason": "", "missing_columns": [],
        "undeclared_columns": [], "rows_read": 0, "rows_bronze": 0, "rows_quarantined": 0,
    }  # fmt: skip
    return {"key": f"shop/orders/0123456789ab/{path}", **values, **changed}


S3 = FakeS3(
    {
        naming.ledger_key("shop", "b-1"): {
            "files": [
                entry("a.csv", rows_read=1_010, rows_bronze=1_000, rows_quarantined=10),
                entry("b.csv", rows_read=5, rows_bronze=5, undeclared_columns=["colour"]),
            ]
        },
        naming.ledger_key("shop", "b-2"): {
            "files": [
                entry(
                    "c.csv", status="rejected", reason="file.header: no key", rows_read=1, rows_quarantined=1
                ),
                entry("d.csv", status="duplicate", reason="same bytes as a.csv"),
            ]
        },
        naming.account_key("shop", "orders"): {
            "2025-01": {"bronze": 600, "current": 590, "superseded": 10, "duplicate": 0},
            "2025-02": {"bronze": 405, "current": 400, "superseded": 0, "duplicate": 5},
        },
    }
)


def test_account_is_summed_over_all_months() -> None:
    reader = LedgerReader(S3, "ledger", "shop")
    assert reader.account("orders") == Counter(bronze=1005, current=990, superseded=10, duplicate=5)
    assert reader.account("customers") == Counter()


def test_row_counts_are_printed_by_table(names: Names, console: Output) -> None:
    show_accounting(S3, SHOP, names, console)
    assert console.lines[-1] == "orders 4 1,016 1,005 11 1,005 990 10 5"


def test_quarantined_records_rejected_and_skipped_files_and_drift_are_printed(
    names: Names, console: Output
) -> None:
    columns = {"reason": "varchar", "records": "bigint", "example": "varchar"}
    rows = [["file.header", "1", "a,b"], ["total.type", "10", "1,x\n2"]]
    show_quarantine(FakeAthena({'FROM "orders"': (columns, rows)}), S3, SHOP, names, console)
    assert console.lines[0] == "Quarantined records by failed check"
    assert console.lines[-4:] == [
        "orders total.type 10 1,x⏎2",
        "rejected file c.csv: file.header: no key",
        "skipped file d.csv: same bytes as a.csv",
        "schema drift b.csv: column 'colour' is not declared",
    ]


def test_times_are_printed_by_step_and_by_state_of_an_execution(console: Output) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    states = [
        StateTime("Ingest", moment, 1.0),
        StateTime("Ingest", moment, 0.5),
        StateTime("Wait", moment, 0.01),
    ]
    execution = FollowedExecution("arn:aws:states:us-east-1:1:execution:machine:0123456789", states=states)
    show_times({"deploy": 2.25}, [execution], console)
    assert console.text == "Time per step step seconds deploy 2.2 01234567 Ingest 1.5"


def test_text_of_files_and_records_is_no_markup(names: Names, console: Output) -> None:
    files = [
        entry("a[/x].csv", rows_quarantined=1, undeclared_columns=["[/x]"]),
        entry("b.csv", status="rejected", reason="file.header: no column '[/x]'"),
    ]
    columns = {"reason": "varchar", "records": "bigint", "example": "varchar"}
    athena = FakeAthena({'FROM "orders"': (columns, [["Total [/x].type", "1", "[red]1[/],[/x]"]])})
    s3 = FakeS3({naming.ledger_key("shop", "b-1"): {"files": files}})
    show_quarantine(athena, s3, SHOP, names, console)
    assert console.lines[-3:] == [
        "orders Total [/x].type 1 [red]1[/],[/x]",
        "rejected file b.csv: file.header: no column '[/x]'",
        "schema drift a[/x].csv: column '[/x]' is not declared",
    ]
