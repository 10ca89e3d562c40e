"""Validation of a domain's declaration, which reports all contradictions at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from lake.errors import DeclarationError
from lake.model.dashboard_rules.gold import dashboard_problems
from lake.model.declaration import Declaration
from lake.model.marts import Mart
from lake.model.models import Model, Watch
from lake.model.relational.checks import relational_problems
from lake.model.serving_checks import serving_problems
from lake.model.tables import Table, Versions


def validate(domain: Declaration) -> None:
    """Raise DeclarationError with every contradiction in `domain`, if there is any."""
    problems = list(_problems(domain))
    if problems:
        raise DeclarationError(domain.name, problems)


def _problems(domain: Declaration) -> Iterator[str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", domain.name):
        yield f"domain '{domain.name}': names are snake_case"
    names = [table.name for table in domain.tables] + [mart.name for mart in domain.published_marts]
    yield from (f"'{name}' is declared twice" for name in _duplicates(names))
    tables = {table.name: table for table in domain.tables}
    for table in domain.tables:
        yield from (f"table {table.name}: {problem}" for problem in _table_problems(table, tables))
    yield from _cycles(tables)
    queries = [query for question in domain.questions for query in question.queries]
    yield from (f"query '{name}' is named twice: name it in one question" for name in _duplicates(queries))
    for mart in domain.marts:
        yield from (f"mart {mart.name}: {problem}" for problem in _mart_problems(mart, domain))
    for model in domain.models:
        yield from (f"model {model.name}: {problem}" for problem in _model_problems(model, domain))
    yield from serving_problems(domain)
    yield from dashboard_problems(domain)
    yield from relational_problems(domain)


def _duplicates(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _table_problems(table: Table, tables: dict[str, Table]) -> Iterator[str]:
    names = [column.name for column in table.silver_columns]
    for column in table.silver_columns:
        yield from column.problems()
    yield from (f"column '{name}' is declared twice" for name in _duplicates(names))
    yield from (f"key column '{name}' is not declared" for name in table.key if name not in names)
    if not table.key:
        yield "has no key"
    if table.dated_by is not None:
        if table.dated_by not in table.by_name:
            yield f"dated_by '{table.dated_by}' is not declared"
        elif table.by_name[table.dated_by].type not in ("date", "timestamp"):
            yield f"dated_by '{table.dated_by}' is neither a date nor a timestamp"
        if table.month_reference is not None:
            yield "has a date of its own and a reference that gives the month"
    if table.numbered is not None and (table.versions is Versions.ROW or table.numbered.type != "int"):
        yield f"numbered '{table.numbered.name}': only groups of rows are numbered, in a column of type int"
    if table.future_days < 0:
        yield f"future_days is {table.future_days}: 0 is the least"
    for check in table.checks:
        if "." not in check.name or check.column not in (*names, "record"):
            yield f"check '{check.name}' does not name a declared column"
        elif not re.fullmatch(r"[a-z0-9_]+\.[a-z0-9_]+", check.name):
            yield f"check '{check.name}': names are <column>.<rule> in snake_case"
        yield from (
            f"check '{check.name}' fixes undeclared column '{fix}'" for fix in check.fix if fix not in names
        )
    yield from (f"check '{name}' is declared twice" for name in _duplicates(c.name for c in table.checks))
    for ref in table.references:
        if ref.column not in names:
            yield f"reference column '{ref.column}' is not declared"
        parent = tables.get(ref.table)
        if parent is None:
            yield f"references unknown table '{ref.table}'"
        elif len(parent.key) != 1 or parent.versions is not Versions.ROW:
            yield f"references '{ref.table}', which has no single-column row key"
        elif ref.gives_month and parent.dated_by is None:
            yield f"takes its month from '{ref.table}', which has no date"
    yield from _enrichment_problems(table, tables)
    for each in table.depends_on:
        parent = tables.get(each.table)
        if each.column not in names or parent is None or each.parent_column not in parent.by_name:
            yield f"depends_on {each.table}: '{each.column}' or '{each.parent_column}' is not declared"
    if table.stream is not None:
        used = (*table.stream.rank, *table.stream.totals_by, *table.stream.totals)
        yield from (f"stream column '{name}' is not declared" for name in used if name not in names)
        if table.dated_by is None:
            yield "arrives as a stream, whose totals are by day, and has no date: name its column in dated_by"


def _enrichment_problems(table: Table, tables: dict[str, Table]) -> Iterator[str]:
    """Yield the enrichments through which a change of the joined table would not reach the rows."""
    followed = {ref.table for ref in table.references} | {each.table for each in table.depends_on}
    for name in table.enriched_from:
        if name not in tables:
            yield f"is enriched from unknown '{name}'"
        elif tables[name].enriched_from:
            others = ", ".join(tables[name].enriched_from)
            yield (
                f"is enriched from '{name}', which is enriched from others ({others}): their changes would "
                "not reach it; join these themselves"
            )
        elif name not in followed:
            yield (
                f"is enriched from '{name}', whose changes would not reach it: declare the reference, or "
                "depends_on"
            )
    # The job computes the changes of tables in the order of references and enrichment.
    yield from (
        f"depends_on {each.table}: is not enriched from it"
        for each in table.depends_on
        if each.table in tables and each.table not in table.enriched_from
    )


def _cycles(tables: dict[str, Table]) -> Iterator[str]:
    state: dict[str, str] = {}

    def visit(name: str, path: tuple[str, ...]) -> Iterator[str]:
        if state.get(name) == "done" or name not in tables:
            return
        if name in path:
            yield f"tables reference each other in a cycle: {' → '.join((*path, name))}"
            return
        for parent in sorted(
            {ref.table for ref in tables[name].references} | set(tables[name].enriched_from)
        ):
            yield from visit(parent, (*path, name))
        state[name] = "done"

    for name in tables:
        yield from visit(name, ())


def _model_problems(model: Model, domain: Declaration) -> Iterator[str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", model.name):
        yield "names are snake_case"
    if [each.name for each in domain.models].count(model.name) > 1:
        yield "is declared twice"
    yield from model.problems()
    known = {table.name for table in domain.tables} | {mart.name for mart in domain.marts}
    if model.name in known:
        yield "has the name of a table or mart: rename it"
    yield from (f"input '{name}' is neither a table nor a mart" for name in model.inputs if name not in known)
    for mart in domain.marts:
        if mart.model == model.name and mart.name in model.inputs:
            yield f"is trained on '{mart.name}', which is computed with it: read that mart's inputs"
    hashed = model.fingerprint
    columns = {column.name for mart in domain.marts if mart.name == hashed.mart for column in mart.columns}
    for name in (hashed.dated_by, *hashed.columns):
        if name not in columns:
            yield f"fingerprint: there is no mart '{hashed.mart}' with a column '{name}'"
    if model.feedback is not None and all(table.name != model.feedback for table in domain.csv_tables):
        yield f"feedback: '{model.feedback}' is no table of CSV files"
    if model.watch is not None:
        yield from _watch_problems(model.watch, model, domain)
    if all(mart.model != model.name for mart in domain.marts):
        yield "no mart is computed with it: name it in a mart, or remove it"


def _watch_problems(watch: Watch, model: Model, domain: Declaration) -> Iterator[str]:
    mart = next((mart for mart in domain.marts if mart.name == watch.mart), None)
    if mart is None or mart.model != model.name or mart.dated_by is None:
        yield f"watches '{watch.mart}', which is no mart with a date that is computed with it"
        return
    names = {column.name for column in mart.columns}
    for name in watch.columns:
        if name not in names:
            yield f"watches '{watch.mart}', which has no column '{name}'"


def _mart_problems(mart: Mart, domain: Declaration) -> Iterator[str]:
    names = [column.name for column in mart.columns]
    for column in mart.columns:
        yield from column.problems()
        if column.personal:
            yield f"column '{column.name}' is personal data, which gold must not publish"
    yield from (f"column '{name}' is declared twice" for name in _duplicates(names))
    yield from (f"grain column '{name}' is not declared" for name in mart.grain if name not in names)
    if not mart.grain and not mart.without_grain:
        yield "has no grain: name the columns that identify a row, or say in without_grain why none do"
    if mart.grain and mart.without_grain:
        yield "has a grain and says in without_grain that it has none: remove one of the two"
    known = {table.name for table in domain.tables} | {other.name for other in domain.marts}
    yield from (f"input '{name}' is neither a table nor a mart" for name in mart.inputs if name not in known)
    whole = {other.name for other in domain.marts if other.partition_by is None}
    if not mart.is_whole:
        # A mart that is rewritten whole does not say which of its months changed.
        yield from (
            f"input '{name}' is rewritten whole, this mart is not" for name in mart.inputs if name in whole
        )
    yield from (f"looked_up '{name}' is no input" for name in mart.looked_up if name not in mart.inputs)
    if mart.model is not None and all(model.name != mart.model for model in domain.models):
        yield f"model '{mart.model}' is not declared: add it to the domain's models"
    if mart.name in mart.inputs:
        yield "is its own input"
    if (mart.partition_by is None) != (mart.dated_by is None):
        yield "partition_by and dated_by belong together"
    if mart.dated_by is not None and mart.dated_by not in names:
        yield f"dated_by '{mart.dated_by}' is not declared"
