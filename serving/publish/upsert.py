"""Makes one period of a collection equal to a set of documents, whatever it held and whatever fails.

What the store holds is listed first (`_id` and hash), so that an unchanged period is not written at all.
Then what is missing is inserted in bulk, what differs is replaced, and what is left over is deleted.
Every command may be repeated, so a publication that died is simply run again. The truth is always read
from the store, never remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from lake.model.data_api import LIMITS, serialised, violation
from lake.model.serving import SPEED, Collection, Document
from serving.client.errors import RefusedError
from serving.client.requests import NO_COLLECTION, NO_KEYSPACE, Requests, is_passing
from serving.publish.report import Report

EXISTS = "DOCUMENT_ALREADY_EXISTS"
_BODY = LIMITS.body_bytes * 3 // 4
"""Bytes of documents in one insert: room is left for the rest of the request."""


@dataclass(frozen=True, kw_only=True)
class Slice:
    """The documents of a period whose slots lie in a range; all of them without one."""

    period: int
    slots: tuple[int, int] | None = None

    @property
    def filter(self) -> Document:
        slots = {"slot": {"$gte": self.slots[0], "$lte": self.slots[1]}} if self.slots else {}
        return {"period": self.period, **slots}


@dataclass
class Held:
    """What a slice of the store holds: `hashes` of batch documents, `until` of speed documents."""

    hashes: dict[str, str | None] = field(default_factory=dict)
    until: dict[str, int] = field(default_factory=dict)


@dataclass
class Upsert:
    """Brings a collection up to date, slice by slice, with at most `concurrency` requests at a time."""

    collection: Collection
    requests: Requests
    report: Report
    create: Callable[[], None]
    """Creates the collection, when it turns out not to exist."""
    concurrency: int = 8

    def apply(
        self, part: Slice, wanted: dict[str, Document], until: int | None = None, written: int = 0
    ) -> None:
        """Make `part` hold just `wanted`, and no speed document whose days all lie up to `until`.

        `written` documents of it were written by an earlier invocation, and are counted already.
        """
        held = self._held(part)
        fitting = dict(self._fitting(wanted))
        missing = [document for key, document in fitting.items() if key not in held.hashes]
        differing = [
            document
            for key, document in fitting.items()
            if key in held.hashes and held.hashes[key] != document["hash"]
        ]
        with ThreadPoolExecutor(self.concurrency) as pool:
            self._each(pool, self._insert, chunks(missing))
            self._each(pool, self._replace, differing)
            surplus = [key for key in held.hashes if key not in wanted]
            self._each(pool, self._delete, _split(surplus, LIMITS.write_documents))
            overtaken = [key for key, newest in held.until.items() if until is not None and newest <= until]
            self._each(pool, lambda ids: self._forget(ids, until), _split(overtaken, LIMITS.write_documents))
        self.report.add(unchanged=max(0, len(fitting) - len(missing) - len(differing) - written))

    def _held(self, part: Slice) -> Held:
        try:
            return self.holdings(part)
        except RefusedError as error:
            if error.code not in NO_COLLECTION | NO_KEYSPACE:
                raise
        self.create()
        return Held()

    def holdings(self, part: Slice) -> Held:
        """What the store holds of `part`, page by page."""
        held = Held()
        projection = {"hash": True, "part": True, **({"until": True} if self.collection.speed else {})}
        for document in self._pages({"filter": part.filter, "projection": projection}):
            if document.get("part") == SPEED:
                held.until[document["_id"]] = int(document.get("until", 0))
            else:
                held.hashes[document["_id"]] = document.get("hash")
        return held

    # --- steps

    def _fitting(self, wanted: dict[str, Document]) -> Iterator[tuple[str, Document]]:
        """Documents within the limits. The others are named and left as the store has them."""
        for key, document in wanted.items():
            reason = violation(document, self.collection.is_indexed)
            if reason is None:
                yield key, document
            else:
                self.report.fail(key, reason)

    def _insert(self, batch: Sequence[Document]) -> None:
        """Insert what is missing. What turns out to exist (a time-out hid its insertion, or another
        publisher was faster) is compared and, where it differs, replaced."""
        waiting = {document["_id"]: document for document in batch}
        for attempt in range(self.requests.retry.attempts):
            options = {"ordered": False, "returnDocumentResponses": True}
            answer = self.requests.send(
                {"insertMany": {"documents": list(waiting.values()), "options": options}}
            )
            existing = self._settle(waiting, answer)
            self._compare(existing)
            if not waiting:
                return
            self.requests.retry.pause(attempt)
        for key in waiting:
            self.report.fail(key, f"not inserted after {self.requests.retry.attempts} attempts")

    def _settle(self, waiting: dict[str, Document], answer: Document) -> list[Document]:
        """Take out of `waiting` what the answer decides; the documents that exist already."""
        errors = answer.get("errors") or []
        existing: list[Document] = []
        for response in answer["status"]["documentResponses"]:
            key = response["_id"]
            if response["status"] == "OK":
                waiting.pop(key, None)
                self.report.add(inserted=1)
                continue
            error = errors[response.get("errorsIdx", 0)] if errors else {}
            if error.get("errorCode") == EXISTS:
                existing.append(waiting.pop(key))
            elif not is_passing(error):
                waiting.pop(key)
                self.report.fail(key, f"{error.get('errorCode')}: {error.get('message')}")
        return existing

    def _compare(self, existing: Sequence[Document]) -> None:
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
        # The count of an answer that got lost is lost too, so what was asked for is counted.
        self.report.add(deleted=len(ids))

    def _forget(self, ids: Sequence[str], until: int | None) -> None:
        """Delete speed documents, unless the stream has meanwhile added a newer day."""
        self._delete_all({"_id": {"$in": list(ids)}, "until": {"$lte": until}})

    def _delete_all(self, clause: Document) -> None:
        while self.requests.send({"deleteMany": {"filter": clause}})["status"].get("moreData"):
            pass

    # --- requests

    def _pages(self, body: Document) -> Iterator[Document]:
        state: str | None = None
        while True:
            options = {"options": {"pageState": state}} if state else {}
            data = self.requests.send({"find": {**body, **options}})["data"]
            yield from data["documents"]
            state = data.get("nextPageState")
            if state is None:
                return

    @staticmethod
    def _each(pool: ThreadPoolExecutor, work: Callable[[Any], None], items: Iterable[Any]) -> None:
        """Work on all items concurrently. The first error is raised, what has not begun is dropped."""
        tasks = [pool.submit(work, item) for item in items]
        try:
            for task in tasks:
                task.result()
        finally:
            for task in tasks:
                task.cancel()


def chunks(documents: Sequence[Document]) -> Iterator[list[Document]]:
    """Documents in groups that one insert takes, by number and by size."""
    group: list[Document] = []
    size = 0
    for document in documents:
        length = len(serialised(document).encode())
        if group and (len(group) == LIMITS.insert_documents or size + length > _BODY):
            yield group
            group, size = [], 0
        group.append(document)
        size += length
    if group:
        yield group


def _split(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))
