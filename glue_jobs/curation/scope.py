"""Determines the scope of a run: for each silver table and mart, all of it or the months to recompute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs.curation.bronze import BronzeTable
from glue_jobs.curation.versions import CURRENT, OUTCOME, resolve
from glue_jobs.runtime.month_rows import months_of
from glue_jobs.runtime.months import UNDATED, Month
from glue_jobs.runtime.rows import FLAGS
from glue_jobs.runtime.store import at_once
from lake.model.spec import Domain, Mart, Table


@dataclass(frozen=True)
class Scope:
    """The part of a table to recompute: `everything`, or some `months`; false if it is empty."""

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
        """The months without UNDATED: rows without a known month are in no mart."""
        return self.months - {UNDATED}


NOTHING = Scope()
EVERYTHING = Scope(everything=True)


def silver_scopes(
    domain: Domain, bronze: Mapping[str, BronzeTable], *, full_refresh: bool
) -> dict[str, Scope]:
    """Return table → the part of its silver that the pending batches may change.

    The scope depends on bronze and the ledger only, which are immutable: a run that repeats a killed one
    finds the same scope, whatever the killed run had published. Cost: the key columns of all of bronze.
    """
    if full_refresh or all(table.is_first_load for table in bronze.values()):
        return {table.name: EVERYTHING for table in domain.tables if not bronze[table.name].is_empty}
    changes = _ChangedKeys(bronze)
    try:
        touched = {table.name: changes.touched(table) for table in domain.tables_in_order()}
        # One query for all tables would be planned anew, as a whole, after each of its many stages.
        to_find = {name: rows for name, rows in touched.items() if isinstance(rows, DataFrame)}
        months = dict(zip(to_find, at_once(months_of, to_find.values()), strict=True))
    finally:
        changes.forget()
    return {
        name: each if isinstance(each, Scope) else _dated_scope(bronze[name].table, months[name])
        for name, each in touched.items()
    }


def _dated_scope(table: Table, months: frozenset[Month]) -> Scope:
    """Return the scope of the months of touched rows; rows without a parent may be touched in any case."""
    return Scope(months=months if table.month_reference is None else months | {UNDATED})


class _ChangedKeys:
    """Follows changed keys from referenced tables to the tables that refer to them."""

    def __init__(self, bronze: Mapping[str, BronzeTable]) -> None:
        self._bronze = bronze
        self._changed: dict[str, DataFrame] = {}
        """Table → its new and changed keys; a table without any has no entry."""
        self._kept: list[DataFrame] = []

    def forget(self) -> None:
        """Free the memory of the keys. To be called when the months of all touched rows are known."""
        for keys in self._kept:
            keys.unpersist()

    def touched(self, table: Table) -> Scope | DataFrame:
        """Return a table's scope if it has no months to find, else rows whose months are those of its scope.

        To be called for the tables that it refers to before. No query runs.
        """
        bronze = self._bronze[table.name]
        parents = [ref for ref in table.references if ref.table in self._changed]
        dependencies = [each for each in table.depends_on if each.table in self._changed]
        if bronze.is_empty or not (bronze.pending or parents or dependencies):
            return NOTHING
        if bronze.pending:
            self._changed[table.name] = self._arrived(table)
        if not table.is_dated:
            return EVERYTHING
        keys = [self._changed[each.table].toDF(each.column) for each in parents]
        keys += [self._values(each.column, each.table, each.parent_column) for each in dependencies]
        if bronze.pending:
            keys.append(self._changed[table.name])
        affected = _having(bronze.read(), keys)
        ref = table.month_reference
        if ref is None:
            return affected.select("year", "month")
        parent = self._bronze[ref.table]
        parent_rows = parent.read().withColumnRenamed(parent.table.key[0], ref.column)
        return parent_rows.join(affected.select(ref.column).distinct(), ref.column, "left_semi")

    def _values(self, column: str, table: str, parent_column: str) -> DataFrame:
        """Return as `column` what any version of a changed key of `table` has in `parent_column`."""
        parent = self._bronze[table]
        keys = [*parent.table.key]
        versions = parent.read().join(self._changed[table].toDF(*keys), keys, "left_semi")
        return versions.select(F.col(parent_column).alias(column)).distinct()

    def _arrived(self, table: Table) -> DataFrame:
        """Return the keys of pending rows; for an undated table only those whose current version changes.

        With several pending batches all their keys count: a killed run may have published a change of the
        first batch that the second batch reverts.
        """
        bronze = self._bronze[table.name]
        arrived = bronze.read(batches=bronze.pending).select(*table.key).distinct()
        if table.is_dated or bronze.is_first_load or len(bronze.pending) > 1:
            return arrived
        # Other keys have the same versions as before.
        versions = bronze.read().join(arrived, [*table.key], "left_semi")
        after = _winners(versions, table)
        before = _winners(versions.where(~F.col("batch").isin(*bronze.pending)), table)
        changed = _in_one(after, before).select(*table.key).distinct()
        # Each table that refers to this one asks for them.
        self._kept.append(changed.persist())
        return changed


def _having(rows: DataFrame, keys: Sequence[DataFrame]) -> DataFrame:
    """Return the rows with a value of any of `keys`, each of distinct rows: those of bronze are read once."""
    if len(keys) == 1:
        return rows.join(keys[0], keys[0].columns, "left_semi")
    marks = [f"_has_{number}" for number in range(len(keys))]
    marked = rows
    for mark, values in zip(marks, keys, strict=True):
        marked = marked.join(values.withColumn(mark, F.lit(True)), values.columns, "left")
    return marked.where(F.coalesce(*marks, F.lit(False)))


def _in_one(one: DataFrame, other: DataFrame) -> DataFrame:
    """Return the rows that are more often in one of two frames than in the other."""
    sides = one.withColumn("_side", F.lit(1)).unionByName(other.withColumn("_side", F.lit(-1)))
    return sides.groupBy(*one.columns).agg(F.sum("_side").alias("_more")).where("_more != 0")


def _winners(rows: DataFrame, table: Table) -> DataFrame:
    """Return the declared columns and flags of the current version of each key."""
    winners = resolve(rows, table).where(F.col(OUTCOME) == CURRENT)
    return winners.select(*(column.name for column in table.columns), FLAGS)


def mart_scope(mart: Mart, inputs: Mapping[str, Scope], *, dated: Mapping[str, bool]) -> Scope:
    """Return a mart's scope from the scopes of its inputs; `dated` says which inputs have months.

    Undated inputs add no months: the dated rows that refer to a changed master are in scope already.
    """
    touched = [inputs[name] for name in mart.inputs if inputs[name]]
    if mart.is_whole:
        return EVERYTHING if touched else NOTHING
    scope = NOTHING
    for name in mart.inputs:
        if dated[name] and name not in mart.looked_up:
            scope = scope | inputs[name]
    return scope if scope.everything else Scope(months=scope.dated_months)
