"""Validation of relational declarations against the columns of their silver tables and marts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from lake.errors import DeclarationError
from lake.model.columns import Column
from lake.model.relational.schema import (
    BYTES_PER_CHARACTER,
    LISTS,
    Copied,
    Origin,
    origin_of,
    relational_schema,
)
from lake.model.relational.tables import RelationalTable
from lake.naming.relational import IDENTIFIER_LIMIT, LOAD_TABLES, LOADS, STORED_MONTH, exact_key

INDEX_BYTES = 3072
"""Most bytes of an index of InnoDB."""

ROW_BYTES = 65_535
"""Most bytes of a row, texts without a length aside."""

_BYTES = {"int": 4, "bigint": 8, "boolean": 1, "date": 3, "timestamp": 8}


def relational_problems(domain: Copied) -> Iterator[str]:
    """Yield a sentence, which names table and column, for each mistake in the relational declarations."""
    known = {table.name for table in domain.tables} | {mart.name for mart in domain.marts}
    names = [relation.name for relation in domain.relational]
    for name, count in Counter(names).items():
        if count > 1:
            yield f"relational {name}: is declared {count} times: keep one"
    for relation in domain.relational:
        if relation.name not in known:
            found: Iterable[str] = [f"is neither a table nor a mart; there are {', '.join(sorted(known))}"]
        else:
            origin = origin_of(domain, relation.name)
            found = list(_names(relation, origin)) or list(_keys(relation, origin, domain))
            found = found or list(_sizes(relation, domain))
        yield from (f"relational {relation.name}: {problem}" for problem in found)


def check_personal(domains: Iterable[Copied], personal: Collection[str]) -> None:
    """Raise DeclarationError for each name in `personal` that is no personal column of a relational table."""
    declared = {
        f"{relation.name}.{column.name}"
        for domain in domains
        for relation in domain.relational
        for column in origin_of(domain, relation.name).columns
        if column.personal and column.name not in relation.leaves_out
    }
    problems = [
        f"'{name}' is no personal data of a relational table: name some of {', '.join(sorted(declared))}"
        for name in personal
        if name not in declared
    ]
    if problems:
        raise DeclarationError("relational", problems)


def _names(relation: RelationalTable, origin: Origin) -> Iterator[str]:
    """Yield columns that do not exist, and names that MySQL or the loads do not allow."""
    columns = {column.name: column for column in origin.columns}
    uses = {
        "key": relation.key,
        "lengths": tuple(relation.lengths),
        "references": tuple(reference.column for reference in relation.references),
        "indexes": tuple(name for index in relation.indexes for name in index),
        "leaves_out": relation.leaves_out,
    }
    for place, names in uses.items():
        yield from (
            f"column '{name}' in {place} does not exist; there are {', '.join(columns)}"
            for name in names
            if name not in columns
        )
    if relation.name == LOADS or relation.name.startswith(LOAD_TABLES):
        yield "the name is taken by the loads: rename the table"
    companions = {exact_key(name) for name in relation.key if name in columns and _is_text(columns[name])}
    yield from (
        f"column '{name}' has the name of a hidden column: rename it"
        for name in columns
        if name in {STORED_MONTH, *companions}
    )
    yield from (
        f"the name '{name}' has {len(name)} characters, MySQL takes {IDENTIFIER_LIMIT}: shorten it"
        for name in (relation.name, *columns)
        if len(name) > IDENTIFIER_LIMIT
    )
    yield from (
        f"column '{name}' has the type {columns[name].type}, and only text has a length: remove it from "
        "lengths"
        for name in relation.lengths
        if name in columns and not _is_text(columns[name])
    )
    yield from (
        f"column '{name}' has the length {length}: a length is at least 1 and at most 16383"
        for name, length in relation.lengths.items()
        if not 1 <= length <= ROW_BYTES // BYTES_PER_CHARACTER
    )
    yield from (
        f"column '{name}' is double, which has no exact text: declare a decimal, or name it in leaves_out"
        for name, column in columns.items()
        if column.type == "double" and name not in relation.leaves_out
    )


def _keys(relation: RelationalTable, origin: Origin, domain: Copied) -> Iterator[str]:
    """Yield keys that do not identify a row, and keys, indexes and references that MySQL cannot have."""
    columns = {column.name: column for column in origin.columns}
    if not origin.key:
        yield "no columns identify a row of it: number the rows (numbered), or give the mart a grain"
    elif set(relation.key) != set(origin.key) or len(set(relation.key)) != len(relation.key):
        yield f"the key is {', '.join(relation.key) or 'empty'}, but {', '.join(origin.key)} identify a row"
    absent = {name for name, column in columns.items() if column.personal or column.type == LISTS}
    absent |= set(relation.leaves_out)
    indexed = [relation.key, *relation.indexes, *((each.column,) for each in relation.references)]
    for name in dict.fromkeys(name for index in indexed for name in index):
        if name in absent:
            yield f"column '{name}' is in a key or an index, and applications do not get it"
        elif _is_text(columns[name]) and name not in relation.lengths:
            yield f"column '{name}' is in a key or an index and has no length: name it in lengths"
    relations = {other.name: other for other in domain.relational}
    for reference in relation.references:
        parent = relations.get(reference.table)
        if parent is None:
            yield (
                f"column '{reference.column}' refers to '{reference.table}', which is no relational table: "
                "declare it, or remove the reference"
            )
        elif len(parent.key) != 1:
            yield f"column '{reference.column}' refers to '{reference.table}', whose key has several columns"
        else:
            parents = {each.name: each for each in origin_of(domain, parent.name).columns}
            key = parents.get(parent.key[0])
            if key is not None and key.type != columns[reference.column].type:
                yield (
                    f"column '{reference.column}' is {columns[reference.column].type}, the key of "
                    f"'{reference.table}' is {key.type}"
                )


def _sizes(relation: RelationalTable, domain: Copied) -> Iterator[str]:
    """Yield indexes and rows that are larger than InnoDB allows."""
    schema = relational_schema(domain, relation)
    columns = {column.name: column for column in origin_of(domain, relation.name).columns}
    sizes = {name: _size(column, relation.lengths.get(name)) for name, column in columns.items()}
    for index in (relation.key, *relation.indexes):
        total = sum(sizes[name] for name in index)
        # A companion in the primary key has one byte more than its text.
        total += sum(_is_text(columns[name]) for name in index if index == relation.key)
        if total > INDEX_BYTES:
            yield (
                f"the index on {', '.join(index)} has {total} bytes, InnoDB takes {INDEX_BYTES}: shorten "
                "the lengths"
            )
    yield from (
        f"the name of the index '{name}' has {len(name)} characters, MySQL takes {IDENTIFIER_LIMIT}"
        for name in schema.indexes
        if len(name) > IDENTIFIER_LIMIT
    )
    # Personal data may be named later, and text columns of the key are stored twice.
    stored = [name for name in columns if name not in relation.leaves_out and columns[name].type != LISTS]
    total = sum(sizes[name] for name in stored) + sum(sizes[name] for name in relation.key)
    if total > ROW_BYTES:
        yield f"a row has up to {total} bytes, MySQL takes {ROW_BYTES}: remove lengths, or leave columns out"


def _size(column: Column, length: int | None) -> int:
    if _is_text(column):
        return length * BYTES_PER_CHARACTER if length else 12
    return _BYTES.get(column.type, 30)


def _is_text(column: Column) -> bool:
    return column.type == "string"
