"""A model, versions of it, and a registry in a folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from glue_jobs.models.registry import Registry
from glue_jobs.models.version import Version
from lake.model.columns import boolean, decimal, integer, text
from lake.model.columns import date as day
from lake.model.models import Fingerprint, Model
from tests.fakes import FolderStore

MODEL = Model(
    name="prices",
    description="Usual prices.",
    inputs=("sales_by_day",),
    fingerprint=Fingerprint(mart="sales_by_day", dated_by="day", columns=("day", "country", "price")),
    key=("country",),
    parameters=(
        text("country", "Country; null for all."),
        decimal(9, 2)("usual", "Usual price."),
        integer("days", "Days."),
        boolean("steady", "Does not change."),
        day("since", "First day."),
    ),
)

AT = datetime(2026, 1, 2, 3, tzinfo=UTC)


def row(country: str | None = None, usual: Any = "1.50", days: Any = 3) -> dict[str, object]:
    return {"country": country, "usual": usual, "days": days, "steady": True, "since": date(2025, 1, 1)}


def trained(*rows: dict[str, object], **options: Any) -> Version:
    """Return a version; without rows with one row."""
    given: dict[str, Any] = {
        "window_start": date(2025, 1, 1), "window_end": date(2025, 12, 31), "fingerprint": {"2025-12": "ab"},
        "code_version": "1", "figures": {"f1": 0.9}, "parent": None, "at": AT, "by": "x0001",
    }  # fmt: skip
    return Version.of(MODEL, rows or (row(),), **{**given, **options})


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


@pytest.fixture
def registry(store: FolderStore) -> Registry:
    return Registry(store, "ledger", "shop", MODEL)


@pytest.fixture
def damage(store: FolderStore, registry: Registry) -> Callable[[Version, str, bytes | None], None]:
    """Return a function that replaces one object of a version, or deletes it (None)."""

    def change(version: Version, name: str, body: bytes | None) -> None:
        key = f"models/shop/prices/{version.version}/{name}.json"
        if body is None:
            store.delete("ledger", [key])
        else:
            store.write("ledger", key, body)

    return change
