"""The data dictionary follows the declarations, and the committed pages are up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

from lake.documentation.dictionary import drift, page, write
from lake.model.checks import at_least, flag
from lake.model.columns import bigint, date, money, text
from lake.model.discovery import load_domains
from lake.model.spec import Domain, Mart, PartitionUnit, Question, Reference, Table, Versions

GUESTS = Table(
    name="guests",
    description="Guests.",
    key=("guest_id",),
    columns=(bigint("guest_id", "Id."), text("name", "Name.", personal=True)),
)
STAYS = Table(
    name="stays",
    description="Stays.",
    key=("stay_id",),
    dated_by="arrival",
    columns=(
        bigint("stay_id", "Id."),
        bigint("guest_id", "Guest."),
        date("arrival", "First night.", source="from"),
        money("paid_usd", "Paid | due.", default="0"),
    ),
    checks=(
        at_least("paid_usd", 0),
        flag("arrival.early", "arrival < '2000-01-01'", "since 2000", arrival="NULL"),
    ),
    references=(Reference(column="guest_id", table="guests"),),
)
NIGHTS = Table(
    name="nights",
    description="Nights of a stay.",
    key=("stay_id",),
    versions=Versions.GROUP,
    columns=(bigint("stay_id", "Stay."),),
    references=(Reference(column="stay_id", table="stays", gives_month=True),),
)
PAID = Mart(
    name="paid_by_day",
    description="Paid per day.",
    grain=("arrival",),
    inputs=("stays",),
    partition_by=PartitionUnit.MONTH,
    dated_by="arrival",
    columns=(date("arrival", "Day."), money("paid_usd", "Paid.")),
)
TOTAL = Mart(
    name="paid",
    description="Paid.",
    without_grain="Sums may be equal.",
    inputs=("paid_by_day",),
    columns=(money("paid_usd", "Paid."),),
)
HOTEL = Domain(
    name="hotel",
    description="A hotel.",
    tables=(GUESTS, STAYS, NIGHTS),
    marts=(PAID, TOTAL),
    questions=(Question(number=1, title="Who pays?", queries=("payers",)),),
)


def test_committed_pages_are_up_to_date() -> None:
    assert drift(load_domains()) == []


@pytest.mark.parametrize(
    "line",
    [
        "# Data dictionary: hotel",
        "| `guest_id` | bigint | Id. Required. |",
        "| `name` | string | Name. **Personal data: never published.** |",
        "| `arrival` | date | First night. Required. `from` in the files. |",
        r"| `paid_usd` | decimal(18,2) | Paid \| due. Null counts as 0. |",
        "| `paid_usd.range` | at least 0 | quarantined |",
        "| `arrival.early` | since 2000 | kept and flagged: `arrival` becomes `NULL` |",
        "| `from.type` | reads as date | quarantined |",
        "| `paid_usd.type` | reads as decimal(18,2) | kept and flagged: the value becomes null |",
        "| `from.not_null` | has a value | quarantined |",
        "| `guest_id.unknown` | names a row of `guests` | kept and flagged |",
        (
            "- Key: `stay_id`; the newest delivery (the files of one upload call in one folder) "
            "that holds a key replaces all rows of that key."
        ),
        "- Partitioned by the year and month of `arrival`.",
        "- Grain: `arrival`.",
        "- No grain. Sums may be equal.",
        "- Not partitioned; rewritten whole.",
        '    guests ||--o{ stays : "guest_id"',
        "    stays[(silver stays)] --> paid_by_day",
        "    paid_by_day --> paid",
        "| 1 | Who pays? | `payers` |",
    ],
)
def test_page_contains_the_line(line: str) -> None:
    assert line in page(HOTEL).splitlines()


def test_page_describes_a_table_dated_by_its_parent() -> None:
    assert "its row in `stays` (by `stay_id`); year 0, month 0 while that is unknown." in page(HOTEL)


def test_written_pages_do_not_drift(tmp_path: Path) -> None:
    write([HOTEL], tmp_path)
    assert drift([HOTEL], tmp_path) == []


def test_drift_reports_missing_changed_and_stray_pages(tmp_path: Path) -> None:
    assert drift([HOTEL], tmp_path) == ["hotel.md is missing"]
    (tmp_path / "hotel.md").write_text(page(HOTEL) + "by hand\n", encoding="utf-8")
    (tmp_path / "motel.md").write_text("", encoding="utf-8")
    assert drift([HOTEL], tmp_path) == [
        "motel.md belongs to no domain",
        "hotel.md differs from the declaration",
    ]
    write([HOTEL], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["hotel.md"]
