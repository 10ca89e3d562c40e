"""Records which files a run is reading, so that the next run knows what it read when it died.

A file may end the process that reads it: its memory runs out, or the run is stopped at its time limit. One
object for each reader (the drops of a domain, or a stream) names the files that are being read. A run that
ends in order empties it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from glue_jobs.ledger.damage import parsing
from glue_jobs.runtime.store import ObjectStore
from lake import naming

FileVersion = tuple[str, str]
"""(key, version) of a raw file."""


class Attempts:
    """The files that one reader is reading; `reader` is DROPS or the name of a stream's table."""

    def __init__(self, store: ObjectStore, bucket: str, domain: str, reader: str) -> None:
        """Read what the reader's last run left. Raises DamagedEntryError if the object is damaged."""
        self._store = store
        self._bucket = bucket
        self._key = naming.reading_key(domain, reader)
        self.suspects: frozenset[FileVersion] = frozenset()
        """Files that a run was reading when it died, together or alone."""
        self._deaths: Counter[FileVersion] = Counter()
        try:
            body = store.read(bucket, self._key)
        except FileNotFoundError:
            # The reader's first run.
            return
        with parsing("a list of files that are being read", bucket, self._key):
            left = json.loads(body)
            self.suspects = frozenset((key, version) for key, version in left["files"])
            self._deaths.update({(key, version): number for key, version, number in left["deaths"]})
            if left["alone"] is not None:
                key, version = left["alone"]
                self._deaths[key, version] += 1

    def deaths(self, file: FileVersion) -> int:
        """Return how many runs have died while they read nothing but this file."""
        return self._deaths[file]

    def begin(self, files: Iterable[FileVersion]) -> None:
        """Record that these files are about to be read together."""
        self.suspects = frozenset(files)
        self._write(alone=None)

    def begin_alone(self, file: FileVersion) -> None:
        """Record that one of the suspects is about to be read by itself."""
        self._write(alone=file)

    def end(self) -> None:
        """Record that nothing is being read."""
        if self.suspects:
            self.suspects = frozenset()
            self._deaths.clear()
            self._write(alone=None)

    def _write(self, *, alone: FileVersion | None) -> None:
        deaths = [[*file, number] for file, number in sorted(self._deaths.items())]
        left = {"files": sorted(self.suspects), "alone": alone, "deaths": deaths}
        self._store.write(self._bucket, self._key, json.dumps(left, indent=1).encode())
