"""The manifest of generated sample data: files, rows, and the counts that ingesting them must give."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, fields
from pathlib import Path


@dataclass(kw_only=True)
class SampleManifest:
    """The counts that ingesting all files of a sample must give.

    - `files`: path → rows in the file (copies of another file's bytes included).
    - `rows`: table → rows read; files with the bytes of another file do not count.
    - `quarantined`, `flagged`: table → check → rows.
    - `quarantined_rows`: table → rows in quarantine; a row can fail several checks.
    - `duplicates`, `superseded`, `silver`: table → rows; their sum is bronze.
    - `quirks`: name of a peculiarity of the data → its number of occurrences.
    """

    seed: int
    files: dict[str, int] = field(default_factory=dict)
    rows: Counter[str] = field(default_factory=Counter)
    quarantined: dict[str, Counter[str]] = field(default_factory=dict)
    flagged: dict[str, Counter[str]] = field(default_factory=dict)
    quarantined_rows: Counter[str] = field(default_factory=Counter)
    duplicates: Counter[str] = field(default_factory=Counter)
    superseded: Counter[str] = field(default_factory=Counter)
    quirks: Counter[str] = field(default_factory=Counter)

    @property
    def bronze(self) -> dict[str, int]:
        """Table → rows that are not quarantined."""
        return {table: rows - self.quarantined_rows[table] for table, rows in self.rows.items()}

    @property
    def silver(self) -> dict[str, int]:
        """Table → rows that remain after versions are resolved."""
        return {
            table: rows - self.duplicates[table] - self.superseded[table]
            for table, rows in self.bronze.items()
        }

    def quarantine(self, table: str, *checks: str) -> None:
        """Count one row that goes to quarantine for failing `checks`."""
        self.quarantined_rows[table] += 1
        self.quarantined.setdefault(table, Counter()).update(checks)

    def flag(self, table: str, *checks: str) -> None:
        """Count one row that is kept and flagged for failing `checks`."""
        self.flagged.setdefault(table, Counter()).update(checks)

    def as_json(self) -> str:
        """Return the manifest as JSON with sorted keys, so that equal manifests give equal texts."""
        declared = {each.name: getattr(self, each.name) for each in fields(self)}
        content = {**declared, "bronze": self.bronze, "silver": self.silver}
        return json.dumps(content, indent=2, sort_keys=True) + "\n"

    def write(self, path: Path) -> None:
        """Write the manifest as JSON to `path`; create its folder if necessary."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.as_json(), encoding="utf-8")
