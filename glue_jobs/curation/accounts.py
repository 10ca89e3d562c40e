"""The accounting of silver: per table, bronze = silver + superseded + duplicates, in rows.

Accounts are kept by month, the unit of recomputation. So every run checks the sum over all of history but
counts only the months that it touched.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from glue_jobs.curation.scope import Scope
from glue_jobs.ledger.damage import parsing
from glue_jobs.ledger.ledger import LedgerView
from glue_jobs.runtime.months import Month
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.errors import AccountingError


@dataclass(frozen=True, kw_only=True)
class Account:
    """Numbers of rows: bronze rows of a month, and how many are current, superseded or duplicates."""

    bronze: int = 0
    current: int = 0
    superseded: int = 0
    duplicate: int = 0

    def __add__(self, other: Account) -> Account:
        ours, theirs = asdict(self), asdict(other)
        return Account(**{name: ours[name] + theirs[name] for name in ours})

    @property
    def balances(self) -> bool:
        """Whether every bronze row has exactly one outcome."""
        return self.bronze == self.current + self.superseded + self.duplicate


def tally(rows: Iterable[tuple[int, int, str, int]]) -> dict[Month, Account]:
    """Return accounts by month from (year, month, outcome, rows)."""
    counts: dict[Month, dict[str, int]] = defaultdict(dict)
    for year, month, outcome, count in rows:
        counts[Month(year, month)][outcome] = count
    return {month: Account(**outcomes) for month, outcomes in counts.items()}


class AccountBook:
    """The accounts of one table by month, stored in the ledger's bucket."""

    def __init__(self, store: ObjectStore, bucket: str, domain: str, table: str) -> None:
        self._store = store
        self._bucket = bucket
        self._key = naming.account_key(domain, table)
        self._table = f"{domain}.{table}"
        self._name = table

    def read(self) -> dict[Month, Account]:
        """Return the stored accounts; empty before the table's first run.

        Raises DamagedEntryError if the object does not hold accounts.
        """
        try:
            body = self._store.read(self._bucket, self._key)
        except FileNotFoundError:
            return {}
        with parsing("the accounts of a table", self._bucket, self._key):
            stored = json.loads(body).items()
            return {Month(*map(int, name.split("-"))): Account(**values) for name, values in stored}

    def updated(
        self, counted: Mapping[Month, Account], scope: Scope, view: LedgerView
    ) -> dict[Month, Account]:
        """Return all accounts after a run: `counted` for the months in scope, the stored ones for others.

        Raises AccountingError if a month does not balance, or if the sum differs from the ledger's.
        """
        kept = {} if scope.everything else {m: a for m, a in self.read().items() if m not in scope.months}
        book = {**kept, **counted}
        for month, account in sorted(book.items()):
            if not account.balances:
                raise AccountingError(
                    f"{account.bronze} rows of bronze are not {account.current} current + "
                    f"{account.superseded} superseded + {account.duplicate} duplicate rows.",
                    where=f"{self._table}, month {month.year}-{month.month:02d}",
                    hint="Run the pipeline with full_refresh to recompute every month.",
                )
        total = sum(account.bronze for account in book.values())
        committed = view.rows_bronze(self._name)
        if total != committed:
            raise AccountingError(
                f"the ledger has {committed} rows committed to bronze, silver accounts for {total}.",
                where=self._table,
                hint="Run the pipeline with full_refresh to recompute every month.",
            )
        return book

    def write(self, book: Mapping[Month, Account]) -> None:
        """Store all accounts of the table."""
        body = {f"{month.year}-{month.month}": asdict(account) for month, account in sorted(book.items())}
        self._store.write(self._bucket, self._key, json.dumps(body, indent=1).encode())
