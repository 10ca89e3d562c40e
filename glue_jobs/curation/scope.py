"""What a run recomputes: per silver table and mart, all of it or some months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs.curation.bronze import BronzeTable
from glue_jobs.curation.versions import contested_keys, rank_columns, resolve, split
from glue_jobs.runtime.months import UNDATED, Month, months_of
from lake.model.spec import Domain, Mart, Table


@dataclass(frozen=True)
class Scope:
    """`everything`, or the `months` to recompute; nothing if neither."""

    everything: bool = False
    months: frozenset[Month] = frozenset()

    def __bool__(self) -> bool:
        return self.everything or bool(self.months)

    def __or__(self, other: Scope) -> Scope:
        if self.everything or other.everything:
            return EVERYTHING
        return Scope(months=self.months | other.months)

    @property
    def dated_months(self) -> frozenset[Month]:
        """Months that have a date: rows without a known month are in no mart."""
        return self.months - {UNDATED}


NOTHING = Scope()
EVERYTHING = Scope(everything=True)


def silver_scopes(
    domain: Domain, bronze: Mapping[str, BronzeTable], *, full_refresh: bool
) -> dict[str, Scope]:
    """Table → what of its silver differs from a full refresh once the pending batches count.

    It depends on bronze and the ledger alone, which are immutable: a run that repeats a killed one
    finds the same scope, whatever the killed one had published. Cost: key columns of the history.
    """
    if full_refresh or all(table.is_first_load for table in bronze.values()):
        return {table.name: EVERYTHING for table in domain.tables if not bronze[table.name].is_empty}
    changes = _Changes(bronze)
    return {table.name: changes.scope(table) for table in domain.tables_in_order()}


class _Changes:
    """Follows changed keys from referenced tables to those that refer to them."""

    def __init__(self, bronze: Mapping[str, BronzeTable]) -> None:
        self._bronze = bronze
        self._changed: dict[str, DataFrame] = {}
        """Table → keys that arrived or changed; a table without any has no entry."""

    def scope(self, table: Table) -> Scope:
        """What to recompute of a table; tables that it refers to must have been asked before."""
        bronze = self._bronze[table.name]
        parents = [ref for ref in table.references if ref.table in self._changed]
        touches = [touch for touch in table.touched_by if touch.table in self._changed]
        if bronze.is_empty or not (bronze.pending or parents or touches):
            return NOTHING
        if bronze.pending:
            self._changed[table.name] = self._arrived(table)
        if not table.is_dated:
            return EVERYTHING
        rows = bronze.read()
        affected = [
            rows.join(self._changed[ref.table].toDF(ref.column), ref.column, "left_semi") for ref in parents
        ]
        affected += [self._through(rows, touch.column, touch.table, touch.parent_column) for touch in touches]
        if bronze.pending:
            arrived = bronze.read(batches=bronze.pending).select(*table.key).distinct()
            affected.append(rows.join(arrived, [*table.key], "left_semi"))
        ref = table.month_reference
        if ref is None:
            places = [frame.select("year", "month") for frame in affected]
            return Scope(months=months_of(reduce(DataFrame.unionByName, places)))
        keys = reduce(DataFrame.unionByName, [frame.select(ref.column) for frame in affected]).distinct()
        parent = self._bronze[ref.table]
        parent_rows = parent.read().withColumnRenamed(parent.table.key[0], ref.column)
        months = months_of(parent_rows.join(keys, ref.column, "left_semi"))
        return Scope(months=months | {UNDATED})

    def _through(self, rows: DataFrame, column: str, table: str, parent_column: str) -> DataFrame:
        """Rows whose `column` equals `parent_column` of any version of a changed row of `table`."""
        parent = self._bronze[table]
        keys = [*parent.table.key]
        values = parent.read().join(self._changed[table].toDF(*keys), keys, "left_semi")
        return rows.join(values.select(F.col(parent_column).alias(column)).distinct(), column, "left_semi")

    def _arrived(self, table: Table) -> DataFrame:
        """Keys of pending rows; for a table resolved whole only those whose winner differs now.

        With several pending batches all keys count: a run that was killed may have published the first
        one's change, which the second takes back.
        """
        bronze = self._bronze[table.name]
        if table.is_dated or bronze.is_first_load or len(bronze.pending) > 1:
            return bronze.read(batches=bronze.pending).select(*table.key).distinct()
        after = _winners(bronze.read(), table)
        before = _winners(bronze.read().where(~F.col("batch").isin(*bronze.pending)), table)
        return after.exceptAll(before).unionByName(before.exceptAll(after)).select(*table.key).distinct()


def _winners(rows: DataFrame, table: Table) -> DataFrame:
    """Declared columns and flags of the current version of each key."""
    settled, contested = split(
        rows, contested_keys(rows.select(*table.key, *_ranks(table)), table), table.key
    )
    columns = [*(column.name for column in table.columns), "quality_flags"]
    winners = resolve(contested, table).where("_outcome = 'current'")
    return settled.select(*columns).unionByName(winners.select(*columns))


def _ranks(table: Table) -> list[str]:
    return [name for name in rank_columns(table) if name not in table.key]


def mart_scope(mart: Mart, inputs: Mapping[str, Scope], *, dated: Mapping[str, bool]) -> Scope:
    """What of a mart differs, given the scopes of its inputs and which of them lie in months.

    A changed master brings its own months along: the rows that refer to it are in scope already.
    """
    touched = [inputs[name] for name in mart.inputs if inputs[name]]
    if mart.is_whole:
        return EVERYTHING if touched else NOTHING
    scope = NOTHING
    for name in mart.inputs:
        if dated[name] and name not in mart.looked_up:
            scope = scope | inputs[name]
    return scope if scope.everything else Scope(months=scope.dated_months)
