"""Make one period of a collection equal to a set of documents.

The publisher first lists the stored documents (`_id` and hash), so that an unchanged period is not
written at all. Then it inserts missing documents in bulk, replaces those that differ and deletes those
without a counterpart. Every command is idempotent, and the state is always read from the store, so a
publication that failed is simply run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from lake.model.data_api import LIMITS, serialised, violation
from lake.model.serving import SPEED, Collection, Document
from serving.client.errors import RefusedError
from serving.client.requests import NO_COLLECTION, NO_KEYSPACE, Requests, is_transient
from serving.publish.report import Report

ALREADY_EXISTS = "DOCUMENT_ALREADY_EXISTS"
_INSERT_BYTES = LIMITS.body_bytes * 3 // 4
"""Bytes of documents in one insert, which leaves room for the rest of the request."""


@dataclass(frozen=True, kw_only=True)
class Slice:
    """The documents of a period whose slots lie in the range `slots` (first, last); all without a range."""

    period: int
    slots: tuple[int, int] | None = None

    @property
    def filter(self) -> Document:
        """The slice as a filter of the Data API."""
        slots = {"slot": {"$gte": self.slots[0], "$lte": self.slots[1]}} if self.slots else {}
        return {"period": self.period, **slots}


@dataclass
class Stored:
    """The stored documents of a slice, by `_id`: `hashes` of batch documents, `until` of speed documents.

    `until` is the newest day of a speed document, as the number yyyymmdd.
    """

    hashes: dict[str, str | None] = field(default_factory=dict)
    until: dict[str, int] = field(default_factory=dict)


@dataclass
class Upsert:
    """Updates a collection slice by slice, with at most `concurrency` requests at a time."""

    collection: Collection
    requests: Requests
    report: Report
    create: Callable[[], None]
    """Creates the collection; called when the store has none."""
    concurrency: int = 8

    def apply(
        self, part: Slice, wanted: dict[str, Document], until: int | None = None, written: int = 0
    ) -> None:
        """Make the batch documents of `part` equal to `wanted`.

        Speed documents of `part` are deleted if none of their days is later than `until` (yyyymmdd).
        `written` documents of the slice were written and counted by an earlier invocation.
        """
        stored = self._stored_or_created(part)
        valid = dict(self._within_limits(wanted))
        missing = [document for key, document in valid.items() if key not in stored.hashes]
        differing = [
            document
            for key, document in valid.items()
            if key in stored.hashes and stored.hashes[key] != document["hash"]
        ]
        with ThreadPoolExecutor(self.concurrency) as pool:
            self._run_all(pool, self._insert, chunks(missing))
            self._run_all(pool, self._replace, differing)
            surplus = [key for key in stored.hashes if key not in wanted]
            self._run_all(pool, self._delete, _split(surplus, LIMITS.write_documents))
            published = [key for key, newest in stored.until.items() if until is not None and newest <= until]
            self._run_all(
                pool, lambda ids: self._delete_speed(ids, until), _split(published, LIMITS.write_documents)
            )
        self.report.add(unchanged=max(0, len(valid) - len(missing) - len(differing) - written))

    def _stored_or_created(self, part: Slice) -> Stored:
        try:
            return self.stored(part)
        except RefusedError as error:
            if error.code not in NO_COLLECTION | NO_KEYSPACE:
                raise
        self.create()
        return Stored()

    def stored(self, part: Slice) -> Stored:
        """Return the stored documents of `part`, read page by page."""
        stored = Stored()
        projection = {"hash": True, "part": True, **({"until": True} if self.collection.speed else {})}
        for document in self._pages({"filter": part.filter, "projection": projection}):
            if document.get("part") == SPEED:
                stored.until[document["_id"]] = int(document.get("until", 0))
            else:
                stored.hashes[document["_id"]] = document.get("hash")
        return stored

    # --- steps

    def _within_limits(self, wanted: dict[str, Document]) -> Iterator[tuple[str, Document]]:
        """Yield the documents within the Data API's limits, and report the others as failed.

        A failed document stays in the store as it was.
        """
        for key, document in wanted.items():
            reason = violation(document, self.collection.is_indexed)
            if reason is None:
                yield key, document
            else:
                self.report.fail(key, reason)

    def _insert(self, batch: Sequence[Document]) -> None:
        """Insert documents that the listing did not show.

        A document that exists after all (its insertion timed out, or another publisher was faster) is
        compared and, if it differs, replaced.
        """
        pending = {document["_id"]: document for document in batch}
        for attempt in range(self.requests.retry.attempts):
            options = {"ordered": False, "returnDocumentResponses": True}
            answer = self.requests.send(
                {"insertMany": {"documents": list(pending.values()), "options": options}}
            )
            existing = self._take_settled(pending, answer)
            self._replace_differing(existing)
            if not pending:
                return
            self.requests.retry.pause(attempt)
        for key in pending:
            self.report.fail(key, f"not inserted after {self.requests.retry.attempts} attempts")

    def _take_settled(self, pending: dict[str, Document], answer: Document) -> list[Document]:
        """Remove from `pending` the documents that need no other attempt; return those that exist already.

        A document with a transient error stays pending.
        """
        errors = answer.get("errors") or []
        existing: list[Document] = []
        for response in answer["status"]["documentResponses"]:
            key = response["_id"]
            if response["status"] == "OK":
                pending.pop(key, None)
                self.report.add(inserted=1)
                continue
            error = errors[response.get("errorsIdx", 0)] if errors else {}
            if error.get("errorCode") == ALREADY_EXISTS:
                existing.append(pending.pop(key))
            elif not is_transient(error):
                pending.pop(key)
                self.report.fail(key, f"{error.get('errorCode')}: {error.get('message')}")
        return existing

    def _replace_differing(self, existing: Sequence[Document]) -> None:
        if not existing:
            return
        ids = [document["_id"] for document in existing]
        found = self._pages({"filter": {"_id": {"$in": ids}}, "projection": {"hash": True}})
        hashes = {document["_id"]: document.get("hash") for document in found}
        for document in existing:
            if hashes.get(document["_id"]) == document["hash"]:
                self.report.add(inserted=1)
            else:
                self._replace(document)

    def _replace(self, document: Document) -> None:
        self.requests.send(
            {
                "findOneAndReplace": {
                    "filter": {"_id": document["_id"]},
                    "replacement": document,
                    "options": {"upsert": True},
                    "projection": {"_id": True},
                }
            }
        )
        self.report.add(replaced=1)

    def _delete(self, ids: Sequence[str]) -> None:
        self._delete_all({"_id": {"$in": list(ids)}})
        # A lost answer loses its count too, so the requested deletions are counted.
        self.report.add(deleted=len(ids))

    def _delete_speed(self, ids: Sequence[str], until: int | None) -> None:
        """Delete speed documents, except those to which the stream has meanwhile added a newer day."""
        self._delete_all({"_id": {"$in": list(ids)}, "until": {"$lte": until}})

    def _delete_all(self, clause: Document) -> None:
        while self.requests.send({"deleteMany": {"filter": clause}})["status"].get("moreData"):
            pass

    # --- requests

    def _pages(self, body: Document) -> Iterator[Document]:
        """Yield the documents of a `find` command, over all its pages."""
        state: str | None = None
        while True:
            options = {"options": {"pageState": state}} if state else {}
            data = self.requests.send({"find": {**body, **options}})["data"]
            yield from data["documents"]
            state = data.get("nextPageState")
            if state is None:
                return

    @staticmethod
    def _run_all(pool: ThreadPoolExecutor, work: Callable[[Any], None], items: Iterable[Any]) -> None:
        """Run `work` on all items concurrently. Raises the first error and cancels the pending calls."""
        tasks = [pool.submit(work, item) for item in items]
        try:
            for task in tasks:
                task.result()
        finally:
            for task in tasks:
                task.cancel()


def chunks(documents: Sequence[Document]) -> Iterator[list[Document]]:
    """Yield the documents in groups that one insert may hold, by number and by bytes."""
    group: list[Document] = []
    size = 0
    for document in documents:
        length = len(serialised(document).encode())
        if group and (len(group) == LIMITS.insert_documents or size + length > _INSERT_BYTES):
            yield group
            group, size = [], 0
        group.append(document)
        size += length
    if group:
        yield group


def _split(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))
