"""The stored answers of Trino, and what the local Athena answers to the same expressions."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from conformance.trino.client import Trino
from conformance.trino.texts import parse_type
from conformance.trino.texts import render as render_trino
from localcloud.execution.athena.errors import QueryError, from_duckdb
from localcloud.execution.athena.sql.compiler import compile_query, no_tables
from localcloud.execution.athena.sql.engine import define_functions, prepare
from localcloud.execution.athena.sql.parser import parse
from localcloud.execution.athena.sql.rendering import render

CORPUS = Path(__file__).parent / "corpus"
NOW = dt.datetime(2025, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
Rows = tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True)
class Answer:
    """Types and rows as text, or the code of an error."""

    types: tuple[str, ...] = ()
    rows: Rows = ()
    error: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether the local engine refuses by name."""
        return self.error == "NOT_SUPPORTED"

    @property
    def in_any_order(self) -> tuple[tuple[str, ...], Counter[tuple[str | None, ...]], str]:
        """Types, rows with how often they occur, and error."""
        return self.types, Counter(self.rows), self.error

    def agrees_with(self, trino: Answer) -> bool:
        """Return whether a local answer is Trino's: equal, an error where Trino fails, or a refusal."""
        if self.is_refused:
            return True
        return bool(self.error) if trino.error else (self.types, self.rows) == (trino.types, trino.rows)


@dataclass(frozen=True)
class Entry:
    """An expression or a query, and Trino's answer to it."""

    text: str
    answer: Answer

    @property
    def sql(self) -> str:
        """The query."""
        return statement_of(self.text)

    def is_answered_by(self, other: Answer) -> bool:
        """Return whether another answer of Trino is this one; without ORDER BY its rows have any order."""
        if "order by" in self.text.lower():
            return self.answer == other
        return self.answer.in_any_order == other.in_any_order


def statement_of(text: str) -> str:
    """Return the query of a line of the corpus: a query itself, or an expression to select."""
    starts = text.lower().lstrip("( ")
    return text if starts.startswith(("select", "with", "values", "table ")) else f"SELECT {text}"


def read(file: Path) -> list[Entry]:
    """Return the entries of a file of the corpus."""
    return [_entry(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def _entry(document: dict[str, Any]) -> Entry:
    rows = tuple(tuple(row) for row in document.get("rows", ()))
    types = tuple(document.get("types", ()))
    return Entry(document["sql"], Answer(types, rows, document.get("error", "")))


def write(file: Path, entries: Iterator[Entry]) -> None:
    """Write a file of the corpus."""
    lines = []
    for entry in entries:
        answer = entry.answer
        found = {"error": answer.error} if answer.error else {"types": answer.types, "rows": answer.rows}
        lines.append(json.dumps({"sql": entry.text, **found}, ensure_ascii=False))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def ask_trino(trino: Trino, text: str) -> Answer:
    """Return Trino's answer to a line of the corpus."""
    found = trino.run(statement_of(text))
    if found.error:
        return Answer(error=found.error)
    kinds = [parse_type(kind) for _, kind in found.columns]
    rows = tuple(tuple(render_trino(v, k) for v, k in zip(row, kinds, strict=True)) for row in found.rows)
    return Answer(tuple(map(str, kinds)), rows)


class LocalEngine:
    """The local Athena's compiler and engine, without a catalog."""

    def __init__(self) -> None:
        self._connection = duckdb.connect()
        prepare(self._connection)
        self._defined: set[str] = set()

    def ask(self, text: str) -> Answer:
        """Return the local answer to a line of the corpus."""
        try:
            compiled = compile_query(parse(statement_of(text)), no_tables, "default", NOW)
            self._defined |= define_functions(self._connection, compiled.sql, self._defined)
            found = self._connection.execute(compiled.sql).fetchall()
            kinds = [kind for _, kind in compiled.columns]
            rows = tuple(tuple(render(v, k) for v, k in zip(row, kinds, strict=True)) for row in found)
        except QueryError as error:
            return Answer(error=error.code)
        except duckdb.Error as error:
            return Answer(error=from_duckdb(error).code)
        return Answer(tuple(map(str, kinds)), rows)

    def close(self) -> None:
        """Close the engine."""
        self._connection.close()
