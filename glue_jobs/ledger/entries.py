"""The ledger's entries: batches and their files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from glue_jobs.ledger.damage import parsing
from glue_jobs.runtime.store import Listed

RANK_SEPARATOR = "\t"
"""Sorts before every printable character, so that comparing ranks compares their parts."""

ALONE = "alone"
"""Last part of the rank of a file that is a delivery by itself, as it has no upload call."""


@dataclass(frozen=True, kw_only=True)
class FileEntry:
    """One raw file in the ledger: its identity, its rank and its row counts.

    `version` distinguishes uploads of the same key (see `version_of`). `rows_read` equals `rows_bronze` +
    `rows_quarantined`.
    """

    key: str
    version: str
    table: str
    size: int
    sha256: str
    rank: str
    status: str
    reason: str = ""
    check: str = ""
    """The check of whole files that a rejected file fails."""
    missing_columns: tuple[str, ...] = ()
    undeclared_columns: tuple[str, ...] = ()
    rows_read: int = 0
    rows_bronze: int = 0
    rows_quarantined: int = 0

    @property
    def origin(self) -> str:
        """Key of the file that the records were first read from, the last part of the rank but ALONE."""
        rank = self.rank.removesuffix(f"{RANK_SEPARATOR}{ALONE}")
        return rank.rpartition(RANK_SEPARATOR)[2]

    @property
    def is_alone(self) -> bool:
        """Whether the file is a delivery by itself."""
        return self.rank.endswith(f"{RANK_SEPARATOR}{ALONE}")


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One batch of the ledger. `tables` names the tables of which it has rows in bronze.

    `checks` maps table and check to rows_checked, rows_flagged and rows_quarantined.
    """

    batch_id: str
    domain: str
    execution: str
    status: str
    committed_at: str
    files: tuple[FileEntry, ...]
    tables: tuple[str, ...] = field(default=())
    checks: Mapping[str, Mapping[str, Mapping[str, int]]] = field(default_factory=dict)
    rules: int = 1
    """Version of the reading rules (see READING_RULES); entries without one are of the first."""
    replaces: tuple[str, ...] = ()
    """Ids of the batches whose files were read from raw again into this one."""

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, body: bytes, bucket: str, key: str) -> Batch:
        """Parse a batch. Raises DamagedEntryError if the object at bucket and key is no batch."""
        with parsing("a batch", bucket, key):
            data = json.loads(body)
            files = tuple(
                FileEntry(
                    **{
                        **entry,
                        "missing_columns": tuple(entry["missing_columns"]),
                        "undeclared_columns": tuple(entry["undeclared_columns"]),
                    }
                )
                for entry in data["files"]
            )
            replaces = tuple(data.get("replaces", ()))
            return cls(**{**data, "files": files, "tables": tuple(data["tables"]), "replaces": replaces})


def version_of(listed: Listed) -> str:
    """Return a text that differs between uploads of one key, even if their bytes are the same."""
    return f"{listed.etag.strip(chr(34))}@{listed.modified.isoformat()}"
