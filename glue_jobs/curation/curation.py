"""Computes silver tables and marts in the order of their inputs, independent ones concurrently."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.curation.accounts import Account, AccountBook, tally
from glue_jobs.curation.bronze import BronzeTable
from glue_jobs.curation.grain import check_grains
from glue_jobs.curation.publication import Published, Register, register_nothing
from glue_jobs.curation.scope import EVERYTHING, NOTHING, Scope, mart_scope, silver_scopes
from glue_jobs.curation.silver import (
    TABLE,
    Parents,
    Resolved,
    account,
    enriched,
    resolve_table,
    with_unknown_flags,
)
from glue_jobs.curation.versions import CURRENT, OUTCOME, Replaced, count_replaced
from glue_jobs.curation.workspace import PARTITIONS, Workspace, mart_target, silver_target
from glue_jobs.ledger.ledger import LedgerView
from glue_jobs.models.publication import RunModels
from glue_jobs.quality.gate import CheckCounts
from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.months import UNDATED, Month
from glue_jobs.runtime.partition_rows import rows_by_month
from glue_jobs.runtime.rows import FLAGS
from glue_jobs.runtime.schemas import silver_columns
from glue_jobs.runtime.store import ObjectStore, at_once
from lake.model.discovery import GOLD, transformation
from lake.model.spec import Domain, Mart, PartitionUnit, Table, Versions

TABLES_AT_ONCE = 4


class Curation:
    """One run over a domain: `compute` stages tables and checks accounts, `publish` publishes the tables."""

    def __init__(
        self,
        spark: SparkSession,
        store: ObjectStore,
        args: JobArguments,
        domain: Domain,
        view: LedgerView,
        models: RunModels,
    ) -> None:
        self._spark = spark
        self._models = models
        self._store = store
        self._args = args
        self._domain = domain
        self._view = view
        self._bronze = {table.name: BronzeTable(spark, store, args, table, view) for table in domain.tables}
        at_once(lambda bronze: bronze.files, self._bronze.values())  # They are kept from now on.
        targets = [
            *(silver_target(args, table) for table in domain.tables),
            *(mart_target(args, mart) for mart in domain.marts),
        ]
        self._workspace = Workspace(spark, store, args, targets)
        self._scopes: dict[str, Scope] = {}
        self._resolved: dict[str, Resolved] = {}
        self._current: dict[str, list[tuple[int, int, str, int]]] = {}
        self.books: dict[str, dict[Month, Account]] = {}
        """Recomputed table → its accounts by month after this run."""
        self.checks: dict[str, CheckCounts] = {}
        """Recomputed table → counts of its reference checks over the recomputed rows."""
        self.replaced: dict[str, Replaced] = {}
        """Recomputed table of groups → the groups that the new batches replaced."""
        self.seconds: dict[str, float] = {}
        """Table, mart or step → seconds spent on it; those of concurrent ones overlap."""

    def compute(self) -> None:
        """Stage every silver table and mart in scope.

        Raises AccountingError if rows went missing, and GrainError if a mart has several rows with one key;
        nothing is published then.
        """
        started = time.monotonic()
        self._workspace.clean()
        self._scopes = silver_scopes(self._domain, self._bronze, full_refresh=self._args.full_refresh)
        self._scopes = {table.name: self._scopes.get(table.name, NOTHING) for table in self._domain.tables}
        dated = {table.name: table.is_dated for table in self._domain.tables}
        dated |= {mart.name: mart.partition_by is not None for mart in self._domain.marts}
        changed = self._models.marts()
        for mart in self._domain.marts_in_order():
            scope = mart_scope(mart, self._scopes, dated=dated)
            self._scopes[mart.name] = EVERYTHING if mart.name in changed else scope
        self.seconds["plan"] = round(time.monotonic() - started, 3)
        self._run_all()
        started = time.monotonic()
        staged = [mart for mart in self._domain.marts if self._scopes[mart.name]]
        check_grains(self._domain.name, staged, self._workspace.staged)
        self.seconds["grain"] = round(time.monotonic() - started, 3)

    def _run_all(self) -> None:
        """Run one task per table and mart in a thread pool.

        Tasks are submitted in the order of their inputs: a task that waits for its inputs cannot keep them
        from running.
        """
        tasks: dict[str, Future[None]] = {}
        with ThreadPoolExecutor(TABLES_AT_ONCE) as pool:
            for table in self._domain.tables_in_order():
                self._submit(pool, tasks, table.name, partial(self._silver, table))
            silver = list(tasks.values())
            for mart in self._domain.marts_in_order():
                self._submit(pool, tasks, mart.name, partial(self._mart, mart))
            for task in silver:
                task.result()
            # Marts do not wait for it: nothing is published before all accounts balance.
            self._account()
        for task in tasks.values():
            task.result()

    def _submit(
        self,
        pool: ThreadPoolExecutor,
        tasks: dict[str, Future[None]],
        name: str,
        work: Callable[[], None],
    ) -> None:
        """Submit `work` on a table, to start after its inputs' tasks; skip a table without scope."""
        if not self._scopes[name]:
            return
        needed = [tasks[each] for each in self._domain.inputs_of(name) if each in tasks]

        def task() -> None:
            for each in needed:
                each.result()
            started = time.monotonic()
            work()
            self.seconds[name] = round(time.monotonic() - started, 3)

        tasks[name] = pool.submit(task)

    def _silver(self, table: Table) -> None:
        """Stage a silver table's partitions in scope, and count its rows."""
        scope = self._scopes[table.name]
        parents = Parents(self._workspace.read, {each.name: each.key[0] for each in self._domain.tables})
        resolved = resolve_table(self._bronze[table.name], scope, parents)
        flagged = with_unknown_flags(resolved.current, table, parents)
        rows = enriched(self._domain.name, table, flagged, parents)
        columns = [*silver_columns(table), *(("year", "month") if table.is_dated else ())]
        months = None if scope.everything else scope.months
        unknown = {ref.check: F.count_if(F.array_contains(FLAGS, ref.check)) for ref in table.references}
        counts = self._workspace.stage(table.name, rows.select(*columns), months, unknown)
        self.checks[table.name] = {
            name: {"rows_checked": counts["rows"], "rows_flagged": counts[name], "rows_quarantined": 0}
            for name in unknown
        }
        current = rows_by_month(counts[PARTITIONS]) if table.is_dated else {UNDATED: counts["rows"]}
        self._current[table.name] = [(*month, CURRENT, rows) for month, rows in current.items() if rows]
        self._resolved[table.name] = resolved

    def _account(self) -> None:
        """Check that every row of bronze in scope is current, superseded or a duplicate."""
        if not self._resolved:
            return
        started = time.monotonic()
        counted: dict[str, list[tuple[int, int, str, int]]] = {
            name: list(rows) for name, rows in self._current.items()
        }
        for row in account(self._resolved).collect():
            counted[row[TABLE]].append((row["year"], row["month"], row[OUTCOME], row["rows"]))
        for name, resolved in self._resolved.items():
            table, bronze = self._bronze[name].table, self._bronze[name]
            if table.versions is Versions.GROUP and resolved.disputed is not None:
                self.replaced[name] = count_replaced(resolved.disputed, table, bronze.pending)
            resolved.unpersist_keys()
            book = AccountBook(self._store, self._args.ledger_bucket, self._domain.name, name)
            self.books[name] = book.updated(tally(counted[name]), self._scopes[name], self._view)
        self.seconds["accounts"] = round(time.monotonic() - started, 3)

    def _mart(self, mart: Mart) -> None:
        """Stage a mart's partitions in scope."""
        scope = self._scopes[mart.name]
        months = None if scope.everything else scope.months
        inputs: dict[str, DataFrame | None] = {name: self._input(mart, name, months) for name in mart.inputs}
        if mart.model is not None:
            inputs[mart.model] = self._models.parameters(self._spark, mart.model)
        rows: DataFrame = transformation(self._domain.name, GOLD, mart.name).build(**inputs)
        if mart.partition_by is PartitionUnit.YEAR and months is not None:
            others = self._workspace.months_in_years(mart.name, months)
            rows = rows.unionByName(others.select(*rows.columns))
        date = mart.dated_by
        if date is not None:
            keys = {"year": F.year(date), "month": F.month(date)}
            rows = rows.withColumns({key: keys[key] for key in mart.partition_keys})
        self._workspace.stage(mart.name, rows, months)

    def _input(self, mart: Mart, name: str, months: frozenset[Month] | None) -> DataFrame:
        if months is None or name in mart.looked_up or not self._is_dated(name):
            return self._workspace.read(name)
        return self._workspace.read(name, months)

    def _is_dated(self, name: str) -> bool:
        for table in self._domain.tables:
            if table.name == name:
                return table.is_dated
        return self._domain.mart(name).partition_by is not None

    def touched(self) -> dict[str, tuple[str, ...]]:
        """Return table → partitions that `publish` replaces or removes."""
        return self._workspace.touched()

    def publish(self, register: Register = register_nothing) -> dict[str, Published]:
        """Publish the staged partitions, store the accounts and delete the staged files.

        Tables of lower rank come first. `register` is called once per rank.
        """
        started = time.monotonic()
        published = self._workspace.publish(self._domain.ranks, register)
        for table, book in self.books.items():
            AccountBook(self._store, self._args.ledger_bucket, self._domain.name, table).write(book)
        self._workspace.clean()
        self.seconds["publish"] = round(time.monotonic() - started, 3)
        return published
