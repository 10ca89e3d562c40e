"""The record of bronze files from which the rows of withdrawn files were taken out.

The whole files are kept beside bronze, by the folder (a batch or a compaction) that holds them there. One
object of the ledger says which folders these are, and which withdrawn files each of them lacks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from glue_jobs.ledger.damage import parsing
from glue_jobs.runtime.store import ObjectStore
from lake import naming

Place = tuple[str, str]
"""(table, id of a batch or compaction)."""


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """What bronze lacks.

    `places` maps each place whose whole files are kept to the raw files whose rows it lacks, or to None while
    that is being changed: it may lack any of them. `decisions` are the ids of the decisions on withdrawals
    that bronze follows.
    """

    places: Mapping[Place, frozenset[str] | None] = field(default_factory=dict)
    decisions: frozenset[str] = frozenset()

    @classmethod
    def read(cls, store: ObjectStore, bucket: str, domain: str) -> SetAside:
        """Read the record. Raises DamagedEntryError if it is damaged."""
        key = naming.set_aside_key(domain)
        try:
            body = store.read(bucket, key)
        except FileNotFoundError:
            # No file was ever withdrawn.
            return cls()
        with parsing("a record of withdrawn rows", bucket, key):
            data = json.loads(body)
            places = {
                (table, place): None if files is None else frozenset(files)
                for table, place, files in data["places"]
            }
            return cls(places=places, decisions=frozenset(data["decisions"]))

    def write(self, store: ObjectStore, bucket: str, domain: str) -> None:
        """Replace the record."""
        places = [
            [*place, None if files is None else sorted(files)]
            for place, files in sorted(self.places.items(), key=lambda item: item[0])
        ]
        body = json.dumps({"places": places, "decisions": sorted(self.decisions)}, indent=1).encode()
        store.write(bucket, naming.set_aside_key(domain), body)

    def of(self, table: str) -> frozenset[str]:
        """Return the places of a table."""
        return frozenset(place for name, place in self.places if name == table)
