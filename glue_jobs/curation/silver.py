"""Computes silver rows: the current version of each key, with flags for unknown references, enriched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from glue_jobs.curation.bronze import BronzeTable
from glue_jobs.curation.scope import Scope
from glue_jobs.curation.versions import CURRENT, OUTCOME, contested_keys, rank_columns, resolve, split
from glue_jobs.runtime.month_rows import is_in, months_of
from glue_jobs.runtime.months import UNDATED
from glue_jobs.runtime.rows import FLAGS
from glue_jobs.runtime.schemas import MONTH_KEYS
from lake.model.discovery import SILVER, transformation
from lake.model.spec import Reference, Table

TABLE = "_table"
BRONZE = "bronze"

Reader = Callable[[str], DataFrame]
"""Returns a whole silver table by its name."""


@dataclass(frozen=True)
class Parents:
    """The silver tables that rows refer to: a reader, and the key column of each table."""

    read: Reader
    keys: Mapping[str, str]

    def of(self, reference: Reference, *columns: str) -> DataFrame:
        """Return the referenced table's key, named as the referring column, with some of its columns."""
        key = F.col(self.keys[reference.table]).alias(reference.column)
        return self.read(reference.table).select(key, *columns)


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """The bronze rows of a scope after the choice between versions.

    `current` has the silver rows: declared columns, numbers of rows in groups, flags, year and month.
    `bronze` has year and month of each bronze row in scope, `losers` year, month and outcome of each
    superseded or duplicate row; `losers` is None if no key has several versions. Year and month are 0 for
    undated tables. `contested` has the keys with several versions; it is cached, because the other frames use
    it, until `unpersist_keys`.
    """

    current: DataFrame
    bronze: DataFrame
    losers: DataFrame | None
    contested: DataFrame
    disputed: DataFrame | None = None
    """All rows of the contested keys, with the columns of bronze; None if there are none."""

    def unpersist_keys(self) -> None:
        """Free the memory of the contested keys. To be called when silver is written and accounted for."""
        self.contested.unpersist()


def resolve_table(bronze: BronzeTable, scope: Scope, parents: Parents) -> Resolved:
    """Choose the current version of every key that has a row in scope.

    Versions of one key may lie in different months. So the key columns of all months are read, but whole rows
    only of the months in scope and of the months with other versions of their keys.
    """
    table = bronze.table
    names = list(dict.fromkeys([*table.key, *rank_columns(table)]))
    if table.month_reference is not None:
        placed = _with_parents_month(bronze.read(), table.month_reference, parents)
        inside = placed if scope.everything else placed.where(is_in(scope.months))
        # All versions of a group are in its parent's month.
        return _choose(inside, _contested(inside.select(*names), table), table, inside)
    if not table.is_dated:
        rows = bronze.read().withColumns({"year": F.lit(0), "month": F.lit(0)})
        return _choose(rows, _contested(rows.select(*names), table), table, rows)
    if scope.everything:
        rows = bronze.read()
        return _choose(rows, _contested(rows.select(*names), table), table, rows)
    return _resolve_months(bronze, scope, names)


def _resolve_months(bronze: BronzeTable, scope: Scope, names: list[str]) -> Resolved:
    table = bronze.table
    inside = bronze.read(months=scope.months)
    keys_inside = inside.select(*table.key).distinct()
    index = bronze.read().select(*names, *MONTH_KEYS).join(keys_inside, [*table.key], "left_semi")
    contested = _contested(index, table)
    if contested.is_empty:
        return _choose(inside, contested, table, inside, scope)
    elsewhere = months_of(index.join(contested.keys, [*table.key], "left_semi")) - scope.months
    candidates = bronze.read(months=scope.months | elsewhere)
    return _choose(candidates, contested, table, inside, scope)


@dataclass(frozen=True)
class _Contested:
    """The keys with several versions, cached, and whether there are none."""

    keys: DataFrame
    is_empty: bool


def _contested(index: DataFrame, table: Table) -> _Contested:
    """Find the contested keys. In: key and rank columns, one row per row of bronze."""
    keys = contested_keys(index, table).persist()
    return _Contested(keys, keys.isEmpty())


