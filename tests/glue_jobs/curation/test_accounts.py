"""Per table, bronze = current + superseded + duplicates, by month and against the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from glue_jobs.curation.accounts import Account, AccountBook, tally
from glue_jobs.curation.scope import EVERYTHING, Scope
from glue_jobs.ledger.ledger import Batch, FileEntry, LedgerView
from glue_jobs.runtime.months import Month
from lake.errors import AccountingError
from lake.naming import BatchStatus
from tests.fakes import FolderStore

JANUARY, FEBRUARY = Month(2024, 1), Month(2024, 2)


def committed(rows: int) -> LedgerView:
    """Return a ledger with so many rows of sales in bronze."""
    file = FileEntry(
        key="k", version="v", table="sales", size=1, sha256="s", rank="r", status="ingested", rows_read=rows,
        rows_bronze=rows,
    )  # fmt: skip
    batch = Batch(
        batch_id="b-1", domain="toy", execution="x", status=BatchStatus.COMMITTED, committed_at="",
        files=(file,), tables=("sales",),
    )  # fmt: skip
    return LedgerView((batch,), frozenset())


@pytest.fixture
def book(tmp_path: Path) -> AccountBook:
    return AccountBook(FolderStore(tmp_path), "ledger", "toy", "sales")


def test_outcomes_are_tallied_by_month() -> None:
    assert tally(
        [(2024, 1, "bronze", 3), (2024, 1, "current", 2), (2024, 1, "duplicate", 1), (2024, 2, "bronze", 1)]
    ) == {
        JANUARY: Account(bronze=3, current=2, duplicate=1),
        FEBRUARY: Account(bronze=1),
    }


@pytest.mark.parametrize(
    ("account", "balances"),
    [
        (Account(), True),
        (Account(bronze=6, current=1, superseded=2, duplicate=3), True),
        (Account(bronze=7, current=1, superseded=2, duplicate=3), False),
        (Account(bronze=5, current=1, superseded=2, duplicate=3), False),
    ],
)
def test_account_balances_if_every_row_has_one_outcome(account: Account, balances: bool) -> None:
    assert account.balances is balances


def test_months_outside_of_the_scope_are_kept(book: AccountBook) -> None:
    book.write({JANUARY: Account(bronze=1, current=1), FEBRUARY: Account(bronze=2, current=2)})
    counted = {FEBRUARY: Account(bronze=4, current=3, superseded=1)}
    updated = book.updated(counted, Scope(months=frozenset({FEBRUARY})), committed(5))
    assert updated == {JANUARY: Account(bronze=1, current=1), **counted}
    book.write(updated)
    assert book.read() == updated


def test_month_that_became_empty_loses_its_account(book: AccountBook) -> None:
    book.write({JANUARY: Account(bronze=1, current=1)})
    assert book.updated({}, Scope(months=frozenset({JANUARY})), committed(0)) == {}


def test_full_refresh_replaces_all_accounts(book: AccountBook) -> None:
    book.write({JANUARY: Account(bronze=1, current=1)})
    counted = {FEBRUARY: Account(bronze=1, current=1)}
    assert book.updated(counted, EVERYTHING, committed(1)) == counted


def test_month_that_does_not_balance_is_an_error(book: AccountBook) -> None:
    with pytest.raises(
        AccountingError, match=r"toy\.sales, month 2024-02: 3 rows of bronze are not 2 current"
    ):
        book.updated({FEBRUARY: Account(bronze=3, current=2)}, EVERYTHING, committed(3))


def test_sum_that_differs_from_the_ledger_is_an_error(book: AccountBook) -> None:
    with pytest.raises(
        AccountingError, match=r"has 4 rows committed to bronze, silver accounts for 3\. .*full_refresh"
    ):
        book.updated({FEBRUARY: Account(bronze=3, current=3)}, EVERYTHING, committed(4))
