"""The feed of the speed view: copies, in one folder, of the bronze files that are not published yet.

The speed view reads what bronze has accepted, so each raw object is judged and read once: an object that
harms Spark, an odd key and a new version of an object have been dealt with before. A micro-batch of bronze is
put into the feed before it is committed. If the run dies in between, the next one puts it there again, or
another batch with the same rows, which are duplicates by key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

from glue_jobs.ledger.view import LedgerView
from glue_jobs.runtime.store import Copy, ObjectStore, copy_all
from lake import naming

ROWS_PER_FILE = 250_000
"""Maximum number of rows of a bronze file of a stream: a file is the least that a micro-batch of the speed
view reads, and the view keeps each key of a micro-batch in memory."""

MICRO_BATCH_BYTES = 24 << 20
"""Maximum size of a micro-batch of the speed view, as Parquet: about ROWS_PER_FILE rows.

A quarter-DPU worker has 4 GB for Java's heap, its other memory, and Python. Micro-batches of 500,000 events
took up to 1.1 GB of heap, of which 0.7 GB stayed in use."""

_MARKER = "_feed"
"""Name of an empty object that makes the folder exist: Spark fails to start on one that does not."""

_FILE = re.compile(r"(?P<batch>.+)-[0-9a-f]{8}-\d{5}\.parquet")
_NUMBER = re.compile(r"(\d+)")


class Feed:
    """The feed of one stream table."""

    def __init__(self, store: ObjectStore, bucket: str, domain: str, table: str) -> None:
        self._store = store
        self._bucket = bucket
        self._domain = domain
        self._table = table
        self._prefix = naming.feed_prefix(domain, table)

    @property
    def url(self) -> str:
        """URL of the feed's folder."""
        return self._store.url(self._bucket, self._prefix)

    def begin(self, view: LedgerView, generation: int) -> None:
        """Create the folder, and delete the files of batches that are published, replaced or never committed.

        Micro-batches of the current generation are committed by this run, if they were not before.
        """
        self._store.write(self._bucket, f"{self._prefix}{_MARKER}", b"")
        known = {batch.batch_id for batch in view.batches}
        done = view.curated | view.replaced
        old = [
            key
            for key, batch in self._files()
            if batch in done or not (batch in known or naming.is_micro_batch(batch, generation))
        ]
        self._store.delete(self._bucket, old)

    def add(self, batch_id: str) -> None:
        """Copy a batch's files of bronze into the feed, oldest month first, one after another.

        Spark reads files by their times, and files of one time as they are listed, by their names: rows that
        come too early would make others late. Names are new at each attempt, because Spark reads no name
        twice, and an attempt may cut rows into files in another way; rows that it has read before are
        duplicates by key.
        """
        source = naming.batch_prefix("bronze", self._domain, self._table, batch_id)
        keys = [item.key for item in self._store.list(self._bucket, source) if item.key.endswith(".parquet")]
        attempt = uuid4().hex[:8]
        for number, key in enumerate(sorted(keys, key=_with_numbers)):
            target = f"{self._prefix}{batch_id}-{attempt}-{number:05d}.parquet"
            copy_all(self._store, [Copy(self._bucket, key, target)])

    def remove(self, batch_id: str) -> None:
        """Delete the files of a batch."""
        self._store.delete(self._bucket, [key for key, batch in self._files() if batch == batch_id])

    def _files(self) -> Iterator[tuple[str, str]]:
        """Yield the key of each file, and the id of its batch."""
        for item in list(self._store.list(self._bucket, self._prefix)):
            match = _FILE.fullmatch(item.key.removeprefix(self._prefix))
            if match:
                yield item.key, match["batch"]


def _with_numbers(key: str) -> list[tuple[int, str]]:
    """Return a sort key in which month=9 comes before month=10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in _NUMBER.split(key)]
