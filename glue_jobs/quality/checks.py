"""Applies a table's declared checks to rows of text: types, failed checks, flags and fixes.

All predicates read the typed row before any fix, so their order does not matter. Rows with a failed check go
to quarantine. The other rows get the declared fixes and keep the names of their flags.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs.quality.casting import cast_text
from glue_jobs.runtime.rows import (
    ARRIVED,
    FAILED,
    FLAGS,
    LINE,
    RAW,
    RAW_RECORD,
    SOURCE_COLUMNS,
    UNFINISHED,
)
from glue_jobs.runtime.steps import Step, Steps, in_steps
from lake.model.checks import Effect
from lake.model.columns import Column
from lake.model.spec import Table

MALFORMED = "record.malformed"
OPEN_LINE = "record.open_line"
"""Fails a line that ends inside quotes. The job reads its file again by records: no record keeps the name."""

_TEXT = "_text_"
_BETWEEN_NAMES = ","


def check_rows(rows: DataFrame, table: Table) -> DataFrame:
    """Cast, check and fix rows of text.

    In: declared columns as trimmed text, `extra`, RAW, LINE, ARRIVED, SOURCE_COLUMNS; optionally UNFINISHED.
    Out: declared columns typed and fixed, `extra`, `quality_flags`, `failed_checks` (empty for good rows),
    `raw_record` (null for good rows), SOURCE_COLUMNS. Grain: one row per input row.
    """
    return in_steps(rows, check_steps(table, has_unfinished=UNFINISHED in rows.columns))


def check_steps(table: Table, *, has_unfinished: bool = False) -> Steps:
    """Return the selections of `check_rows`, for rows with UNFINISHED or without."""
    others = ("extra", RAW, LINE, ARRIVED, *((UNFINISHED,) if has_unfinished else ()), *SOURCE_COLUMNS)
    names = [column.name for column in table.columns]
    texts = (*(F.col(name).alias(_TEXT + name) for name in names), *others)
    typed: Step = ("*", *(_typed(table, column).alias(column.name) for column in table.columns))
    derived = {
        c.name: F.expr(c.derive.format(f"`{c.name}`")).alias(c.name) for c in table.columns if c.derive
    }
    failed = _failed(table)
    if has_unfinished:
        failed = F.when(F.col(UNFINISHED), F.array(F.lit(OPEN_LINE))).otherwise(failed)
    checked: Step = (
        *(_fixed(table, column).alias(column.name) for column in table.columns),
        "extra",
        FLAGS,
        FAILED,
        F.when(F.size(FAILED) > 0, F.coalesce(RAW, LINE)).alias(RAW_RECORD),
        *SOURCE_COLUMNS,
    )
    return (
        texts,
        typed,
        (*(_TEXT + name for name in names), *others, *(derived.get(name, name) for name in names)),
        ("*", failed.alias(FAILED), _flags(table).alias(FLAGS)),
        checked,
    )


def _typed(table: Table, column: Column) -> Expression:
    text = F.col(_TEXT + column.name)
    if column.clean:
        text = F.expr(column.clean.format(f"`{_TEXT}{column.name}`"))
    return cast_text(column, text, is_identifier=table.is_identifier(column))


def _is_written(column: Column) -> Expression:
    return F.col(_TEXT + column.name).isNotNull()


def _does_not_cast(column: Column) -> Expression:
    return _is_written(column) & F.col(column.name).isNull()


def _has_type_check(column: Column) -> bool:
    return column.type != "string" and not column.lenient


def _failed(table: Table) -> Expression:
    malformed = F.col(RAW).isNotNull()
    tests: list[tuple[str, Expression]] = []
    for column in table.columns:
        if table.is_required(column):
            tests.append((column.check("not_null"), ~_is_written(column)))
        if _has_type_check(column) and table.is_strict(column):
            tests.append((column.check("type"), _does_not_cast(column)))
    if table.future_check and table.dated_by:
        limit = F.col(ARRIVED) + F.make_dt_interval(F.lit(table.future_days))
        tests.append((table.future_check, F.col(table.dated_by).cast("timestamp") > limit))
    tests += [(c.name, F.expr(c.fails)) for c in table.checks if c.effect is Effect.QUARANTINE]
    return F.when(malformed, F.array(F.lit(MALFORMED))).otherwise(_names(tests))


def _flags(table: Table) -> Expression:
    tests = [
        (column.check("type"), _does_not_cast(column))
        for column in table.columns
        if _has_type_check(column) and not table.is_strict(column)
    ]
    tests += [(c.name, F.expr(c.fails)) for c in table.checks if c.effect is Effect.FLAG]
    return _names(tests)


def _names(tests: Sequence[tuple[str, Expression]]) -> Expression:
    """Return the sorted names of the tests that hold as an array, empty if none does.

    The names are joined to a text first, so that each test is in the plan, and evaluated, once.
    """
    nothing = F.array().cast("array<string>")
    if not tests:
        return nothing
    named = (F.when(holds, F.lit(name)) for name, holds in sorted(tests, key=lambda test: test[0]))
    joined = F.concat_ws(_BETWEEN_NAMES, *named)
    return F.when(joined == "", nothing).otherwise(F.split(joined, _BETWEEN_NAMES))


def _fixed(table: Table, column: Column) -> Expression:
    """Return the column's value with the fixes of the table's checks and the declared default."""
    value = F.col(column.name)
    for check in table.checks:
        if column.name in check.fix:
            value = F.when(F.expr(check.fails), F.expr(check.fix[column.name])).otherwise(value)
    if column.default is not None:
        value = F.coalesce(value, F.expr(column.default))
    return value.cast(column.type)