def _choose(
    rows: DataFrame, contested: _Contested, table: Table, bronze: DataFrame, scope: Scope | None = None
) -> Resolved:
    """Choose between `rows`, which have all versions of contested keys; keep results in `scope` if given."""
    columns = [*(column.name for column in table.columns), *_order(table), FLAGS, *MONTH_KEYS]
    if contested.is_empty:
        settled = rows if scope is None else rows.where(is_in(scope.months))
        return Resolved(
            current=_numbered(settled.select(*columns), table),
            bronze=bronze.select(*MONTH_KEYS),
            losers=None,
            contested=contested.keys,
        )
    settled, disputed = split(rows, contested.keys, table.key)
    decided = resolve(disputed, table)
    if scope is not None:
        settled, decided = settled.where(is_in(scope.months)), decided.where(is_in(scope.months))
    winners = decided.where(F.col(OUTCOME) == CURRENT)
    return Resolved(
        current=_numbered(settled.select(*columns).unionByName(winners.select(*columns)), table),
        bronze=bronze.select(*MONTH_KEYS),
        losers=decided.where(F.col(OUTCOME) != CURRENT).select(*MONTH_KEYS, OUTCOME),
        contested=contested.keys,
        disputed=disputed,
    )


def _order(table: Table) -> tuple[str, ...]:
    """Return the columns that order the rows of a group, whose files have one delivery: path, then row."""
    return ("source_rank", "source_row") if table.numbered is not None else ()


def _numbered(rows: DataFrame, table: Table) -> DataFrame:
    """Replace the columns of `_order` by the number of the row in its group, for tables that declare one."""
    if table.numbered is None:
        return rows
    order = _order(table)
    number = F.row_number().over(Window.partitionBy(*table.key).orderBy(*order))
    return rows.withColumn(table.numbered.name, number).drop(*order)


def _with_parents_month(rows: DataFrame, reference: Reference, parents: Parents) -> DataFrame:
    """Add year and month of the row that `reference` refers to; UNDATED if that row is unknown."""
    placed = rows.join(parents.of(reference, *MONTH_KEYS), reference.column, "left")
    return placed.withColumns(
        {
            "year": F.coalesce("year", F.lit(UNDATED.year)),
            "month": F.coalesce("month", F.lit(UNDATED.month)),
        }
    )


def with_unknown_flags(rows: DataFrame, table: Table, parents: Parents) -> DataFrame:
    """Add the flag `<column>.unknown` to rows whose reference has no row; a null reference is not flagged."""
    flagged = rows
    names = []
    for ref in table.references:
        found = f"_{ref.column}_found"
        known = parents.of(ref).withColumn(found, F.lit(True))
        flagged = flagged.join(known, ref.column, "left")
        unknown = F.col(ref.column).isNotNull() & F.col(found).isNull()
        names.append(F.when(unknown, F.lit(ref.check)))
    if not names:
        return rows
    flags = F.array_sort(F.concat(FLAGS, F.array_compact(F.array(*names))))
    return flagged.select(*(flags.alias(FLAGS) if name == FLAGS else name for name in rows.columns))


def enriched(domain: str, table: Table, rows: DataFrame, parents: Parents) -> DataFrame:
    """Apply the table's silver transformation, if it declares one; keep year and month."""
    if not table.enrichment:
        return rows
    others = {name: parents.read(name) for name in table.enriched_from}
    build = transformation(domain, SILVER, table.name).build
    result: DataFrame = build(**{table.name: rows}, **others)
    if not table.is_dated:
        return result
    date = table.dated_by
    return result.withColumns({"year": F.year(date), "month": F.month(date)}) if date else result


def account(tables: Mapping[str, Resolved]) -> DataFrame:
    """Count the rows of tables by table, year, month and outcome: bronze, superseded or duplicate.

    Grain: (table, year, month, outcome). One query for all tables: each of them is a small part of its cost.
    """
    parts = []
    for name, resolved in tables.items():
        rows = [resolved.bronze.select(*MONTH_KEYS, F.lit(BRONZE).alias(OUTCOME))]
        if resolved.losers is not None:
            rows.append(resolved.losers)
        parts += [frame.select(F.lit(name).alias(TABLE), *MONTH_KEYS, OUTCOME) for frame in rows]
    counted = reduce(DataFrame.unionAll, parts).groupBy(TABLE, *MONTH_KEYS, OUTCOME)
    return counted.agg(F.count(F.lit(1)).alias("rows"))
