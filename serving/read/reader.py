"""Find documents in one request, and merge batch rows with the speed view's running totals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from astrapy import Database

from lake.model.answers import Row, Selection
from lake.model.serving import (
    SPEED,
    Collection,
    Document,
    Embedded,
    document_id,
    period_number,
    typed,
)
from lake.model.serving_checks import periods_touched
from lake.model.spec import Domain, Mart, PartitionUnit
from lake.naming import collection_name
from serving.client.errors import RefusedError
from serving.client.requests import NO_COLLECTION, NO_KEYSPACE, Requests, Retry
from serving.read.errors import RangeError, UnservedError


@dataclass(frozen=True)
class ReadResult:
    """The documents that one request returned."""

    mart: Mart
    collection: Collection
    documents: Sequence[Document]

    def rows(
        self, selection: Selection, embed: str, first: dt.date | None = None, last: dt.date | None = None
    ) -> list[Row]:
        """Return the embedded rows of all periods from `first` to `last`, in the order of their key.

        On a day that batch has published only its rows count; the speed view adds the other days.
        """
        shape = self.collection.shape(selection.shape)
        declared = shape.embedded(embed)
        matching = [document for document in self.documents if self._matches(document, selection)]
        dated = self.mart.dated_by if self.mart.dated_by in declared.rows else None
        rows = [
            row
            for document in matching
            if document["part"] != SPEED
            for row in self._batch_rows(document, declared)
        ]
        published = {row[dated] for row in rows} if dated else set()
        for document in matching:
            if document["part"] == SPEED and dated:
                rows += [row for row in self._speed_rows(document, declared) if row[dated] not in published]
        if dated:
            rows = [
                row
                for row in rows
                if (first or row[dated]) <= row[dated] and row[dated] <= (last or row[dated])
            ]
        return sorted(rows, key=lambda row: tuple(row[name] for name in declared.rows))

    def tables(self, selection: Selection, embed: str) -> list[tuple[int, list[Row]]]:
        """Return (period, embedded rows) of the batch documents, oldest period first."""
        declared = self.collection.shape(selection.shape).embedded(embed)
        batch = [d for d in self.documents if self._matches(d, selection) and d["part"] != SPEED]
        tables = ((d["period"], list(self._batch_rows(d, declared))) for d in batch)
        return sorted(tables, key=lambda item: item[0])

    def newest_day(self, selection: Selection, embed: str) -> dt.date | None:
        """Return the newest date among the embedded rows, None without rows."""
        days = [row[str(self.mart.dated_by)] for row in self.rows(selection, embed)]
        return max(days, default=None)

    def _matches(self, document: Document, selection: Selection) -> bool:
        by = self.collection.shape(selection.shape).by
        return document["shape"] == selection.shape and tuple(document[name] for name in by) == selection.keys

    def _batch_rows(self, document: Document, embed: Embedded) -> Iterator[Row]:
        table = document.get(embed.name) or {"columns": [], "rows": []}
        return (self._row(table["columns"], values, False) for values in table["rows"])

    def _speed_rows(self, document: Document, embed: Embedded) -> Iterator[Row]:
        table = document.get(embed.name) or {"columns": [], "totals": {}}
        return (self._row(table["columns"], values, True) for values in _leaves(table["totals"]))

    def _row(self, columns: Sequence[str], values: Sequence[Any], provisional: bool) -> Row:
        kinds = {column.name: column.type for column in self.mart.columns}
        pairs = zip(columns, values, strict=True)
        return Row({name: typed(kinds[name], value) for name, value in pairs}, provisional)


def _leaves(totals: Any) -> Iterator[Sequence[Any]]:
    """Yield the rows at the leaves of a speed document's nested totals."""
    if isinstance(totals, list):
        yield totals
        return
    for inner in totals.values():
        yield from _leaves(inner)


@dataclass
class Reader:
    """Reads the served marts of one domain from one database, one request per call.

    Every method raises UnservedError for a mart that was never published, RefusedError and
    UnreachableError.
    """

    domain: Domain
    database: Database
    retry: Retry = field(default_factory=lambda: Retry(attempts=4, longest_seconds=2.0))

    def between(
        self, mart: str, selections: Sequence[Selection], first: dt.date, last: dt.date, question: int
    ) -> ReadResult:
        """Return the documents of the periods from `first` to `last`, found by their `_id`s.

        Raises RangeError for an empty range, or one longer than the question declares.
        """
        collection, declared = self.domain.collection(mart), self.domain.mart(mart)
        longest = _longest_range(collection, question)
        days = (last - first).days + 1
        if not 1 <= days <= longest:
            raise RangeError(
                f"{first} to {last} are {days} days.",
                where=f"question {question}",
                hint=f"Ask for 1 to {longest} days.",
            )
        periods = list(_periods(declared, first, last))
        ids = [document_id(each.shape, each.keys, period) for each in selections for period in periods]
        if collection.speed:
            ids += [
                document_id(each.shape, each.keys, period, SPEED) for each in selections for period in periods
            ]
        return self._find(declared, collection, {"filter": {"_id": {"$in": ids}}})

    def newest(self, mart: str, selections: Sequence[Selection], days: int, question: int) -> ReadResult:
        """Return the documents of the newest periods that a range of `days` can touch.

        Raises RangeError for no days, or more than the question declares.
        """
        collection, declared = self.domain.collection(mart), self.domain.mart(mart)
        longest = _longest_range(collection, question)
        if not 1 <= days <= longest:
            raise RangeError(
                f"{days} days were requested.",
                where=f"question {question}",
                hint=f"Ask for 1 to {longest} days.",
            )
        clauses = [
            {"shape": each.shape, **dict(zip(collection.shape(each.shape).by, each.keys, strict=True))}
            for each in selections
        ]
        number = (
            len(selections) * periods_touched(declared.partition_by, days) * (2 if collection.speed else 1)
        )
        return self._find(
            declared,
            collection,
            {
                "filter": {"$or": clauses} if len(clauses) > 1 else clauses[0],
                "sort": {"period": -1},
                "options": {"limit": number},
            },
        )

    def _find(self, mart: Mart, collection: Collection, body: Document) -> ReadResult:
        name = collection_name(self.domain.name, mart.name)
        requests = Requests(self.database.get_collection(name), self.retry)
        found: list[Document] = []
        while True:
            try:
                data = requests.send({"find": body})["data"]
            except RefusedError as error:
                if error.code not in NO_COLLECTION | NO_KEYSPACE:
                    raise
                raise UnservedError(
                    "the mart was never published to the serving store.",
                    where=f"mart {mart.name}",
                    hint="Run the pipeline of the domain; on AWS, deploy with --serving.",
                ) from error
            found += data["documents"]
            # A question's documents fit into one page by declaration; a server with smaller pages
            # still gives a complete answer.
            state = data.get("nextPageState")
            if state is None or "sort" in body:
                return ReadResult(mart, collection, found)
            body = {**body, "options": {"pageState": state}}


def _longest_range(collection: Collection, question: int) -> int:
    """Return the most days that the collection's declaration allows for a question."""
    return max(served.days for served in collection.serves if served.question == question)


def _periods(mart: Mart, first: dt.date, last: dt.date) -> Iterator[int]:
    """Yield the mart's periods from `first` to `last`, as numbers, oldest first."""
    if mart.partition_by is None:
        yield period_number()
    elif mart.partition_by is PartitionUnit.YEAR:
        yield from (period_number(year) for year in range(first.year, last.year + 1))
    else:
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        yield from (period_number(month // 12, month % 12 + 1) for month in months)
