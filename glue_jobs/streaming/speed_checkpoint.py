"""The checkpoint of the speed view, which is begun anew when a file is withdrawn or a withdrawal ends.

Totals of a stream only grow. To take the rows of a file out of them, or back in, the view counts the feed
again from its beginning, with a new checkpoint. An object beside the checkpoints names the one in use, and
the files that it leaves out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from glue_jobs.runtime.store import ObjectStore
from lake import naming


class SpeedCheckpoint:
    """The checkpoint of a table's speed view in one generation of its stream."""

    def __init__(self, store: ObjectStore, bucket: str, domain: str, table: str, generation: int) -> None:
        self._store = store
        self._bucket = bucket
        self._place = (domain, table, generation)

    def current(self, left_out: Iterable[str]) -> str | None:
        """Return the URL of the checkpoint that leaves out exactly these raw files; None without one."""
        try:
            record = json.loads(self._store.read(self._bucket, naming.speed_record_key(*self._place)))
            name, recorded = str(record["checkpoint"]), record["left_out"]
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            # Without a whole record the feed is counted again, which can be done at any time.
            return None
        return self._url(name) if recorded == sorted(left_out) else None

    def begin(self, left_out: Iterable[str], now: datetime, clear: Callable[[], object]) -> str:
        """Delete all totals with `clear`, and begin a checkpoint; return its URL.

        If the process dies while totals are deleted, no checkpoint is current: the next run begins one.
        """
        earlier = self._store.list(self._bucket, naming.speed_checkpoint_prefix(*self._place))
        outdated = [item.key for item in earlier]
        self._write({})
        clear()
        name = naming.moment(now)
        self._write({"checkpoint": name, "left_out": sorted(left_out)})
        self._store.delete(self._bucket, outdated)
        return self._url(name)

    def _write(self, record: Mapping[str, object]) -> None:
        body = json.dumps(record, indent=1).encode()
        self._store.write(self._bucket, naming.speed_record_key(*self._place), body)

    def _url(self, name: str) -> str:
        return self._store.url(self._bucket, naming.speed_checkpoint_prefix(*self._place, name))
