"""What a generated landing folder holds, and what must become of it: told by each domain's generator."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, fields
from pathlib import Path


@dataclass(kw_only=True)
class SampleManifest:
    """The counts that ingesting all files must arrive at.

    - `files`: path → rows in it (a copy of another file's bytes included).
    - `rows`: table → rows read, copies of the same bytes aside.
    - `quarantined`, `flagged`: table → check → rows.
    - `duplicates`, `superseded`, `silver`: table → rows: bronze is their sum.
    - `quirks`: what else is in there, by name.
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
        """Table → rows that pass quarantine."""
        return {table: rows - self.quarantined_rows[table] for table, rows in self.rows.items()}

    @property
    def silver(self) -> dict[str, int]:
        """Table → rows that remain when versions are resolved."""
        return {
            table: rows - self.duplicates[table] - self.superseded[table]
            for table, rows in self.bronze.items()
        }

    def quarantine(self, table: str, *checks: str) -> None:
        """One more row that goes to quarantine."""
        self.quarantined_rows[table] += 1
        self.quarantined.setdefault(table, Counter()).update(checks)

    def flag(self, table: str, *checks: str) -> None:
        """One more row that is kept and flagged."""
        self.flagged.setdefault(table, Counter()).update(checks)

    def as_json(self) -> str:
        """All of it, sorted, so that equal manifests are equal texts."""
        declared = {each.name: getattr(self, each.name) for each in fields(self)}
        content = {**declared, "bronze": self.bronze, "silver": self.silver}
        return json.dumps(content, indent=2, sort_keys=True) + "\n"

    def write(self, path: Path) -> None:
        """Write `as_json` to a file, making its folder."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.as_json(), encoding="utf-8")
